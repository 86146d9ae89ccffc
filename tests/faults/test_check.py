# SPDX-License-Identifier: MIT
"""`stagedoor check` on databases that were damaged on purpose: it says what is wrong, and the server refuses to start
on them."""

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from harness.faulting import until
from support.catalogue import PRICE, catalogue, write_catalogue
from support.server import Server, run

# `paid` owns, `holding` holds A-3, `entered` is inside, `out` has left, `next` and `last` wait.
USERS = ("paid", "holding", "entered", "out", "next", "last")


@pytest.fixture(scope="session")
def sound():
    """A sound database with a bit of everything in it."""
    folder = Path(tempfile.mkdtemp(prefix="sd-"))
    server = Server(folder, catalogues=[write_catalogue(folder / "gala.json", catalogue(maxActive=3))])
    server.start()
    client = server.client()
    tokens = {}
    for user in USERS:
        client.charge(user, 3 * PRICE).ok(201)
        tokens[user] = client.joined(user)
    for user in ("paid", "holding"):
        client.enter(tokens[user]).ok()
    client.held(tokens["paid"], "A-1", "A-2")
    client.held(tokens["holding"], "A-3")
    client.pay(tokens["paid"], "A-1", "A-2").ok(201)
    client.leave(tokens["out"]).ok(204)
    client.enter(tokens["entered"]).ok()
    server.stop()
    server.audit()
    yield Path(server.database)
    shutil.rmtree(folder)


@pytest.fixture
def copy(sound, folder):
    return Path(shutil.copy(sound, folder / "damaged.db"))


NO_RULES = ("PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", "PRAGMA writable_schema = ON",
            "DROP TRIGGER IF EXISTS ledger_entries_stay", "DROP TRIGGER IF EXISTS ledger_entries_remain")


def damage(path, *statements):
    """Does to the tables what their own rules forbid."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in (*NO_RULES, *statements):
            connection.execute(statement)


HOLD = "(SELECT reservation_id FROM reservations WHERE user_id = 'holding')"
SALE = "(SELECT reservation_id FROM reservations WHERE user_id = 'paid')"
PAYMENT = "(SELECT payment_id FROM payments)"

# What is done to the database, and words of the sentence that must name it.
DAMAGES = {
    "a seat sold twice, by two reservations": (
        [f"UPDATE reservation_seats SET seat_number = 'A-1' WHERE reservation_id = {HOLD}"],
        "seat A-1 of gala on 2026-12-24 is held or sold 2 times"),
    "a seat sold twice, by two tickets": (
        ["INSERT INTO tickets SELECT 'other', payment_id, 9, concert_id, date, 'A-1', category, price FROM tickets "
         "WHERE seat_number = 'A-2'"],
        "seat A-1 of gala on 2026-12-24 has 2 tickets"),
    "a transfer that does not sum to zero": (
        ["UPDATE ledger_entries SET amount = amount + 1 WHERE entry_id = 1"],
        "does not sum to 0 over two entries"),
    "a transfer with one side": (
        ["DELETE FROM ledger_entries WHERE account = 'revenue'"],
        "does not sum to 0 over two entries"),
    "money from nowhere": (
        ["UPDATE accounts SET balance = balance + 5 WHERE account = 'user:paid'"],
        "the balances of all accounts sum to 5 and not to 0"),
    "a balance that differs from its ledger": (
        ["UPDATE accounts SET balance = balance + 5 WHERE account = 'user:paid'",
         "UPDATE accounts SET balance = balance - 5 WHERE account = 'user:out'"],
        "the balance of user:paid is 50005, but its ledger sums to 50000"),
    "a running balance that is wrong": (
        ["UPDATE ledger_entries SET balance_after = balance_after + 1 WHERE account = 'user:paid' AND amount < 0"],
        "of user:paid leaves a balance of 50001, but the entries up to it sum to 50000"),
    "a hold without a token": (
        ["DELETE FROM queue_tokens WHERE user_id = 'holding'"],
        "holding holds seats of gala on 2026-12-24 without a token that is inside"),
    "a hold whose token is over": (
        ["UPDATE queue_tokens SET status = 'EXPIRED', reason = 'LEFT', expired_at = 9 WHERE user_id = 'holding'"],
        "holding holds seats of gala on 2026-12-24 without a token that is inside"),
    "a seat held by a reservation that was released": (
        ["UPDATE reservations SET status = 'RELEASED', ended_at = 9 WHERE status = 'HELD'"],
        "seat A-3 of gala on 2026-12-24 is HELD by a reservation that is RELEASED"),
    "a seat held by a reservation that is for another": (
        [f"INSERT INTO seats VALUES ('gala', '2026-12-24', 'A-9', 'HELD', {HOLD}, 'holding')"],
        "seat A-9 of gala on 2026-12-24 is HELD by a reservation that is not for it"),
    "a hold whose seat is free": (
        ["DELETE FROM seats WHERE seat_number = 'A-3'"],
        "seat A-3 of gala on 2026-12-24 belongs to a HELD reservation, but its row says nothing"),
    "a sold seat that is free": (
        ["DELETE FROM seats WHERE seat_number = 'A-1'"],
        "seat A-1 of gala on 2026-12-24 has a ticket, but is AVAILABLE"),
    "a seat of another price": (
        [f"UPDATE reservation_seats SET price = price - 1 WHERE reservation_id = {HOLD}"],
        f"a HELD reservation of gala is for {PRICE}, but its seats cost {PRICE - 1}"),
    "a payment without seats": (
        ["DELETE FROM tickets"],
        f"a payment of paid is for {2 * PRICE}, but its tickets cost nothing"),
    "a sold seat without a ticket": (
        ["DELETE FROM tickets WHERE seat_number = 'A-2'"],
        "seat A-2 of gala on 2026-12-24 is RESERVED without a ticket"),
    "a ticket for a seat of somebody else": (
        [f"UPDATE seats SET reservation_id = {HOLD} WHERE seat_number = 'A-1'"],
        "seat A-1 of gala on 2026-12-24 has a ticket of a payment that did not buy it"),
    "a reservation that was paid without a payment": (
        ["DELETE FROM tickets", "DELETE FROM payments"],
        f"a reservation of paid for {2 * PRICE} is PAID without a payment"),
    "a payment for a hold": (
        ["UPDATE reservations SET status = 'HELD', ended_at = NULL"],
        "a payment of gala on 2026-12-24 is for a reservation that is HELD"),
    "a payment that cost nothing": (
        [f"UPDATE ledger_entries SET transfer_id = 'other' WHERE transfer_id = {PAYMENT}"],
        f"a payment of paid for {2 * PRICE} has no matching entry in the ledger"),
    "money that bought nothing": (
        [f"UPDATE ledger_entries SET transfer_id = 'other' WHERE transfer_id = {PAYMENT}"],
        f"the ledger has a payment of paid for {2 * PRICE} that bought nothing"),
    "a ticket number beyond the line's count": (
        ["UPDATE queue_lines SET last_ticket = 5"],
        "the line of gala has given out ticket 6 but counts only to 5"),
    "two live tokens": (
        ["INSERT INTO queue_tokens SELECT concert_id, 4711, randomblob(16), user_id, status, reason, joined_at, "
         "admitted_at, entered_at, expires_at, expired_at, payment_id FROM queue_tokens WHERE user_id = 'last'"],
        "last has 2 live tokens in the line of gala"),
    "one token for two who wait": (
        ["UPDATE queue_tokens SET token = (SELECT token FROM queue_tokens WHERE user_id = 'next') WHERE user_id = 'last'"],
        "2 tickets have one token, ticket 5 of gala among them"),
    "one token for two who are over": (
        ["UPDATE queue_tokens SET token = (SELECT token FROM queue_tokens WHERE user_id = 'out') WHERE user_id = 'paid'"],
        "2 tickets have one token, ticket 1 of gala among them"),
    "somebody who was passed over": (
        ["UPDATE queue_lines SET serving_number = 6"],
        "ticket 6 of gala still waits behind the serving number 6"),
    "somebody who was let in early": (
        ["UPDATE queue_tokens SET status = 'ADMITTED', admitted_at = 1, expires_at = 2 WHERE user_id = 'last'"],
        "ticket 6 of gala was admitted past the serving number 5"),
    "an entry without its time": (
        ["UPDATE queue_tokens SET entered_at = 0 WHERE user_id = 'entered'"],
        "ticket 3 of gala is ENTERED without the times of it"),
    "a sold seat of another user": (
        ["UPDATE seats SET user_id = 'holding' WHERE seat_number = 'A-1'"],
        "seat A-1 of gala on 2026-12-24 is RESERVED by a reservation that is not for it"),
    "a seat that is not in the hall": (
        ["UPDATE seats SET seat_number = 'Z-1' WHERE seat_number = 'A-1'"],
        "seat Z-1 of gala on 2026-12-24 is RESERVED, but not in its hall"),
    "a hall that is cut off": (
        ["UPDATE concert_halls SET seats = substr(seats, 1, 100)"],
        "the hall of gala cannot be read"),
    "a hall that is gone": (
        ["DELETE FROM concert_halls"],
        "the hall of gala cannot be read: there is none"),
    "a seat of a reservation that does not exist": (
        ["UPDATE seats SET reservation_id = 'nobody' WHERE seat_number = 'A-3'"],
        "seat A-3 of gala on 2026-12-24 is HELD by a reservation that is missing"),
}

damages = pytest.mark.parametrize("statements, sentence", DAMAGES.values(), ids=DAMAGES.keys())


def test_the_database_is_sound_before_it_is_damaged(copy):
    damage(copy)
    checked = run("check", "--database", copy)
    assert checked.returncode == 0, checked


@damages
def test_check_names_the_fault(copy, statements, sentence):
    damage(copy, *statements)
    checked = run("check", "--database", copy)
    assert checked.returncode == 1, checked
    lines = checked.stdout.splitlines()
    assert any(sentence in line for line in lines), checked.stdout
    assert lines[-1] == f"{copy} is not sound: {len(lines) - 1} faults"


# Damage to what nobody holds, waits for or is inside with: the start does not read it.
OF_THE_PAST = {
    "a seat sold twice, by two tickets", "a transfer that does not sum to zero", "a transfer with one side",
    "money from nowhere", "a balance that differs from its ledger", "a running balance that is wrong",
    "one token for two who are over", "a sold seat that is free", "a payment without seats", "a sold seat without a ticket",
    "a reservation that was paid without a payment", "a payment that cost nothing", "money that bought nothing",
    "a ticket for a seat of somebody else", "a sold seat of another user"}


def serve(path):
    """Until it ends, which it does by itself."""
    return run("serve", "--set", "server.port=0", "--set", f"storage.path={path}")


def assert_it_names(ended, faults, sentence):
    last = ended.stderr.splitlines()[-1]
    assert "is not sound" in last and any(fault in last for fault in faults[:-1]), ended.stderr
    assert sentence in ended.stderr, "the log has all of them"


def assert_it_refuses_to_start(path, faults, sentence):
    before = path.read_bytes()
    refused = serve(path)
    assert refused.returncode == 2 and refused.stdout == "", "nobody was served"
    assert_it_names(refused, faults, sentence)
    assert path.read_bytes() == before, "nothing changed"


@damages
def test_the_server_does_not_serve_from_it_and_names_a_fault(request, copy, statements, sentence):
    """Damage to what is live keeps it from starting; to what is past, it ends it, and keeps the next from starting."""
    damage(copy, *statements)
    faults = run("check", "--database", copy).stdout.splitlines()
    if request.node.callspec.id in OF_THE_PAST:
        ended = serve(copy)
        assert ended.returncode == 2 and ended.stdout.startswith("stagedoor listening on ")
        assert_it_names(ended, faults, sentence)
        assert Path(f"{copy}.unsound").exists()
    assert_it_refuses_to_start(copy, faults, sentence)


def test_a_mark_is_gone_once_the_database_is_sound(copy, sound, folder):
    damage(copy, "DELETE FROM tickets")
    assert serve(copy).returncode == 2
    shutil.copy(sound, copy)
    server = Server(folder, settings={"storage.path": str(copy)}).start()
    assert not Path(f"{copy}.unsound").exists()
    server.stop()
    assert "is sound" in server.log()


def test_a_server_that_is_killed_before_it_could_mark_the_damage_finds_it_again(copy):
    """The next start looks as the first one did."""
    damage(copy, "DELETE FROM tickets")
    for _ in range(2):
        Path(f"{copy}.unsound").unlink(missing_ok=True)
        ended = serve(copy)
        assert ended.returncode == 2 and ended.stdout.startswith("stagedoor listening on ")


def audited(server):
    """Once the audit beside the server has come to its end: what it counts."""
    client = server.client()
    values = {}

    def complete():
        lines = [line for line in client.get("/metrics").body.decode().splitlines() if "_audit_" in line and line[0] != "#"]
        values.update((name, float(value)) for name, value in (line.split() for line in lines))
        return values["stagedoor_audit_complete"] == 1

    until(complete, "everything is audited")
    return values


def test_a_sound_database_is_audited_beside_the_server_which_keeps_it_to_itself(copy, folder):
    server = Server(folder, settings={"storage.path": str(copy)}).start()
    assert audited(server) == {"stagedoor_audit_complete": 1, "stagedoor_audit_faults_total": 0}
    # Whoever closes a file lets go of all locks of the process on it.
    other = serve(copy)
    assert other.returncode == 2 and "in use" in other.stderr
    server.client().charge("next", 1).ok(201)
    server.stop()
    server.audit()


def test_a_running_audit_holds_up_no_stop(copy, folder):
    server = Server(folder, settings={"storage.path": str(copy)})
    for _ in range(5):
        server.start()
        server.stop()
    server.audit()


def test_a_row_that_refers_to_nothing(copy):
    damage(copy, "UPDATE queue_tokens SET concert_id = 'gone' WHERE user_id = 'last'")
    checked = run("check", "--database", copy)
    assert checked.returncode == 1
    assert "of queue_tokens refers to a row of queue_lines that does not exist" in checked.stdout


def test_an_index_that_lacks_a_row(copy):
    """An index is taken out of the schema, a row is changed, and the index comes back."""
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        row = connection.execute("SELECT * FROM sqlite_schema WHERE name = 'reservations_held'").fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'reservations_held'")
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("UPDATE reservations SET expires_at = expires_at + 1 WHERE status = 'HELD'")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
    checked = run("check", "--database", copy)
    assert checked.returncode == 1
    assert "reservations_held" in checked.stdout


def overwrite_page(path, table):
    """Writes over the first page of a table."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        size, = connection.execute("PRAGMA page_size").fetchone()
        page, = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize("table", ["seats", "ledger_entries"])
def test_a_page_that_is_overwritten(copy, table):
    overwrite_page(copy, table)
    checked = run("check", "--database", copy)
    assert checked.returncode in (1, 2), checked
    assert "damaged" in checked.stdout + checked.stderr
    for _ in range(2):
        ended = serve(copy)
        assert ended.returncode == 2 and "damaged" in ended.stderr
        assert table == "ledger_entries" or ended.stdout == "", "seats are loaded, the ledger is not"
    assert ended.stdout == "", "what the first has found, the second knows"


@pytest.mark.parametrize("size", [50, 4096, 100_000])
def test_a_file_that_was_cut(copy, size):
    with open(copy, "r+b") as file:
        file.truncate(size)
    checked = run("check", "--database", copy)
    assert checked.returncode in (1, 2), checked
    assert "damaged" in checked.stdout + checked.stderr
    refused = run("serve", "--set", "server.port=0", "--set", f"storage.path={copy}")
    assert refused.returncode == 2 and "damaged" in refused.stderr
    assert copy.stat().st_size == size


def test_a_rule_of_a_column_that_is_broken(copy):
    damage(copy, "UPDATE accounts SET balance = -1 WHERE account = 'user:paid'")
    checked = run("check", "--database", copy)
    assert checked.returncode in (1, 2), checked
    assert "accounts" in checked.stdout + checked.stderr
