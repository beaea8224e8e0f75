"""Repairs: voids and corrections of entries, of repairs, and of what was undone, by whoever may make them."""

from .history import REPAIRS, repairs, says, subject
from .moves import brought, waiting
from .world import END, START, Attempt, plus

COMMON = ("on_behalf_of", "document", "note")
AUTHORITY = "biên bản 3/2019"


def some_case(world):
    """A case, of those with the latest entries more often."""
    cases = sorted(world.cases)
    return world.rng.choice(cases if world.rng.random() < 0.4 else cases[-25:])


def repairer(world, stream, entry):
    """Somebody who may repair an entry: as a rule of a role that records its kind."""
    base = subject(world.streams[stream], entry.position) or entry
    sort, key = stream.split(":", 1)
    if sort in ("office", "officer", "parameter"):
        return world.rng.choice(world.staff(1, "administrator") + world.staff(1, "provincial_head") or [1])
    office = world.cases[key] if sort == "case" else world.office_of(key)
    roles = world.roles[base.kind]
    if ("head" in roles or world.rng.random() < 0.6) and base.kind not in ("disbursed", "remitted_to_budget"):
        return world.head(office)
    if roles == ("enforcer",) and sort == "case":
        return world.account(key).enforcer or 9999
    return world.one_of(office, world.rng.choice(roles))


def void(world, stream=None):
    """An entry is voided: any, or a repair, so that what it undid stands again."""
    rng = world.rng
    stream = stream or "case:" + some_case(world)
    entries = world.streams[stream]
    over = repairs(entries)
    standing = [one for one in entries if not (one.position in over and over[one.position].kind == "entry_voided")]
    undone = [one for one in standing if one.kind in REPAIRS]
    entry = rng.choice(undone) if undone and rng.random() < 0.6 else rng.choice(standing[-10:])
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        done = yield Attempt(stream, "entry_voided", {"entry": entry.position, "authority": AUTHORITY},
                             max(entry.effective, START), repairer(world, stream, entry))
        if not done:
            return
        entry = world.streams[stream][-1]


def correct(world, stream=None):
    """An entry is corrected, perhaps again, and the correction perhaps undone."""
    rng = world.rng
    stream = stream or "case:" + some_case(world)
    entries = world.streams[stream]
    over = repairs(entries)
    plain = [one for one in entries if one.kind not in REPAIRS
             and not (one.position in over and over[one.position].kind == "entry_voided")]
    if not plain:
        return
    entry = rng.choice(plain[-12:])
    for _ in range(rng.choice((1, 1, 2))):
        done = yield correction(world, stream, entry)
    if done and rng.random() < 0.4:
        last = world.streams[stream][-1]
        yield Attempt(stream, "entry_voided", {"entry": last.position, "authority": AUTHORITY}, last.effective,
                      repairer(world, stream, entry))


def correction(world, stream, entry):
    """A correction of an entry that is no repair, by the fields that change or as a whole."""
    rng = world.rng
    on, fields = says(entry, repairs(world.streams[stream]).get(entry.position))
    changes = change(world, stream, entry.kind, fields)
    took_effect = on
    if not changes or rng.random() < 0.15:
        took_effect = min(END, max("2018-02-01", plus(on, rng.randint(-10, 6))))
    replacement = {**fields, **changes}
    own = {"entry": entry.position, "took_effect": took_effect, "replacement": replacement, "authority": AUTHORITY}
    if rng.random() < 0.2:
        own["reason"] = "ghi nhầm"
    sent = {name: value for name, value in own.items() if name != "replacement"}
    if rng.random() < 0.75:
        sent["changes"] = changes
        if took_effect == on and rng.random() < 0.5:
            sent.pop("took_effect")
    else:
        sent["replacement"] = {
            "kind": entry.kind, "common": {name: replacement[name] for name in COMMON if name in replacement},
            "fields": {name: value for name, value in replacement.items() if name not in COMMON},
        }
    return Attempt(stream, "fact_corrected", own, max(START, entry.effective), repairer(world, stream, entry), None, sent)


def other_amount(world, amount):
    """Another amount: a little more or less, or anything."""
    rng = world.rng
    near = max(1, amount + rng.choice((-1, 1)) * rng.randint(1, max(1, amount // 3)))
    return min(near if rng.random() < 0.7 else world.amount(), 2**63 - 1)


def change(world, stream, kind, fields):
    """The fields of an entry that change; nothing where only its day does."""
    rng = world.rng
    if kind == "enforcement_ordered":
        lines = [dict(line) for line in fields["obligations"]]
        line = rng.choice(lines)
        if line["amount"]:
            line["amount"] = other_amount(world, line["amount"])
        if line.get("secured") is not None and line["payee"] != "budget" and rng.random() < 0.3:
            line["secured"] = not line["secured"]
        if rng.random() < 0.2:
            lines.append({"kind": "fine", "payee": "budget", "amount": world.amount()})
        return {"obligations": lines}
    if "brought" in fields:
        others = waiting(world)
        if others and rng.random() < 0.5:
            return {"brought": brought(world, rng.choice(others), END)}
        other = {**fields["brought"], "obligations": [dict(line) for line in fields["brought"]["obligations"]]}
        if other["obligations"]:
            line = rng.choice(other["obligations"])
            line["amount"] = other_amount(world, line["amount"])
        return {"brought": other}
    if "lines" in fields:
        lines = [dict(line) for line in fields["lines"]]
        rng.choice(lines)["amount"] = other_amount(world, lines[0]["amount"])
        return {"lines": lines}
    if kind in ("entrusted_out", "pulled_up"):
        return {"to": rng.choice(sorted(world.offices))}
    if kind == "enforcement_fee_charged" and fields["fee"]:
        return {"fee": other_amount(world, fields["fee"])}
    for name in ("amount", "value", "price", "start_price"):
        if name in fields and rng.random() < 0.8:
            return {name: other_amount(world, fields[name])}
    choices = {
        "means": ("cash", "transfer", "deduction", "income"), "borne_by": ("debtor", "creditor", "budget"),
        "means_found": (True, False), "ground": ("a", "b", "c"), "outcome": ("upheld", "partly", "dismissed"),
        "to": ("distribution", "returned", "budget") if kind == "held_money_resolved" else ("debtor", "creditor"),
        "class": (1, 2, 3, 4), "complex": (True, False), "mortgaged": (True, False), "channel": ("desk", "post"),
        "result": ("received", "absent"), "obligations": ([], [1]), "number": (fields.get("number"),),
    }
    for name, values in choices.items():
        if name in fields and kind not in ("office_opened", "officer_appointed") and rng.random() < 0.8:
            return {name: rng.choice(values)}
    return {"note": "sửa"} if rng.random() < 0.3 else {}
