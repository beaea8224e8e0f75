"""Complaints and denunciations, from receipt to outcome, and repairs of them."""

from . import repairs
from .history import timeline
from .world import END, Attempt, plus


def new_complaint(world):
    """A complaint or denunciation comes in, about a case or about none."""
    rng = world.rng
    office, on = rng.choice(sorted(world.offices)), world.day()
    key = world.next_of("complaint", office, on)
    case = rng.choice(sorted(world.cases)) if world.cases and rng.random() < 0.6 else None
    fields = {"complex": rng.random() < 0.2}
    if case:
        fields["case"] = case
    if rng.random() < 0.6:
        kind, level = "complaint_received", rng.choice((1, 1, 2))
        fields.update({"complainant": world.person(), "class": rng.choice((1, 3, 4)) if level == 2 else rng.randint(1, 4),
                       "level": level})
        if rng.random() < 0.3:
            fields["against"] = "quyết định kê biên"
    else:
        kind = "denunciation_received"
        fields.update({"author": world.person(), "against": world.person()})
    actor = world.head(office, on)
    yield Attempt("complaint:" + key, kind, fields, on, actor)


def go_on(world):
    """The next step of a complaint."""
    rng = world.rng
    if not world.complaints:
        return
    key = rng.choice(world.complaints)
    stream = "complaint:" + key
    live = timeline(world.streams[stream])
    head = world.head(world.office_of(key))
    if not live:
        return
    kinds = {one.kind for one in live}
    on = min(END, plus(live[-1].on, rng.randint(0, 20)))
    sort = "complaint" if live[0].kind.startswith("complaint") else "denunciation"
    rejected = "complaint_rejected" if sort == "complaint" else "denunciation_not_accepted"
    resolved = "complaint_resolved" if sort == "complaint" else "denunciation_concluded"
    if sort == "complaint" and rng.random() < 0.15:
        yield Attempt(stream, "complaint_withdrawn", {}, on, head)
    elif sort + "_accepted" in kinds:
        outcome = {"outcome": rng.choice(("upheld", "partly", "dismissed"))}
        yield Attempt(stream, resolved, outcome, on, head)
    elif rng.random() < 0.3:
        yield Attempt(stream, rejected, {"ground": "không đủ điều kiện"}, on, head)
    else:
        yield Attempt(stream, sort + "_accepted", {}, on, head)


def repair(world):
    """An entry of a complaint is voided or corrected."""
    if world.complaints:
        stream = "complaint:" + world.rng.choice(world.complaints)
        yield from (repairs.void if world.rng.random() < 0.5 else repairs.correct)(world, stream)
