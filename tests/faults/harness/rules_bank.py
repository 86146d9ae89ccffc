# SPDX-License-Identifier: MIT
"""Money: it comes in by charges alone, and what is in is either in a balance or revenue."""

from collections import Counter, defaultdict
from itertools import accumulate

from harness.rules_seats import millis


def user_account(user):
    return f"user:{user}"


def ledgers(state):
    """Account to its entries in the order of the ledger."""
    entries = defaultdict(list)
    for row in sorted(state["ledger_entries"], key=lambda row: row["entry_id"]):
        entries[row["account"]].append(row)
    return entries


def told_charges(case):
    """Charge id to the first operation that was answered with it."""
    told = {}
    for op in case.history.named("charge"):
        if op.outcome == "ok":
            told.setdefault(op.body["chargeId"], op)
    return told


def the_ledger_is_closed(case):
    """Every transfer, all balances together, and each balance with its entries."""
    transfers = Counter()
    for row in case.state["ledger_entries"]:
        transfers[row["transfer_id"]] += row["amount"]
    for transfer, total in transfers.items():
        if total != 0:
            yield f"the ledger's transfer {transfer[:6]}… sums to {total}"
    balances = {row["account"]: row["balance"] for row in case.state["accounts"]}
    if sum(balances.values()) != 0:
        yield f"all balances together are {sum(balances.values())}"
    for account, entries in ledgers(case.state).items():
        running = list(accumulate(row["amount"] for row in entries))
        if running[-1] != balances.get(account):
            yield f"the entries of {account} sum to {running[-1]}, its balance is {balances.get(account)}"
        if [row["balance_after"] for row in entries] != running:
            yield f"the running balance of {account} is wrong"
    for account, balance in balances.items():
        if account.startswith("user:") and balance < 0:
            yield f"the balance of {account} is {balance}"


def charges_are_kept(case):
    """Each acknowledged charge is in the ledger, with the same data."""
    entries = {row["transfer_id"]: row for row in case.state["ledger_entries"] if row["account"].startswith("user:")}
    for charge, op in told_charges(case).items():
        row = entries.get(charge)
        told = (user_account(op.args["user"]), op.args["amount"], op.body["balance"], millis(op.body["chargedAt"]))
        kept = row and (row["account"], row["amount"], row["balance_after"], row["at"])
        if kept != told:
            yield f"a charge was acknowledged as {told} and is kept as {kept}"


def money_comes_by_charges_alone(case):
    """Charges acknowledged, and those without an answer that happened, are all that is in."""
    told = told_charges(case)
    answered = {(op.args["user"], op.key) for op in case.history.named("charge") if op.outcome == "ok" and op.key}
    open_keys = Counter()
    for user, key, amount in {(op.args["user"], op.key, op.args["amount"]) for op in case.history.named("charge")
                              if op.outcome == "unknown"}:
        if (user, key) not in answered:
            open_keys[user_account(user), amount] += 1
    came_in = 0
    for row in case.state["ledger_entries"]:
        if row["kind"] != "CHARGE" or not row["account"].startswith("user:"):
            continue
        came_in += row["amount"]
        if row["transfer_id"] in told:
            continue
        open_keys[row["account"], row["amount"]] -= 1
        if open_keys[row["account"], row["amount"]] < 0:
            yield f"{row['account']} has a charge of {row['amount']} that nobody asked for, that was refused, " \
                  "or that counted twice"
    balances = {row["account"]: row["balance"] for row in case.state["accounts"]}
    is_in = sum(balance for account, balance in balances.items() if account.startswith("user:"))
    revenue = balances.get("revenue", 0)
    if came_in != is_in + revenue:
        yield f"{came_in} came in; the balances are {is_in} and the revenue is {revenue}"


def balances_are_read_in_order(case):
    """A balance that was shown, or was too small, is that of the ledger at an instant between question and answer."""
    entries = ledgers(case.state)
    spans = defaultdict(dict)
    for op in case.history.named("charge", "pay"):
        if op.outcome == "ok" and not op.replayed:
            spans[user_account(op.args["user"])][op.body.get("chargeId") or op.body["paymentId"]] = op
    for account, ops in spans.items():
        latest = 0.0
        for row in entries[account]:
            op = ops.get(row["transfer_id"])
            if op is None:
                continue
            if op.ended < latest:
                yield f"the ledger of {account} has {op} behind one that was asked later"
            latest = max(latest, op.began)
    for op in case.history.named("balance", "pay"):
        if op.name == "balance" and op.outcome == "ok" or op.code == "insufficient-balance":
            account = user_account(op.args["user"])
            yield from _balance_fault(op, entries[account], spans[account])


def _balance_fault(op, entries, spans):
    known = [(index, spans[row["transfer_id"]]) for index, row in enumerate(entries) if row["transfer_id"] in spans]
    first = max((index + 1 for index, other in known if other.ended < op.began), default=0)
    last = min((index for index, other in known if other.began > op.ended), default=len(entries))
    possible = [0, *(row["balance_after"] for row in entries)][first:last + 1]
    if op.body["balance"] not in possible:
        yield f"{op.args['user']} was shown a balance of {op.body['balance']}, which could only be one of {possible}"


bank_rules = (the_ledger_is_closed, charges_are_kept, money_comes_by_charges_alone, balances_are_read_in_order)
