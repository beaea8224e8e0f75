"""What corrections leave of a stream's entries, and in what order they take effect: docs/format.md, "Folding a stream"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry of a stream, decoded."""

    position: int
    effective: str
    kind: str
    fields: dict


def live(entries: list[Entry]) -> list[Entry]:
    """The entries that stand, as corrections leave them, in the order of (effective date, position)."""
    known = {entry.position: entry for entry in entries}
    voided: set[int] = set()
    corrected: dict[int, dict] = {}
    # A repair is itself repaired only by later entries, so from the last to the first each is settled when it is met.
    for entry in reversed(entries):
        named = entry.fields.get("entry") if entry.kind in ("entry_voided", "fact_corrected") else None
        if named is None or entry.position in voided or named not in known or named >= entry.position:
            continue
        if entry.kind == "entry_voided":
            voided.add(named)
        else:
            corrected.setdefault(named, entry.fields)
    standing = []
    for entry in entries:
        if entry.position in voided:
            continue
        repair = corrected.get(entry.position)
        if repair is not None:
            replacement = repair["replacement"]
            entry = Entry(entry.position, repair["took_effect"], replacement["kind"], replacement["fields"])
        standing.append(entry)
    return sorted(standing, key=lambda entry: (entry.effective, entry.position))
