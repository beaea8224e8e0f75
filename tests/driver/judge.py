"""Judges what the ledger answers by what was sent to it and accepted: cases, histories, moves between offices, figures."""

from .account import Fault, account_of, must
from .history import REPAIRS, repairs, says, timeline

NULL = {None, False}


def number(value):
    """A sum as answers hold it: an integer, or its digits where 64 bits do not hold it."""
    return int(value) if isinstance(value, str) else value


def same(expected, answered, what):
    """Raises a Fault where an answer is another than was counted."""
    if expected != answered:
        raise Fault(f"{what}: expected {expected!r}, answered {answered!r}")


def expected_case(world, case, account):
    """What GET /api/v1/cases/{id} must say, as far as it is counted here."""
    debts = [{
        "number": debt.number, "kind": debt.kind,
        "payee": "budget" if debt.to_budget else {"creditor": debt.payee},
        "due": debt.due, "credited": debt.credited, "exempted": debt.exempted, "terminated": debt.terminated,
        "moved_out": debt.moved, "remaining": debt.remaining,
    } for debt in account.debts]
    return {
        "case": case,
        "standing": account.standing,
        "enforcer": account.enforcer,
        "ordered": account.ordered, "basis": account.basis, "tags": account.tags,
        "judgment": {"kind": account.judgment, "number": account.judgment_number},
        "debtors": account.debtors, "creditors": account.creditors,
        "obligations": debts, "remaining": account.said_remaining, "cash": account.cash,
        "held": account.held, "assets": account.assets,
    }


def check_case(world, case, answer, entries=None, day=None):
    """Compares an answer about a case with the count; `entries`, `day`: as known and as it stood then."""
    known = world.entries(case) if entries is None else entries
    plain = entries is None and day is None
    account = world.account(case) if plain else account_of(timeline(known), day)
    expected = expected_case(world, case, account)
    for name, value in expected.items():
        answered = answer.get(name)
        if name == "remaining":
            answered = number(answered)
        elif name == "cash":
            answered = {one: number(amount) for one, amount in answered.items()}
        same(value, answered, f"{case} {name}")
    same(len(known), answer["version"], f"{case} version")
    same(world.offices[world.cases[case]]["code"], answer["office"], f"{case} office")
    if plain:
        same(world.size, answer["ledger"]["position"], "the size of the log")


def holds(given, answered):
    """Whether an answered value is what was given, with what was left out at its default."""
    if isinstance(given, dict) and isinstance(answered, dict):
        return all(holds(value, answered.get(name)) for name, value in given.items())
    if isinstance(given, list) and isinstance(answered, list):
        return len(given) == len(answered) and all(map(holds, given, answered))
    return given == answered


def check_history(world, case, answer):
    """Compares each entry of a history, and what later entries made of it."""
    entries = world.entries(case)
    same(len(entries), len(answer["history"]), f"{case} entries")
    standing = repairs(entries)
    for entry, line in zip(entries, answer["history"]):
        what = f"{case} entry {entry.position}"
        for name in ("position", "effective", "kind", "actor"):
            same(getattr(entry, name), line[name], f"{what} {name}")
        given = dict(entry.fields)
        replacement = given.pop("replacement", None)
        must(holds(given, line["fields"]), f"{what}: sent {given!r}, answered {line['fields']!r}")
        if replacement is not None:
            answered = line["fields"]["replacement"]
            answered = {**(answered.get("common") or {}), **answered["fields"]}
            must(holds(replacement, answered), f"{what}: replacement {replacement!r}, answered {answered!r}")
        over = standing.get(entry.position)
        voided = over is not None and over.kind == "entry_voided"
        same(over.position if voided else None, line.get("voided_by"), f"{what} voided_by")
        same(not voided, line["counts"], f"{what} counts")
        # Only of entries that are no repairs can a correction change anything.
        if over is not None and not voided and entry.kind not in REPAIRS:
            on, fields = says(entry, over)
            same(over.position, line.get("corrected_by"), f"{what} corrected_by")
            same(on, line["now"]["effective"], f"{what} now")
            must(holds(fields, line["now"]["fields"]), f"{what}: now {fields!r}, answered {line['now']['fields']!r}")
        else:
            same(None, line.get("corrected_by"), f"{what} corrected_by")


def check_moves(world, case):
    """A debt that goes to another office comes there once, and as it went: looks at both ends of a case."""
    account = world.account(case)
    for sender in {case, account.came_from} - {None}:
        takers = [one for one in world.receivers.get(sender, ()) if world.account(one).came_from == sender]
        must(len(takers) <= 1, f"{sender} was taken over by {' and by '.join(takers)}")
        if not takers:
            continue
        sent, taker = world.account(sender), world.account(takers[0])
        must(sent.sent_to is not None, f"{takers[0]} took over {sender}, which sent nothing")
        same(sent.sent_to, world.cases[takers[0]], f"the office that {sender} was sent to")
        brought = timeline(world.entries(takers[0]))
        brought = next(live.fields["brought"] for live in brought if "brought" in live.fields)
        came = sorted(
            (one["kind"], "budget" if one["payee"] == "budget" else str(one["payee"]["creditor"]),
             one.get("secured", False), one["amount"]) for one in brought["obligations"])
        same(sent.sent(), came, f"what {takers[0]} took over of {sender}")
        must(taker.ordered >= sent.standing["on"], f"{takers[0]} took over before {sender} was sent")


def check_debts(world):
    """No debt is there twice: what orders and costs made owed is settled, still owed, or on its way, once each."""
    made = settled = left = transit = 0
    for case in world.cases:
        account = world.account(case)
        taken = any(world.account(one).came_from == case for one in world.receivers.get(case, ()))
        for live in timeline(world.entries(case)):
            brought = live.fields.get("brought", {"obligations": ()})
            made -= sum(one["amount"] for one in brought["obligations"])
        for debt in account.debts:
            made += debt.due
            settled += debt.credited + debt.exempted + debt.terminated
            left += debt.remaining
            transit += 0 if taken else debt.moved
    same(made, settled + left + transit, "all that was ever owed")


def check_list(world, answer, office=None):
    """Compares a list of all cases."""
    covered = world.below(office) if office else set(world.offices)
    expected = {}
    for case in sorted(world.cases):
        if world.cases[case] not in covered:
            continue
        account = world.account(case)
        is_ = account.standing["is"]
        if is_ == "finished":
            word = account.standing["how"]
        else:
            word = account.standing["class"] if is_ == "open" else is_
        word = "open" if word == "pending" else word
        expected[case] = (word, account.said_remaining, account.cash["collected"], len(world.entries(case)))
    answered = {
        row["case"]: (row["standing"], number(row["remaining"]), number(row["collected"]), row["version"])
        for row in answer["cases"]
    }
    for case in expected.keys() | answered.keys():
        same(expected.get(case), answered.get(case), f"{case} in the list of cases")
