"""Moves between offices: entrusting, pulling up, and taking over, back and forth."""

from . import money
from .account import account_of
from .history import repairs, subject, timeline
from .lives import verify
from .world import END, START, Attempt, of, plus

SENDS = ("entrusted_out", "pulled_up")
TAKES = ("entrusted_in", "taken_from_below")


def send(world, case):
    """The case goes to another office, which as a rule takes it over at once."""
    rng, office = world.rng, world.cases[case]
    others = [number for number in sorted(world.offices) if number != office]
    if not others:
        return
    if not world.account(case).verified:
        yield from verify(world, case)
    on = world.later(case)
    above = [number for number in others if office in world.below(number)]
    if above and rng.random() < 0.4:
        to = rng.choice(above)
        chiefs = world.staff(to, "provincial_head") or world.staff(1, "provincial_head")
        sent = yield of(case, "pulled_up", {"to": to}, on, chiefs[0] if chiefs else 1)
    else:
        sent = yield of(case, "entrusted_out", {"to": rng.choice(others)}, on, world.head(office))
    if sent and rng.random() < 0.8:
        yield from take(world, case)


def hand_over(world, case):
    """What is held is settled, and the case goes to another office; there it may go on, or back again."""
    yield from money.settle(world, case)
    yield from send(world, case)


def undo(world):
    """A move is undone from either end, made again, or its undoing undone; whichever end may not, is refused."""
    rng = world.rng
    ends = [case for case in sorted(world.cases)
            if any(entry.kind in SENDS + TAKES for entry in world.entries(case))]
    if not ends:
        return
    case = rng.choice(ends[-12:])
    for _ in range(rng.choice((1, 2, 3, 4))):
        stream = "case:" + case
        entries, over = world.entries(case), repairs(world.entries(case))
        moves = [entry for entry in entries if (subject(entries, entry.position) or entry).kind in SENDS + TAKES]
        standing = [entry for entry in moves
                    if not (entry.position in over and over[entry.position].kind == "entry_voided")]
        entry = rng.choice(standing[-2:])
        base = subject(entries, entry.position)
        account, pulls = world.account(case), base.kind in ("pulled_up", "taken_from_below")
        actor = 1 if pulls else world.head(world.cases[case])
        fields = {"entry": entry.position, "authority": "biên bản 4/2019"}
        yield Attempt(stream, "entry_voided", fields, max(entry.effective, START), actor)
        # To the other end, if there is one; or the move is made again.
        takers = sorted(one for one in world.receivers.get(case, ()) if world.account(one).came_from == case)
        others = [*takers, account.came_from] if account.came_from else takers
        if rng.random() < 0.4 and world.account(case).open:
            yield from send(world, case)
        elif rng.random() < 0.3 and world.account(case).sent_to is not None and not takers:
            yield from take(world, case)
        if others:
            case = rng.choice(others)


def brought(world, case, day):
    """What a case sent, in the words of whoever takes it over."""
    account = account_of(timeline(world.entries(case)), day)
    obligations = [
        {"kind": kind, "payee": payee if payee == "budget" else {"creditor": int(payee)}, "amount": amount,
         "secured": secured}
        for kind, payee, secured, amount in account.sent()
    ]
    return {
        "from": case, "basis": account.basis or "proactive", "judgment": account.judgment or "civil",
        "obligations": obligations, "debtors": account.debtors, "creditors": account.creditors,
        "tags": account.tags,
    }


def waiting(world):
    """Cases that were sent and that nobody has taken over."""
    return [
        case for case in sorted(world.cases)
        if world.account(case).sent_to is not None
        and not any(world.account(one).came_from == case for one in world.receivers.get(case, ()))
    ]


def take(world, case):
    """The office takes over what was sent to it: as a new case, or in the stream of one whose taking over was voided."""
    rng, account = world.rng, world.account(case)
    to, sent_on = account.sent_to, account.standing["on"]
    on = max(sent_on, min(END, plus(sent_on, rng.randint(0, 6))))
    empty = [one for one in sorted(world.cases) if world.cases[one] == to
             and world.account(one).standing["is"] == "unknown"]
    into = rng.choice(empty) if empty and rng.random() < 0.5 else world.next_of("case", to, on)
    pulled = account.standing["how"] == "pulled_up"
    if pulled:
        chiefs = world.staff(to, "provincial_head", on) or world.staff(1, "provincial_head", on)
        actor, kind = (chiefs[0] if chiefs else 1), "taken_from_below"
    else:
        actor, kind = world.head(to, on), "entrusted_in"
    if (yield of(into, kind, {"brought": brought(world, case, on)}, on, actor)):
        enforcer = world.one_of(to, "enforcer", on)
        yield of(into, "enforcer_assigned", {"enforcer": enforcer}, on, world.head(to, on))
