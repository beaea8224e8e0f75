"""The organisation, late as well as in time: offices, officers, targets, values of the law, and repairs of them."""

from .history import repairs
from .repairs import AUTHORITY, COMMON
from .world import FOUNDED, START, Attempt

ROLES = ("head", "enforcer", "enforcer", "clerk", "accountant", "accountant", "cashier", "examiner")


def appoint(world, office, role, on=START, must=None):
    """An officer of an office."""
    number = max(world.officers) + 1
    fields = {"number": number, "office": office, "role": role, "person": world.person()}
    return Attempt(f"officer:{number}", "officer_appointed", fields, on, 1, must)


def open_office(world, code, parent, on=START, must=None):
    """An office below another."""
    number = max(world.offices) + 1
    fields = {"number": number, "code": code, "name": "Chi cục " + code, "level": "sub_department", "parent": parent}
    return Attempt(f"office:{code}", "office_opened", fields, on, 1, must)


def found(world):
    """The first offices with their officers: DT01 and DT02 below DT00, DT03 below DT01."""
    yield appoint(world, 1, "administrator", FOUNDED, "hold")
    for role in ROLES:
        yield appoint(world, 1, role, FOUNDED, "hold")
    for code, parent in (("DT01", 1), ("DT02", 1), ("DT03", 2)):
        yield open_office(world, code, parent, "2018-09-01", "hold")
        for role in ROLES:
            yield appoint(world, max(world.offices), role, "2018-09-01", "hold")
    yield parameter(world, "tracking_after", {"span": {"months": 1}}, "2018-01-01")


def late_office(world):
    """An office is opened late, with its officers."""
    if len(world.offices) >= 7:
        return
    on = world.day()
    code = f"DT{len(world.offices):02}"
    parents = sorted(world.below(1))
    if (yield open_office(world, code, world.rng.choice(parents), on, "hold")):
        for role in ROLES:
            yield appoint(world, max(world.offices), role, on)


def late_officer(world):
    """Another officer, appointed on a day long past."""
    office, role = world.rng.choice(sorted(world.offices)), world.rng.choice(ROLES)
    yield appoint(world, office, role, world.day("2018-03-01"))


def values(world):
    """Rules and values that they may have."""
    rng = world.rng
    grounds = [{"letter": letter, "name": "ground_" + str(at)} for at, letter in enumerate("abcđeh")]
    return {
        "voluntary": {"span": {"days": rng.choice((5, 10, 15, 40))}},
        "deposit_after": {"span": {"days": rng.choice((2, 15, 100))}},
        "fee_threshold": {"ratio": {"numerator": rng.randint(1, 4), "denominator": 1}},
        "base_salary": {"amount": rng.choice((1_000_000, 1_390_000, 2_340_000))},
        "tracking_after": {"span": {"months": rng.choice((1, 1, 6))}},
        "tracking_after.verifications": {"count": rng.choice((1, 2, 3))},
        "auction_pay": {"span": {"days": rng.choice((5, 15, 30))}},
        "reduce_max": {"ratio": {"numerator": rng.choice((5, 10)), "denominator": 100}},
        "unsold_agree": {"span": {"days": rng.choice((1, 10, 20))}},
        "postpone_by_request": {"span": {"months": rng.choice((1, 3))}},
        "request_limitation": {"span": {"years": rng.choice((3, 5))}},
        "terminate_grounds": {"grounds": grounds},
        "pull_up": {"flag": rng.random() < 0.85},
    }


def parameter(world, rule, value, start, must=None):
    """A value of the law from a day on."""
    fields = {"set": {"rule": rule, "from": start, "value": value, "document": "Thông tư thử"}}
    actor = world.rng.choice(world.staff(1, "administrator") + [1])
    return Attempt("parameter:" + rule, "parameter_set", fields, world.day(), actor, must)


def undone(world, rule, entry, must="hold"):
    """A value of the law is voided."""
    actor = world.rng.choice(world.staff(1, "administrator") + [1])
    return Attempt("parameter:" + rule, "entry_voided", {"entry": entry, "authority": AUTHORITY}, world.day(), actor, must)


def late_parameter(world):
    """A value of the law is set from a day long past."""
    rule, value = world.rng.choice(sorted(values(world).items()))
    start = world.day("2018-01-01")
    yield parameter(world, rule, value, start, "hold")


def target(world):
    """A target of an office."""
    rng, office = world.rng, world.rng.choice(sorted(world.offices))
    fields = {"year": rng.choice((2019, 2020)), "office": office, "figure": rng.choice(("rate.cases", "rate.money")),
              "ratio": {"numerator": rng.randint(0, 10000), "denominator": 10000}}
    yield Attempt("office:" + world.offices[office]["code"], "target_assigned", fields, world.day(), 1)


def streams(world, sort):
    """The streams of a sort."""
    return sorted(name for name in world.streams if name.startswith(sort + ":"))


def repair(world):
    """What was recorded of the organisation is corrected, or voided, or a void voided."""
    rng = world.rng
    sort = rng.choice(("parameter", "parameter", "officer", "office"))
    stream = rng.choice(streams(world, sort))
    entries = world.streams[stream]
    over = repairs(entries)
    standing = [one for one in entries if not (one.position in over and over[one.position].kind == "entry_voided")]
    entry = rng.choice(standing[-4:])
    actor = rng.choice(world.staff(1, "administrator") + [1])
    plain = entry.kind not in ("entry_voided", "fact_corrected")
    if not plain or (entry.kind in ("parameter_set", "target_assigned") and rng.random() < 0.6):
        yield Attempt(stream, "entry_voided", {"entry": entry.position, "authority": AUTHORITY}, world.day(), actor)
        return
    now = over.get(entry.position)
    on, fields = (now.fields["took_effect"], now.fields["replacement"]) if now else (entry.effective, entry.fields)
    changes = change(world, entry.kind, fields)
    if changes is None:
        return
    own = {"entry": entry.position, "took_effect": on, "replacement": {**fields, **changes}, "authority": AUTHORITY}
    if rng.random() < 0.8:
        sent = {"entry": entry.position, "changes": changes, "authority": AUTHORITY}
    else:
        whole = own["replacement"]
        sent = {**own, "replacement": {"kind": entry.kind, "common": {}, "fields": {
            name: value for name, value in whole.items() if name not in COMMON}}}
    yield Attempt(stream, "fact_corrected", own, world.day(), actor, None, sent)


def change(world, kind, fields):
    """What changes of an entry of the organisation; `None`: it must stay, so that the offices go on."""
    rng = world.rng
    if kind == "parameter_set":
        rule = fields["set"]["rule"]
        value = values(world).get(rule)
        return value and {"set": {**fields["set"], "value": value, "from": world.day("2018-01-01")}}
    if kind == "target_assigned":
        return {"ratio": {"numerator": rng.randint(0, 10000), "denominator": 10000}}
    if kind == "office_opened":
        if fields["number"] == 1:
            return {"name": "Cục Thi hành án"}
        parents = sorted(set(world.offices) - world.below(fields["number"]))
        return rng.choice(({"name": "Chi cục mới"}, {"parent": rng.choice(parents)}, {"parent": rng.choice(parents)}))
    number = fields["number"]
    if number <= 2:
        return {"person": world.person()}
    same = world.staff(fields["office"], fields["role"])
    if same == [number]:
        return {"person": world.person()}
    return rng.choice((
        {"role": rng.choice(ROLES)}, {"role": rng.choice(ROLES)}, {"office": rng.choice(sorted(world.offices))},
        {"person": world.person()},
    ))
