"""Reads a ledger's directory from docs/format.md: segments, blocks, records, the tree, the checkpoint, the vault.

Every hash, link and root is made anew; what does not hold raises `schema.Wrong`.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from .primitives import derive, is_signed, open_xchacha20_poly1305
from .schema import Wrong

TAGS = ("ledger", "case", "complaint", "inspection", "office", "officer", "period", "parameter", "key", "import")
PROVENANCE = ("live", "imported", "practice")
ZEROS = bytes(32)
NO_POSITION = (1 << 64) - 1


def must(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


@dataclass(frozen=True)
class Record:
    """A record's fields as the page's table has them, and its leaf."""

    ledger: bytes
    position: int
    previous: bytes
    recorded_at: int
    stream: str
    version: int
    stream_previous: bytes
    effective: int
    office: int
    actor: int
    provenance: str
    rule_set: int
    request: bytes
    corrects: int | None
    kind: int
    revision: int
    payload: bytes
    commitments: tuple[bytes, ...]
    leaf: bytes


def record(data: bytes) -> Record:
    """Reads the bytes of one record."""
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        must(at + count <= len(data), "a record ends early")
        at += count
        return data[at - count : at]

    def number(count: int, signed: bool = False) -> int:
        return int.from_bytes(take(count), "big", signed=signed)

    must(number(1) == 1, "the record's revision is not 1")
    ledger, position, previous, recorded_at = take(16), number(8), take(32), number(8, signed=True)
    tag, key = TAGS[number(1)], take(number(1)).decode("utf-8")
    version, stream_previous, effective = number(8), take(32), number(4, signed=True)
    office, actor, provenance, rule_set = number(4), number(4), PROVENANCE[number(1)], number(1)
    request, corrects, kind, revision, _blind = take(16), number(8), number(2), number(1), take(16)
    payload = take(number(4))
    commitments = tuple(take(32) for _ in range(number(2)))
    must(at == len(data), "bytes stand behind the record")
    return Record(
        ledger, position, previous, recorded_at, f"{tag}:{key}", version, stream_previous, effective, office, actor,
        provenance, rule_set, request, None if corrects == NO_POSITION else corrects, kind, revision, payload,
        commitments, derive("thads 2026 record v1", data),
    )


class Tree:
    """The tree of RFC 6962 over the records' leaves, kept as the roots of its complete subtrees."""

    def __init__(self) -> None:
        self.size, self.complete = 0, []

    def push(self, leaf: bytes) -> None:
        node, size = hashlib.sha256(b"\0" + leaf).digest(), self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.complete.pop() + node).digest(), size >> 1
        self.complete.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self.complete:
            return hashlib.sha256().digest()
        root = self.complete[-1]
        for left in reversed(self.complete[:-1]):
            root = hashlib.sha256(b"\1" + left + root).digest()
        return root


def blocks(segment: bytes, number: int, ledger: bytes | None) -> list[tuple[bytes, list[bytes]]]:
    """The header and the records' bytes of each block of a segment, in order."""
    must(segment[:8] == b"thadssg\x01" and segment[24:32] == struct.pack(">Q", number), "no header of that segment")
    must(derive("thads 2026 segment header v1", segment[:40])[:8] == segment[40:48], "the segment's checksum")
    must(ledger in (None, segment[8:24]), "another ledger's segment")
    must(not any(segment[48:512]), "bytes that are not zero stand behind the segment's header")
    found, at = [], 512
    while segment[at : at + 7] == b"thadsbk":
        header = segment[at : at + 128]
        length, count = struct.unpack(">II", header[8:16])
        must(header[7] == 1 and derive("thads 2026 block header v1", header[:120])[:8] == header[120:], "block header")
        must(derive("thads 2026 block v1", segment[at : at + length - 32]) == segment[at + length - 32 : at + length], "block")
        start, records = at + 128 + 12 * count, []
        for one in range(count):
            entry = segment[at + 128 + 12 * one :][:12]
            size = int.from_bytes(entry[:4], "big")
            records.append(segment[start : start + size])
            must(derive("thads 2026 record v1", records[-1])[:8] == entry[4:], "a block's index")
            start += size
        must(start == at + length - 32, "the records do not fill their block")
        found.append((header, records))
        padding = segment[at + length : at + -(-length // 512) * 512]
        must(not any(padding), "bytes that are not zero stand in a block's padding")
        at += length + len(padding)
    must(not any(segment[at:]), "bytes that are not zero stand behind the last block")
    return found


def read(directory: Path) -> tuple[list[Record], list[bytes]]:
    """All records, and the tree's root at every size from 0 on."""
    records, roots, tree, streams, ledger = [], [Tree().root()], Tree(), {}, None
    used = [path.read_bytes() for path in sorted((directory / "wal").glob("*.seg"))]
    for number, segment in enumerate(one for one in used if any(one[:512])):
        for header, found in blocks(segment, number, ledger):
            must(header[16:24] == struct.pack(">Q", len(records)), "the block's first position")
            must(header[24:56] == (records[-1].leaf if records else ZEROS), "the block's previous leaf")
            for one in map(record, found):
                before = records[-1] if records else None
                version, leaf = streams.get(one.stream, (0, ZEROS))
                must(one.position == len(records), "a position is left out")
                must(one.ledger == (ledger or one.ledger), "another ledger's record")
                must(one.previous == (before.leaf if before else ZEROS), "the chain")
                must((one.version, one.stream_previous) == (version + 1, leaf), f"the chain of {one.stream}")
                must(before is None or one.recorded_at >= before.recorded_at, "the time goes back")
                ledger = one.ledger
                streams[one.stream] = (one.version, one.leaf)
                records.append(one)
                tree.push(one.leaf)
                roots.append(tree.root())
            must(header[56:88] == records[-1].leaf and header[88:120] == tree.root(), "the block's last leaf and root")
    return records, roots


def verifier_key(name: str, public: bytes) -> str:
    """The verifier key of an Ed25519 public key, as it stands in the genesis."""
    key = b"\x01" + public
    hint = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    return f"{name}+{hint.hex()}+{base64.b64encode(key).decode()}"


def checkpoint(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of a signed note, by the verifier key `NAME+HASH+KEY` that signs it."""
    text, signatures = note.rsplit("\n\n", 1)
    name, _, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    must(key[0] == 1, "the key is not Ed25519")
    hint = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    origin, size, root = text.split("\n")
    for line in signatures.splitlines():
        signer, signature = line.removeprefix("— ").rsplit(" ", 1)
        signature = base64.b64decode(signature)
        if (signer, signature[:4]) == (name, hint):
            must(is_signed(key[1:], f"{text}\n".encode(), signature[4:]), "the checkpoint's signature")
            must(origin == name, "the checkpoint's origin")
            return int(size), base64.b64decode(root)
    raise Wrong("the checkpoint is not signed by that key")


class Vault:
    """Personal data by reference: the first entry and the first key of each."""

    def __init__(self, directory: Path) -> None:
        entries, keyring = (directory / "vault/entries").read_bytes(), (directory / "keys/keyring").read_bytes()
        self.keys, self.entries = {}, {}
        for at in range(0, len(keyring) - 55, 56):
            slot = keyring[at : at + 56]
            if derive("thads 2026 keyring slot v1", slot[:48])[:8] == slot[48:]:
                self.keys.setdefault(slot[:16], slot[16:48])
        at = 0
        while at < len(entries):
            head = entries[at : at + 32]
            length = int.from_bytes(head[4:8], "big")
            must(head[:4] == b"thve" and derive("thads 2026 vault entry v1", head[:24])[:8] == head[24:], "an entry")
            self.entries.setdefault(head[8:24], entries[at + 32 : at + 32 + 72 + length])
            at += 32 + 72 + length

    def words(self, reference: bytes, commitment: bytes) -> bytes:
        """The plaintext that opens the commitment of the record that names the reference."""
        must(reference in self.entries and reference in self.keys, f"{reference.hex()} is not in the vault")
        entry = self.entries[reference]
        opened = open_xchacha20_poly1305(self.keys[reference], entry[:24], entry[24:], reference)
        must(opened is not None, f"{reference.hex()} does not open under its key")
        must(derive("thads 2026 pii v1", opened) == commitment, f"{reference.hex()} opens another commitment")
        return opened[32:]
