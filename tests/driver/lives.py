"""Ordinary lives of cases: from the judgment to the end, each next act chosen by how the case stands."""

from . import money
from .account import BUDGET_KINDS
from .world import END, of, plus

PRIVATE_KINDS = ("loan", "loan", "wages", "maintenance", "injury", "damages", "dividing", "other", "social_insurance")


def party(world):
    """A debtor or creditor."""
    return {"person": world.person(), "kind": world.rng.choice(("individual", "individual", "organisation",
                                                                "credit_institution", "state_body"))}


def owed(world, creditors, proactive):
    """Obligations of an order."""
    rng, lines = world.rng, []
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        if creditors and not proactive and rng.random() < 0.65:
            kind = rng.choice(PRIVATE_KINDS)
            payee = {"creditor": rng.randint(1, creditors)}
            lines.append({"kind": kind, "payee": payee, "amount": world.amount(),
                          "secured": kind == "loan" and rng.random() < 0.3})
        elif creditors and not proactive and rng.random() < 0.15:
            lines.append({"kind": rng.choice(("thing", "act")), "payee": {"creditor": 1}, "amount": 0})
        else:
            kind = rng.choice(BUDGET_KINDS + ("court_fee", "fine"))
            lines.append({"kind": kind, "payee": "budget", "amount": world.amount()})
    return lines


def new_case(world):
    """A judgment comes in, is asked for, ordered and assigned; seldom the request is refused."""
    rng = world.rng
    office = rng.choice(sorted(world.offices))
    on = world.day(last="2019-08-31")
    if on < world.offices[office]["from"] or not world.staff(office, "enforcer", on):
        return
    case, head = world.next_of("case", office, on), world.head(office, on)
    judgment = {
        "court": "TAND", "number": f"{rng.randint(1, 999)}/{on[:4]}/DS-ST", "date": plus(on, -rng.randint(0, 60)),
        "judgment": rng.choice(("civil", "criminal", "marriage_family", "business", "labour")),
    }
    if rng.random() < 0.5:
        judgment["in_force"] = plus(judgment["date"], rng.randint(0, 30))
    clerk = world.staff(office, "clerk", on)
    if not (yield of(case, "judgment_received", judgment, on, rng.choice(clerk) if clerk else head, "hold")):
        return
    on = max(plus(on, rng.randint(0, 5)), judgment.get("in_force", on))
    proactive = rng.random() < 0.3
    if not proactive:
        asked = {"requester": world.person(), "channel": rng.choice(("desk", "post", "online"))}
        yield of(case, "request_received", asked, on, head, "hold")
        if rng.random() < 0.05:
            grounds = ("no_right_or_unrelated", "no_obligation", "not_competent", "out_of_time")
            yield of(case, "request_refused", {"ground": rng.choice(grounds)}, on, head)
            return
    creditors = [] if proactive else [party(world) for _ in range(rng.randint(1, 3))]
    order = {
        "basis": "proactive" if proactive else "on_request", "debtors": [party(world) for _ in range(rng.randint(1, 2))],
        "creditors": creditors, "obligations": owed(world, len(creditors), proactive),
        "tags": rng.sample(["bank_credit", "corruption", "economic", "foreign_element"], rng.choice((0, 0, 1, 2))),
    }
    if rng.random() < 0.3:
        order["liability"] = rng.choice(("sole", "joint", "several"))
    if rng.random() < 0.2:
        order["document"] = {"number": f"{rng.randint(1, 999)}/QĐ-CCTHADS", "date": on}
    if not (yield of(case, "enforcement_ordered", order, on, head, "hold")):
        return
    yield of(case, "enforcer_assigned", {"enforcer": world.one_of(office, "enforcer", on)}, on, head, "hold")
    if rng.random() < 0.5:
        yield from voluntary(world, case)


def voluntary(world, case):
    """The debtor is told and has his days to pay of his own will; the last of them as the ledger says it."""
    account, on = world.account(case), world.later(case)
    notice = {"to": "debtor", "of": "order", "mode": "direct", "result": "received"}
    if not account.served and not (yield of(case, "notice_served", notice, on, account.enforcer)):
        return
    until = plus(world.account(case).served, 10)
    refused = yield of(case, "voluntary_period_started", {"until": until}, on, account.enforcer)
    if not refused and isinstance(refused.problem.get("accepted"), str):
        yield of(case, "voluntary_period_started", {"until": refused.problem["accepted"]}, on, account.enforcer)


def notice(world, case):
    """Somebody is told something, by the enforcer or by a clerk for him."""
    rng, account = world.rng, world.account(case)
    fields = {
        "to": rng.choice(("debtor", {"debtor": 1}, "creditor", "related_person", "procuracy", "commune", "other")),
        "of": rng.choice(("order", "payout", "unsold", "distraint")),
        "mode": rng.choice(("direct", "post", "posted", "mass_media")),
        "result": rng.choice(("received", "received", "refused", "absent")),
    }
    actor = account.enforcer
    clerks = world.staff(world.cases[case], "clerk")
    if clerks and rng.random() < 0.5:
        actor, fields["on_behalf_of"] = rng.choice(clerks), account.enforcer
    yield of(case, "notice_served", fields, world.later(case), actor)


def assign(world, case):
    """Another enforcer takes the case."""
    office, on = world.cases[case], world.later(case)
    fields = {"enforcer": world.one_of(office, "enforcer", on)}
    if world.rng.random() < 0.3:
        fields["reason"] = "nghỉ phép"
    yield of(case, "enforcer_assigned", fields, on, world.head(office))


def verify(world, case):
    """The debtor's means are looked into."""
    rng = world.rng
    fields = {"means_found": rng.random() < 0.5}
    if rng.random() < 0.5:
        fields["estimate"] = world.amount()
    if rng.random() < 0.3:
        fields["findings"] = "đất thổ cư"
    yield of(case, "conditions_verified", fields, world.later(case, 30), world.account(case).enforcer)


def classify(world, case):
    """Enforceable, not yet, into the tracking book and out of it."""
    rng, account, head, on = world.rng, world.account(case), world.head(world.cases[case]), world.later(case, 40)
    if account.in_book:
        yield of(case, "returned_from_tracking_book", {}, on, head)
    elif account.standing["class"] == "not_yet_enforceable":
        if rng.random() < 0.4:
            yield of(case, "classified_enforceable", {}, on, head)
            return
        for _ in range(2):
            yield from verify(world, case)
        yield of(case, "moved_to_tracking_book", {}, min(END, plus(world.clock[case], rng.randint(20, 150))), head)
    elif rng.random() < 0.5:
        if not account.verified:
            yield from verify(world, case)
        ground = rng.choice(("a", "b", "c"))
        yield of(case, "classified_not_yet_enforceable", {"ground": ground}, world.later(case), head)
    else:
        yield of(case, "classified_enforceable", {}, on, head)


def stand(world, case):
    """Postponed, suspended, and on again."""
    rng, account, head, on = world.rng, world.account(case), world.head(world.cases[case]), world.later(case, 20)
    activity = account.standing["activity"]
    if activity == "postponed" and rng.random() < 0.8:
        yield of(case, "postponement_ended", {}, on, head)
    elif activity == "suspended":
        yield of(case, "resumed", {}, on, head)
    elif rng.random() < 0.5:
        fields = {"ground": rng.choice(("a", "b", "c", "c", "d", "authority"))}
        if fields["ground"] == "authority" or rng.random() < 0.5:
            fields["until"] = plus(on, rng.randint(0, 90))
        yield of(case, "postponed", fields, on, head)
    else:
        yield of(case, "temporarily_suspended", {"ground": rng.choice(("protest", "bankruptcy_accepted"))}, on, head)


def terminate(world, case):
    """All or a part of what is owed is ended."""
    rng, account = world.rng, world.account(case)
    fields = {"ground": rng.choice(("a", "c", "đ", "e", "h"))}
    if rng.random() < 0.6:
        fields["obligations"] = rng.sample([debt.number for debt in account.debts], 1)
    yield of(case, "terminated", fields, world.later(case), world.head(world.cases[case]))


def withdraw(world, case):
    """The order is withdrawn."""
    fields = {"ground": world.rng.choice(("a", "b", "c", "d"))}
    yield of(case, "order_withdrawn", fields, world.later(case), world.head(world.cases[case]))


def finish(world, case):
    """The debtor pays all, and the case is completed."""
    yield from money.pay_off(world, case)
    yield from complete(world, case)


def complete(world, case):
    """The case is completed."""
    account, office = world.account(case), world.cases[case]
    actor = account.enforcer if world.rng.random() < 0.4 else world.head(office)
    yield of(case, "completed", {}, max(world.later(case), world.clock[case]), actor)


def note(world, case):
    """A note; whatever the case has come to."""
    office = world.cases[case]
    roles = [role for role in ("head", "enforcer", "examiner", "clerk", "accountant", "cashier")
             if world.staff(office, role)]
    if roles:
        actor = world.one_of(office, world.rng.choice(roles))
        yield of(case, "note_added", {"text": "ghi chú " + "x" * world.rng.randint(1, 30)}, world.clock[case], actor, "hold")


def amend(world, case):
    """An obligation is corrected by the court: more, or less."""
    rng, account = world.rng, world.account(case)
    debt = rng.choice(account.debts)
    amount = rng.choice((world.amount(), debt.due + rng.randint(1, 10**6), max(1, debt.due - rng.randint(1, 10**6)),
                         max(1, debt.due - debt.remaining)))
    fields = {"obligation": debt.number, "amount": amount}
    if rng.random() < 0.3:
        fields["why"] = "đính chính bản án"
    yield of(case, "order_amended", fields, world.later(case), world.head(world.cases[case]))


def cost(world, case):
    """Costs of coercion arise."""
    rng, account = world.rng, world.account(case)
    fields = {"amount": rng.randint(1, 3_000_000), "borne_by": rng.choice(("debtor", "debtor", "creditor", "budget")),
              "items": "vận chuyển"}
    actor = account.enforcer if rng.random() < 0.5 else world.one_of(world.cases[case], "accountant")
    yield of(case, "coercion_cost_recorded", fields, world.later(case), actor)
