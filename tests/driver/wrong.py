"""What must be refused: too much, twice, by the wrong officer, out of order, of nothing, or not even an action."""

from .history import REPAIRS, repairs
from .moves import brought
from .repairs import AUTHORITY, some_case
from .world import Attempt, of, plus


def on_case(world, case):
    """Attempts on a case that the law must refuse, whatever else has happened to it."""
    rng, account, office = world.rng, world.account(case), world.cases[case]
    on, head, clerk = world.clock[case], world.head(office), world.one_of(office, "clerk")
    accountant = world.one_of(office, "accountant")
    tries = [
        ("payment_collected", {"payer": {"debtor": 1}, "amount": rng.choice((0, -5, "5", None, 2**63, 1.5)), "means": "cash"},
         on, accountant),
        ("payment_collected", {"payer": {"debtor": 99}, "amount": 5, "means": "cash"}, on, accountant),
        ("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash", "colour": 1}, on, accountant),
        ("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, "2199-01-01", accountant),
        ("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, on, 9999),
        ("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, on, 0),
        ("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, on, clerk),
        ("judgment_received", {"court": "", "number": "1", "date": on, "judgment": "civil"}, on, head),
        ("complaint_accepted", {}, on, head), ("office_opened", {"number": 99, "code": "X", "name": "x", "level": "department"}, on, 1),
        ("no_such_kind", {}, on, head),
        ("exempted", {"obligation": 99, "amount": 1, "decision": "x"}, on, head),
        ("entrusted_out", {"to": office}, on, head), ("entrusted_out", {"to": 999}, on, head),
        ("enforcer_assigned", {"enforcer": 9999}, on, head),
        ("asset_handed_over", {"asset": 99}, on, account.enforcer or head),
        ("postponed", {"ground": "no_ground"}, on, head),
        ("entry_voided", {"entry": 0, "authority": AUTHORITY}, on, head),
        ("entry_voided", {"entry": world.size + rng.randint(0, 9), "authority": AUTHORITY}, on, head),
        ("entry_voided", {"entry": world.entries(case)[-1].position, "authority": " "}, on, head),
    ]
    others = [number for number, one in world.officers.items()
              if one["office"] != office and one["role"] == "accountant"]
    if others:
        tries.append(("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, on, rng.choice(others)))
    if account.open:
        tries += too_much(world, account, on, head, accountant)
    else:
        tries += [("payment_collected", {"payer": {"debtor": 1}, "amount": 5, "means": "cash"}, on, accountant),
                  ("completed", {}, on, head), ("entrusted_out", {"to": 2 if office != 2 else 1}, on, head)]
    tries += repaired_twice(world, case, on, head)
    kind, fields, day, actor = rng.choice(tries)
    yield of(case, kind, fields, day, actor, "fail")


def too_much(world, account, on, head, accountant):
    """More than is held, owed, approved or kept, on the last day of an open case."""
    rng, cash = world.rng, account.cash
    debt = rng.choice(account.debts)
    more = rng.choice((1, 1, 1000, 10**9))

    def lines(amount):
        return {"lines": [{"obligation": debt.number, "amount": amount}]}

    tries = [
        ("refunded", {"amount": cash["refund_due"] + more}, on, accountant),
        ("payout_approved", lines(account.unapproved + more), on, head),
        ("payout_approved", lines(debt.remaining - debt.promised + more), on, head),
        ("payout_approved", lines(0), on, head), ("payout_approved", {"lines": []}, on, head),
        ("distribution_planned", lines(account.unapproved + more), on, head),
        ("paid_directly", {"obligation": debt.number, "amount": debt.remaining + more}, on, account.enforcer or 9999),
        ("exempted", {"obligation": debt.number, "amount": debt.remaining + more, "decision": "x"}, on, head),
        ("order_amended", {"obligation": debt.number, "amount": debt.due - debt.remaining + debt.promised - more}, on, head),
        ("held_money_resolved", {"item": len(account.held) + 1, "amount": 1, "to": "returned"}, on, accountant),
    ]
    pays = "remitted_to_budget" if debt.to_budget else "disbursed"
    tries += [
        (pays, {"obligation": debt.number, "amount": debt.promised + more}, on, accountant),
        ("disbursed" if debt.to_budget else "remitted_to_budget", {"obligation": debt.number, "amount": 1}, on, accountant),
        ("deposited_for_payee", {"obligation": debt.number, "amount": debt.promised + more, "bank": "x"}, on, accountant),
        ("enforcement_fee_charged", {"obligation": debt.number, "base": 10**9, "fee": debt.promised + more}, on, accountant),
        ("remitted_to_budget", {"amount": sum(one.remaining for one in account.debts if one.to_budget) + more}, on, accountant),
    ]
    for item in account.held:
        tries.append(("held_money_resolved", {"item": item["number"], "amount": item["amount"] + more, "to": "budget"}, on, accountant))
    if account.remaining or account.unsettled:
        tries.append(("completed", {}, on, head))
    if account.unsettled:
        tries += [("order_withdrawn", {"ground": "a"}, on, head), ("terminated", {"ground": "c"}, on, head),
                  ("entrusted_out", {"to": 1 if world.cases else 2}, on, head)]
    return tries


def repaired_twice(world, case, on, head):
    """Repairs of what is undone already, of a repair by a correction, and by another kind."""
    entries, over = world.entries(case), repairs(world.entries(case))
    tries = []
    for entry in entries[-12:]:
        voided = entry.position in over and over[entry.position].kind == "entry_voided"
        if voided:
            tries.append(("entry_voided", {"entry": entry.position, "authority": AUTHORITY}, on, head))
            if entry.kind not in REPAIRS:
                tries.append(("fact_corrected", whole(entry.position, "note_added", {"text": "x"}), on, head))
        elif entry.kind in REPAIRS:
            tries.append(("fact_corrected", whole(entry.position, "note_added", {"text": "x"}), on, head))
            tries.append(("fact_corrected", {"entry": entry.position, "changes": {}, "authority": AUTHORITY}, on, head))
        elif entry.kind != "classified_enforceable":
            tries.append(("fact_corrected", whole(entry.position, "classified_enforceable", {}), on, head))
    return tries


def whole(entry, kind, fields):
    """A correction of an entry by a whole replacement."""
    return {"entry": entry, "took_effect": "2018-12-01", "authority": AUTHORITY,
            "replacement": {"kind": kind, "common": {}, "fields": fields}}


def taking_over(world):
    """Taking over what was not sent so, not here, or is taken already."""
    rng = world.rng
    sent = [case for case in sorted(world.cases) if world.account(case).sent_to is not None]
    if not sent:
        return
    case = rng.choice(sent)
    account = world.account(case)
    to = account.sent_to
    on = max(world.clock[case], account.standing["on"])
    said = brought(world, case, on)
    taken = any(world.account(one).came_from == case for one in world.receivers.get(case, ()))
    kind = "taken_from_below" if account.standing["how"] == "pulled_up" else "entrusted_in"
    if not taken:
        lines = [dict(line) for line in said["obligations"]]
        which = rng.randrange(5) if lines else rng.choice((1, 4))
        if which == 0:
            lines[0]["amount"] += rng.choice((1, 10**6)) if lines[0]["amount"] else 1
        elif which == 1:
            lines.append({"kind": "fine", "payee": "budget", "amount": 1})
        elif which == 2:
            lines[0]["kind"] = "damages" if lines[0]["kind"] == "loan" else "loan"
            lines[0]["payee"] = {"creditor": 1}
        elif which == 3 and len(lines) > 1:
            lines.pop()
        else:
            to = rng.choice([number for number in sorted(world.offices) if number != to])
        said["obligations"] = lines
    into = world.next_of("case", to, on)
    actor = (world.staff(to, "provincial_head") or [1])[0] if kind == "taken_from_below" else world.head(to)
    yield of(into, kind, {"brought": said}, on, actor, "fail")


def elsewhere(world):
    """Streams that do not begin so, numbers that do not follow, an organisation that does not bend."""
    rng, on = world.rng, world.day()
    office = rng.choice(sorted(world.offices))
    code, case = world.offices[office]["code"], world.next_of("case", office, on)
    skipped = f"{case[:-4]}{int(case.split('/')[2]) + 1:04}"
    judgment = {"court": "TAND", "number": "1", "date": "2018-01-05", "judgment": "civil"}
    head = world.head(office)
    officer = rng.choice(sorted(world.officers))
    opened = world.streams["office:" + code][0].position
    appointed = world.streams[f"officer:{officer}"][0].position
    below = rng.choice(sorted(world.below(office)))
    yield rng.choice((
        Attempt("case:" + case, "note_added", {"text": "x"}, on, head, "fail"),
        Attempt("case:" + case, "payment_collected", {"payer": {"debtor": 1}, "amount": 1, "means": "cash"}, on,
                world.one_of(office, "accountant"), "fail"),
        Attempt("case:" + skipped, "judgment_received", judgment, on, head, "fail"),
        Attempt(f"case:ZZ99/{on[:4]}/0001", "judgment_received", judgment, on, 1, "fail"),
        Attempt("officer:99999", "note_added", {"text": "x"}, on, 1, "fail"),
        Attempt(f"officer:{officer}", "officer_appointed", {
            "number": officer, "office": 1, "role": "head", "person": {"name": "Ai"}}, on, 1, "fail"),
        Attempt("officer:99999", "officer_appointed", {
            "number": 99999, "office": 999, "role": "head", "person": {"name": "Ai"}}, on, 1, "fail"),
        Attempt("office:" + code, "office_opened", {
            "number": office, "code": code, "name": "x", "level": "department"}, on, 1, "fail"),
        Attempt("office:" + code, "entry_voided", {"entry": opened, "authority": AUTHORITY}, on, 1, "fail"),
        Attempt("office:" + code, "fact_corrected", {
            "entry": opened, "changes": {"parent": below}, "authority": AUTHORITY}, on, 1, "fail"),
        Attempt("office:" + code, "fact_corrected", {
            "entry": opened, "changes": {"code": "ZZ"}, "authority": AUTHORITY}, on, 1, "fail"),
        Attempt(f"officer:{officer}", "entry_voided", {"entry": appointed, "authority": AUTHORITY}, on, 1, "fail"),
        Attempt(f"officer:{officer}", "fact_corrected", {
            "entry": appointed, "changes": {"number": 77}, "authority": AUTHORITY}, on, 1, "fail"),
        Attempt("parameter:voluntary", "parameter_set", {"set": {
            "rule": "voluntary", "from": on, "value": {"amount": 5}, "document": "x"}}, on, 1, "fail"),
        Attempt("parameter:voluntary", "parameter_set", {"set": {
            "rule": "voluntary", "from": on, "value": {"span": {"days": 5}}, "document": ""}}, on, 1, "fail"),
        Attempt("parameter:voluntary", "parameter_set", {"set": {
            "rule": "deposit_after", "from": on, "value": {"span": {"days": 5}}, "document": "x"}}, on, 1, "fail"),
        Attempt(f"complaint:{code}/{on[:4]}/K9999", "complaint_received", {
            "complainant": {"name": "Ai"}, "class": 1, "level": 1}, on, head, "fail"),
        Attempt("complaint:" + world.next_of("complaint", office, on), "complaint_received", {
            "complainant": {"name": "Ai"}, "class": 2, "level": 2}, on, head, "fail"),
        Attempt("complaint:" + world.next_of("complaint", office, on), "complaint_received", {
            "complainant": {"name": "Ai"}, "case": f"{code}/2017/0001", "class": 1, "level": 1}, on, head, "fail"),
    ))


def attempt(world):
    """One of them."""
    which = world.rng.random()
    if which < 0.12:
        return taking_over(world)
    if which < 0.3 or not world.cases:
        return elsewhere(world)
    return on_case(world, some_case(world))


def not_actions(world):
    """Requests that are no actions, with the status that each must get: (path, body, content type, status)."""
    case = world.rng.choice(sorted(world.cases))
    path = "/api/v1/cases/" + case.replace("/", "-") + "/actions"
    json = "application/json"
    return world.rng.choice((
        ("/api/v1/actions", b"{", json, 400), ("/api/v1/actions", b"[]", json, 400),
        ("/api/v1/actions", b"{}", json, 400), (path, b'{"kind": "note_added", "text": "x"}', json, 400),
        (path, b'{"kind": "note_added", "text": "x", "actor": 1}', "text/plain", 415),
        (path, b'{"kind": "note_added", "text": "x", "actor": 1, "effective": "2019-02-30"}', json, 400),
        (path, b'{"kind": "note_added", "text": "x", "actor": 1, "request": "short"}', json, 400),
        (path, b'{"kind": "note_added", "text": "x", "actor": 1, "case": "DT00/2018/9999"}', json, 400),
        ("/api/v1/cases/DT00-2018-x/actions", b'{"kind": "note_added", "text": "x", "actor": 1}', json, None),
    ))
