"""Entries of a stream as they were sent, and what repairs leave of them (docs/format.md, "Folding a stream")."""

from dataclasses import dataclass

REPAIRS = ("entry_voided", "fact_corrected")


@dataclass(slots=True)
class Entry:
    """An action that was accepted. `fields`: the kind's own and the common ones; of a correction the whole replacement."""

    position: int
    effective: str
    kind: str
    fields: dict
    actor: int


@dataclass(slots=True)
class Live:
    """An entry as repairs leave it."""

    position: int
    on: str
    kind: str
    fields: dict
    actor: int
    number: int = 0  # of an asset or a sum in keeping, in the order in which they were recorded, voided ones counted


NUMBERED = ("asset_distrained", "held_temporarily")


def repairs(entries):
    """{position: the repair that stands over it}: a void before every correction, of corrections the last."""
    standing = {}
    for entry in reversed(entries):
        over = standing.get(entry.position)
        if entry.kind not in REPAIRS or (over is not None and over.kind == "entry_voided"):
            continue
        named = entry.fields["entry"]
        if named not in standing or (entry.kind == "entry_voided" and standing[named].kind == "fact_corrected"):
            standing[named] = entry
    return standing


def says(entry, over):
    """(effective, fields) of an entry with the repair that stands over it, or None where it is voided."""
    if over is None:
        return entry.effective, entry.fields
    if over.kind == "entry_voided":
        return None
    return over.fields["took_effect"], over.fields["replacement"]


def timeline(entries):
    """What stands of entries, in the order of (effective, position)."""
    standing = repairs(entries)
    live, counted = [], dict.fromkeys(NUMBERED, 0)
    for entry in entries:
        if entry.kind in NUMBERED:
            counted[entry.kind] += 1
        said = says(entry, standing.get(entry.position))
        if said is not None and entry.kind not in REPAIRS:
            number = counted.get(entry.kind, 0)
            live.append(Live(entry.position, said[0], entry.kind, said[1], entry.actor, number))
    live.sort(key=lambda one: (one.on, one.position))
    return live


def subject(entries, position):
    """The entry that a position says something about in the end: itself, or what its chain of repairs names."""
    by_position = {entry.position: entry for entry in entries}
    entry = by_position.get(position)
    while entry is not None and entry.kind in REPAIRS:
        entry = by_position.get(entry.fields["entry"])
    return entry
