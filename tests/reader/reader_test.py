#!/usr/bin/env python3
"""docs/format.md is enough: a reader written from that page alone reads what the program writes, and says the same.

A small real ledger is founded and written by the program (`THADS` names it), with corrections, voids, personal data of
both forms and every kind of stream that it has. The reader makes every hash, link and root anew, decodes every payload
by the page's own tables, opens every piece of personal data against the commitment of the record that names it, checks
the checkpoint's signature, and tells which entries stand; each is compared with what the program says of the same.

    THADS=target/release/thads python3 -m unittest tests.reader.reader_test
"""

from __future__ import annotations

import datetime
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from . import history, ledger, primitives, schema

ROOT = Path(__file__).resolve().parent.parent.parent
THADS = os.environ.get("THADS", str(ROOT / "target/release/thads"))
ORIGIN = "thads.example/thu"
CASE, OTHER = "VD00/2024/0001", "VD00/2024/0002"
DEBTOR = {"name": "Phạm Văn Đ", "id_number": "001099012345", "address": "12 Lê Lợi", "account": "0123"}
GENESIS = 1  # its kind's code
NOTE = "gọi điện, hẹn tuần sau"


def actions() -> list[dict]:
    """What is recorded, each at a position from 3 on: the founding takes 0 to 2."""

    def act(kind: str, on: str, by: int, **fields: object) -> dict:
        return {"kind": kind, "effective": on, "actor": by, **fields}

    def officer(number: int, role: str, name: str) -> dict:
        of = {"number": number, "office": 1, "role": role, "person": {"name": name}}
        return act("officer_appointed", "2024-01-02", 1, stream=f"officer:{number}", **of)

    def paid(amount: int, receipt: str, on: str, payer: dict) -> dict:
        of = {"payer": payer, "amount": amount, "means": "cash", "receipt": receipt}
        return act("payment_collected", on, 3, case=CASE, **of)

    def received(case: str, number: str) -> dict:
        of = {"court": "TAND tỉnh", "number": number, "date": "2024-01-15", "judgment": "criminal"}
        return act("judgment_received", "2024-03-01", 1, case=case, **of)

    def ordered(case: str, amount: int) -> dict:
        owed = [{"kind": "court_fee", "payee": "budget", "amount": amount}]
        of = {"obligations": owed, "debtors": [{"kind": "individual", "person": DEBTOR}], "note": NOTE}
        return act("enforcement_ordered", "2024-03-04", 1, case=case, basis="proactive", **of)

    today = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=7)).date().isoformat()
    target = {"year": 2024, "office": 1, "figure": "rate.cases", "ratio": {"numerator": 835, "denominator": 1000}}
    limit = {"rule": "voluntary", "from": "2024-01-01", "value": {"span": {"days": 10}}, "document": "QĐ 1"}
    fixed = {"amount": 1_200_000, "receipt": "0001b"}
    return [
        officer(2, "enforcer", "Trần Thị B"),  # 3
        officer(3, "accountant", "Lê Văn C"),
        act("target_assigned", "2024-01-02", 1, stream="office:VD00", **target),
        act("parameter_set", "2024-01-03", 1, stream="parameter:voluntary", set=limit),
        received(CASE, "12/2024/HS-ST"),  # 7
        ordered(CASE, 5_000_000),
        received(OTHER, "13/2024/HS-ST"),
        ordered(OTHER, 700_000),
        act("enforcer_assigned", "2024-03-05", 1, case=CASE, enforcer=2, reason="cùng địa bàn"),  # 11
        paid(1_000_000, "0001", "2024-03-20", {"debtor": 1}),  # 12
        paid(300_000, "0002", "2024-03-18", {"other": {"name": "Phạm Thị Em"}}),  # 13
        act("fact_corrected", "2024-04-01", 3, case=CASE, entry=12, changes=fixed, authority="biên bản 3"),  # 14
        act("entry_voided", "2024-04-02", 3, case=CASE, entry=13, authority="biên bản 4", reason="ghi nhầm hồ sơ"),
        act("entry_voided", "2024-04-03", 3, case=CASE, entry=15, authority="biên bản 5"),  # 16: 13 stands again
        paid(50_000, "0003", "2024-03-18", {"debtor": 1}),  # 17: the day of 13, behind it
        act("entry_voided", "2024-04-04", 3, case=CASE, entry=17, authority="biên bản 6", note=NOTE),
        act("note_added", "2024-04-05", 2, case=CASE, text=NOTE),  # 19
        act("clock_corrected", today, 1, stream="ledger:clock", day=today, reason=NOTE, **{"from": 19}),  # 20
    ]


def bare(value: object) -> object:
    """Without fields that say nothing: JSON may leave them out."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def day(days: int) -> str:
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()


class ReaderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = Path(cls.folder.name) / "ledger"
        founding = ("--name", "Thử", "--origin", ORIGIN, "--office", "VD00", "--office-name", "Cục", "--head", "Nguyễn A")
        cls.run_thads("init", *founding, "--since", "2024-01-02")
        cls.run_thads("record", "-", given="".join(f"{json.dumps(action)}\n" for action in actions()))
        cls.page = schema.read()
        cls.records, cls.roots = ledger.read(cls.data)
        cls.log = [json.loads(line) for line in cls.run_thads("--json", "log").splitlines()]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    @classmethod
    def run_thads(cls, *arguments: str, given: str = "", data: Path | None = None) -> str:
        command = [THADS, "--data", str(data or cls.data), "--lang", "en", "--quiet", *arguments]
        ran = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise AssertionError(f"{command}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def test_the_primitives_hold_against_published_values(self) -> None:
        # RFC 8032 7.1 test 2; draft-irtf-cfrg-xchacha-03 A.3.1; BLAKE3's test_vectors.json, lengths 0 and 1024.
        seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        self.assertEqual(primitives.public_key(seed), public)
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        self.assertTrue(primitives.is_signed(public, b"\x72", signature))
        self.assertFalse(primitives.is_signed(public, b"\x73", signature))
        sealed = bytes.fromhex(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
            "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
            "b52ec0875924c1c7987947deafd8780acf49"
        )
        key, nonce = bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58))
        associated = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
        opened = primitives.open_xchacha20_poly1305(key, nonce, sealed, associated)
        self.assertTrue(opened.startswith(b"Ladies and Gentlemen of the class of '99"))
        self.assertIsNone(primitives.open_xchacha20_poly1305(key, nonce, sealed, associated[1:]))
        context = "BLAKE3 2019-12-27 16:29:52 test vectors context"
        for length, expected in (
            (0, "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d"),
            (1024, "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706"),
        ):
            data = bytes(at % 251 for at in range(length))
            self.assertEqual(primitives.derive(context, data).hex(), expected)

    def test_every_record_is_read_as_the_program_reads_it(self) -> None:
        self.assertEqual(len(self.records), len(self.log))
        for ours, theirs in zip(self.records, self.log):
            self.assertEqual((ours.position, ours.leaf.hex()), (theirs["position"], theirs["leaf"]))
            since = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=ours.recorded_at)
            self.assertEqual(since.isoformat(timespec="microseconds") + "Z", theirs["recorded_at"])
            self.assertEqual((ours.stream, ours.version), (theirs["stream"], theirs["version"]))
            self.assertEqual((day(ours.effective), ours.office, ours.actor), (theirs["effective"], theirs["office"], theirs["actor"]))
            self.assertEqual((ours.provenance, ours.rule_set), (theirs["provenance"], theirs["rule_set"]))
            self.assertEqual((ours.request.hex(), ours.corrects), (theirs["request"], theirs["corrects"]))
            self.assertEqual((ours.kind, ours.revision), (theirs["kind_code"], theirs["kind_revision"]))
            if ours.kind != GENESIS:
                kind, fields, _ = self.page.payload(ours.kind, ours.revision, ours.payload)
                self.assertEqual((kind, bare(fields)), (theirs["kind"], bare(theirs["fields"])))

    def test_the_checkpoint_is_signed_by_the_genesis_key_and_names_the_tree_that_was_read(self) -> None:
        genesis = self.log[0]["fields"]
        size, root = ledger.checkpoint(self.run_thads("checkpoint"), genesis["log_key"])
        self.assertEqual((size, root), (len(self.records), self.roots[-1]))
        seed = bytes.fromhex((self.data / "keys/log.key").read_text(encoding="ascii").removesuffix("\n"))
        self.assertEqual(ledger.verifier_key(ORIGIN, primitives.public_key(seed)), genesis["log_key"])

    def test_each_reference_opens_the_commitment_of_its_own_record(self) -> None:
        vault, words = ledger.Vault(self.data), []
        for record in self.records:
            if record.kind == GENESIS:
                continue
            _, fields, references = self.page.payload(record.kind, record.revision, record.payload)
            self.assertEqual(len(references), len(record.commitments), f"position {record.position}")
            self.assertEqual(record.corrects, fields.get("entry"), f"position {record.position}")
            words += [vault.words(*pair) for pair in zip(references, record.commitments)]
        compact = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()  # noqa: E731
        for given in (DEBTOR, {"name": "Trần Thị B"}, {"name": "Phạm Thị Em"}, NOTE, "ghi nhầm hồ sơ"):
            self.assertIn(compact(given), words)

    def test_the_rule_set_is_the_one_of_the_effective_day(self) -> None:
        since = {code: first for code, _, first in self.page.rule_sets}
        for record in self.records[1:]:
            in_force = max((first, code) for code, first in since.items() if first <= day(record.effective))
            self.assertEqual(record.rule_set, in_force[1], f"position {record.position}")

    def test_each_kind_stands_in_a_stream_that_the_page_allows(self) -> None:
        begun = set()
        for record in self.records[1:]:
            kind = self.page.kinds[record.kind, record.revision]
            tag = record.stream.split(":", 1)[0]
            self.assertTrue(record.stream in begun or kind in self.page.begins[tag], f"position {record.position}")
            self.assertIn(kind, self.page.streams[tag], f"position {record.position}")
            begun.add(record.stream)

    def test_what_stands_of_a_case_is_what_the_program_says(self) -> None:
        entries = []
        for record in self.records:
            if record.stream == f"case:{CASE}":
                kind, fields, _ = self.page.payload(record.kind, record.revision, record.payload)
                entries.append(history.Entry(record.position, day(record.effective), kind, fields))
        standing = history.live(entries)
        in_order = [entry.position for entry in standing if entry.kind == "payment_collected"]
        self.assertEqual(in_order, [13, 12], "by day, and within a day by position; 17 is voided, 13 is not any more")
        said = json.loads(self.run_thads("--json", "case", CASE, "--history"))
        counts = {entry["position"] for entry in said["history"] if entry["counts"]}
        self.assertEqual({entry.position for entry in standing}, counts)
        self.assertEqual(said["cash"]["collected"], sum(entry.fields["amount"] for entry in standing if "receipt" in entry.fields))

    def test_a_changed_byte_is_not_read(self) -> None:
        segment = (self.data / "wal/0000000000.seg").read_bytes()
        used = len(segment.rstrip(b"\0"))
        chance = random.Random(1)
        for at in [0, 8, 40, 512, 640, *(chance.randrange(used) for _ in range(25))]:
            changed = bytearray(segment)
            changed[at] ^= 1 << chance.randrange(8)
            with self.assertRaises(schema.Wrong, msg=f"byte {at}"), tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "wal").mkdir()
                (Path(folder) / "wal/0000000000.seg").write_bytes(changed)
                ledger.read(Path(folder))

    def test_words_put_under_another_reference_do_not_open(self) -> None:
        vault = ledger.Vault(self.data)
        pairs = []
        for record in self.records:
            if record.kind != GENESIS:
                _, _, references = self.page.payload(record.kind, record.revision, record.payload)
                pairs += zip(references, record.commitments)
        (one, ours), (other, _) = pairs[0], pairs[1]
        vault.entries[one], vault.keys[one] = vault.entries[other], vault.keys[other]
        with self.assertRaises(schema.Wrong):
            vault.words(one, ours)

    def test_every_golden_payload_is_read_by_the_pages_tables(self) -> None:
        lines = (ROOT / "tests/golden/kinds.jsonl").read_text(encoding="utf-8").splitlines()
        for golden in map(json.loads, lines):
            code = self.page.codes[golden["kind"]]
            kind, fields, _ = self.page.payload(code, golden["revision"], bytes.fromhex(golden["payload"]))
            self.assertEqual((kind, bare(fields)), (golden["kind"], bare(golden["fields"])))


if __name__ == "__main__":
    if not shutil.which(THADS):
        raise SystemExit(f"no program at {THADS}: cargo build --release, or name one in THADS")
    unittest.main()
