"""Decodes payloads by the tables of docs/format.md, and by nothing else: what the page does not say cannot be read here.

A decoded payload is in the form of `thads log --json`: names of fields, words for values, `{"ref": …}` for a reference
to the vault. The references are also given in the order in which they stand, which is that of the commitments.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "format.md"
WIDTHS = {251: 2, 252: 4, 253: 8, 254: 16}


class Wrong(Exception):
    """The bytes are not what docs/format.md says."""


class Bytes:
    """A payload that is being read, and the references met so far."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.references = data, 0, []

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise Wrong(f"ends at byte {len(self.data)}, {count} more wanted at {self.at}")
        self.at += count
        return taken

    def unsigned(self, bits: int) -> int:
        first = self.take(1)[0]
        if first <= 250:
            return first
        width = WIDTHS.get(first)
        if width is None or 8 * width > bits:
            raise Wrong(f"byte {first} begins no number of {bits} bits")
        number = int.from_bytes(self.take(width), "little")
        if number <= 250 or any(number < 1 << 8 * less for less in WIDTHS.values() if less < width):
            raise Wrong(f"{number} is not in its shortest form")
        return number

    def signed(self, bits: int) -> int:
        number = self.unsigned(bits)
        return -(number + 1) // 2 if number % 2 else number // 2

    def flag(self) -> bool:
        byte = self.take(1)[0]
        if byte > 1:
            raise Wrong(f"{byte} is neither true nor false")
        return byte == 1

    def text(self) -> str:
        return self.take(self.unsigned(64)).decode("utf-8")


@dataclass
class Page:
    """The tables of the page: kinds by code and revision, the types of their fields, streams by tag, rule sets."""

    kinds: dict[tuple[int, int], str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    fields: dict[tuple[str, int], list[tuple[str, str]]] = field(default_factory=dict)
    forms: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    common: list[tuple[str, str]] = field(default_factory=list)
    streams: dict[str, set[str]] = field(default_factory=dict)
    begins: dict[str, set[str]] = field(default_factory=dict)
    rule_sets: list[tuple[int, str, str]] = field(default_factory=list)

    def event(self, source: Bytes, kind: str, revision: int) -> tuple[dict, dict]:
        """The common fields and the kind's own. The page writes the common note first and gives its commitment last."""
        before = len(source.references)
        common = {name: self.value(source, of) for name, of in self.common}
        note = source.references[before:]
        del source.references[before:]
        own = {name: self.value(source, of) for name, of in self.fields[kind, revision]}
        source.references += note
        return common, own

    def payload(self, code: int, revision: int, data: bytes) -> tuple[str, dict, list[bytes]]:
        """Kind, fields (the common ones among them) and references of a payload; every byte must be used."""
        source = Bytes(data)
        kind = self.kind(code, revision)
        common, own = self.event(source, kind, revision)
        if source.at != len(data):
            raise Wrong(f"{len(data) - source.at} bytes stand behind the payload")
        return kind, {**own, **common}, source.references

    def kind(self, code: int, revision: int) -> str:
        if (code, revision) not in self.kinds:
            raise Wrong(f"kind {code} revision {revision} is not on the page")
        return self.kinds[code, revision]

    def value(self, source: Bytes, of: str) -> object:
        if of.startswith("optional "):
            return self.value(source, of.removeprefix("optional ")) if source.flag() else None
        if of.startswith("list of "):
            return [self.value(source, of.removeprefix("list of ")) for _ in range(source.unsigned(64))]
        simple = self.simple(source, of)
        if simple is not None:
            return simple[0]
        if of in self.forms:
            number = source.unsigned(32)
            if number >= len(self.forms[of]):
                raise Wrong(f"{of} has no form {number}")
            name, inner = self.forms[of][number]
            value = None if inner is None else self.value(source, inner)
            if (name, inner) == ("other", "text"):
                return value
            return name if value is None else {name: value}
        if of in self.parts:
            return {name: self.value(source, inner) for name, inner in self.parts[of]}
        raise Wrong(f"the page does not say what {of!r} is")

    def simple(self, source: Bytes, of: str) -> tuple[object] | None:
        if of == "event":
            code, revision = source.unsigned(16), source.take(1)[0]
            kind = self.kind(code, revision)
            common, own = self.event(source, kind, revision)
            return ({"kind": kind, "common": common, "fields": own},)
        if of == "reference":
            source.references.append(source.take(16))
            return ({"ref": source.references[-1].hex()},)
        if of == "date":
            day = datetime.date(1970, 1, 1) + datetime.timedelta(days=source.signed(32))
            return (day.isoformat(),)
        if of in ("text", "case", "complaint"):
            return (source.text(),)
        if of == "true or false":
            return (source.flag(),)
        if of in ("8-bit", "16-bit", "32-bit", "64-bit"):
            bits = int(of.removesuffix("-bit"))
            return (source.take(1)[0] if bits == 8 else source.unsigned(bits),)
        if of in ("office", "officer"):
            return (source.unsigned(32),)
        if of == "position":
            return (source.unsigned(64),)
        if of in ("amount", "signed 64-bit"):
            return (source.signed(64),)
        if of == "signed 32-bit":
            return (source.signed(32),)
        if of == "ratio":
            return ({"numerator": source.signed(64), "denominator": source.signed(64)},)
        return None


def _rows(lines: list[str], header: str) -> list[list[str]]:
    """The cells of the table whose header row is `header`, without backticks."""
    start = next((at for at, line in enumerate(lines) if line == header), None)
    if start is None:
        raise Wrong(f"the page has no table {header!r}")
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return rows


def _list(text: str) -> list[tuple[str, str]]:
    """`a (text); b (optional date)` as pairs."""
    if text == "none":
        return []
    pairs = []
    for part in text.split(";"):
        found = re.fullmatch(r"\s*(\w+) \((.+)\)\s*", part)
        if found is None:
            raise Wrong(f"{part!r} does not read NAME (TYPE)")
        pairs.append((found[1], found[2]))
    return pairs


def read(page: Path = PAGE) -> Page:
    """Reads the tables under "Kind codes"."""
    lines = page.read_text(encoding="utf-8").splitlines()
    read = Page()
    for code, revision, name, *_ in _rows(lines, "| code | revision | name | Vietnamese | article | recorded by |"):
        read.kinds[int(code), int(revision)] = name
        read.codes[name] = int(code)
    for name, own in _rows(lines, "| kind | the kind's own fields, in order |"):
        kind, _, revision = name.partition(", revision ")
        read.fields[kind, int(revision or 1)] = _list(own)
    for name, values in _rows(lines, "| type | values |"):
        if values.startswith("0 "):
            forms = []
            for number, form in enumerate(values.split(", ")):
                found = re.fullmatch(r"(\d+) (\w+)(?: then (.+))?", form)
                if found is None or int(found[1]) != number:
                    raise Wrong(f"{name}: {form!r} is not form {number}")
                forms.append((found[2], found[3]))
            read.forms[name] = forms
        else:
            read.parts[name] = _list(values)
    common = next(line for line in lines if line.startswith("Common fields: "))
    for part in common.removeprefix("Common fields: ").removesuffix(".").split("; "):
        name, of = re.fullmatch(r"(\w+) \((.+)\)", part).groups()
        read.common.append((name, of))
    for tag, _, holds, begins in _rows(lines, "| tag | key | holds | begins with |"):
        span = re.fullmatch(r"the kinds (\d+) to (\d+)", holds)
        codes = range(int(span[1]), int(span[2]) + 1) if span else [read.codes[name] for name in holds.split(", ")]
        read.streams[tag] = {name for (code, _), name in read.kinds.items() if code in codes}
        read.begins[tag] = set(begins.split(", "))
    anywhere = re.search(r"^(.+) stand in every stream but the ledger's", "\n".join(lines), re.MULTILINE)
    for tag in read.streams.keys() - {"ledger"}:
        read.streams[tag] |= set(re.findall(r"`(\w+)`", anywhere[1]))
    for code, name, since in _rows(lines, "| code | name | from |"):
        read.rule_sets.append((int(code), name, "" if since == "the beginning" else since))
    return read
