"""Inspections: opened by an office of itself or of one below, concluded, and repaired."""

from . import repairs
from .history import timeline
from .world import END, Attempt, plus


def open_one(world):
    """An office inspects itself, or one below it."""
    rng = world.rng
    office, on = rng.choice(sorted(world.offices)), world.day()
    inspected = rng.choice([office, *sorted(world.below(office))])
    fields = {"inspected": inspected, "scope": "thụ lý, ra quyết định", "from": plus(on, -90), "until": on}
    yield Attempt("inspection:" + world.next_of("inspection", office, on), "inspection_opened", fields, on, world.head(office, on))


def go_on(world):
    """An inspection is concluded, once; or an entry of it is voided or corrected."""
    rng = world.rng
    if not world.inspections:
        return
    key = rng.choice(world.inspections)
    stream = "inspection:" + key
    if rng.random() < 0.3:
        yield from (repairs.void if rng.random() < 0.5 else repairs.correct)(world, stream)
        return
    live = timeline(world.streams[stream])
    if not live:
        return
    on = min(END, plus(live[-1].on, rng.randint(0, 20)))
    findings = [{"text": "chậm ra quyết định"}]
    if world.cases:
        findings.append({"case": rng.choice(sorted(world.cases)), "text": "thiếu biên bản"})
    fields = {"conclusion": "kết luận", "findings": findings,
              "recommendations": [{"text": "khắc phục", "due": plus(on, rng.choice((0, 30, 60)))}]}
    yield Attempt(stream, "inspection_concluded", fields, on, world.head(world.office_of(key)))
