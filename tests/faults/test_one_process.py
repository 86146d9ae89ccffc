# SPDX-License-Identifier: MIT
"""One process has a database, and what lies beside it is of that database."""

import os
from pathlib import Path

from harness.faulting import until
from support.server import Server, run


def has_audited(client):
    return "\nstagedoor_audit_complete 1\n" in client.get("/metrics").body.decode()


def test_a_server_that_was_started_again_keeps_others_out(folder):
    """Whoever closes a file loses every lock on it: nothing of ours may open the database's beside SQLite."""
    gala = Server(folder).start()
    gala.client().charge("ann", 7).ok(201)
    for kill in (False, True):
        gala.restart(kill=kill)
        assert run("check", "--database", gala.database).returncode == 0
        assert run("backup", "--database", gala.database, "--to", folder / f"copy-{kill}.db").returncode == 0
        until(lambda: has_audited(gala.client()), "it has looked at all that is past")
        os.rename(gala.socket_path, folder / "hidden.sock")  # which tells the next one, too
        refused = run("serve", "--set", "server.port=0", "--set", f"storage.path={gala.database}")
        assert refused.returncode == 2 and "in use by another process" in refused.stderr, refused
        os.rename(folder / "hidden.sock", gala.socket_path)
    assert gala.client().balance("ann") == 7
    gala.stop()


def test_the_log_of_a_database_that_is_gone_is_kept(folder):
    """It has the newest of that one; SQLite would remove it beside a file that is new."""
    gala = Server(folder).start()
    gala.client().charge("ann", 7).ok(201)
    gala.kill()
    log = Path(f"{gala.database}-wal")
    left = log.read_bytes()
    os.rename(gala.database, folder / "gone.db")
    gala.start()
    aside = Path(f"{log}.set-aside")
    assert aside.read_bytes() == left and str(aside) in gala.log()
    gala.stop()
    os.rename(folder / "gone.db", gala.database)
    os.rename(aside, log)
    os.replace(f"{gala.database}.operator-key.set-aside", f"{gala.database}.operator-key")
    gala.start()
    assert gala.client().balance("ann") == 7
    gala.stop()
    gala.audit()


def test_the_key_beside_what_a_first_start_has_left_is_kept(folder):
    """It died when it had made the file: the next one finds an empty database that is there, and a key of another."""
    gala = Server(folder)
    database, key = Path(gala.database), Path(f"{gala.database}.operator-key")
    database.touch(mode=0o600)
    key.write_text("op_of_another\n", encoding="ascii")
    gala.start()
    assert Path(f"{key}.set-aside").read_text(encoding="ascii") == "op_of_another\n"
    assert gala.client().post("/api/v1/admin/check", token=key.read_text(encoding="ascii").strip()).ok()["sound"]
    gala.stop()
