"""The random driver: `python3 -m tests.driver.driver --thads PROGRAM --seeds 1..2`, from the repository's root.

Plays actions of all kinds, lawful and unlawful, against `thads serve`; after each one the ledger's answer is compared with
what follows from the actions that were accepted. The first difference is printed with all that replays it.
"""

import argparse
import concurrent.futures
import itertools
import json
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, deque

from . import acts, complaints, figures, inspections, judge, lives, moves, organisation, overturn, repairs, wrong
from .account import Fault, must
from .client import Client
from .world import FOUNDED, World

STATUSES = (400, 404, 409, 415, 422)


def kinds():
    """{kind: roles that may record it}, from the table of docs/format.md; without what nobody may."""
    with open("docs/format.md", encoding="utf-8") as text:
        rows = re.findall(r"^\| (\d+) \| \d+ \| `(\w+)` \|.*\| ([^|]+) \|$", text.read(), re.MULTILINE)
    return {name: tuple(roles.split(", ")) for code, name, roles in rows if int(code) >= 16 and roles != "imports alone"}


class Result:
    """What became of an attempt."""

    def __init__(self, accepted, problem=None):
        self.accepted, self.problem = accepted, problem or {}

    def __bool__(self):
        return self.accepted


class Stop(Exception):
    """As many attempts as were asked for are made."""


class Run:
    """One seed against one ledger."""

    def __init__(self, program, seed, wanted, stop_after):
        self.seed, self.wanted, self.stop_after = seed, wanted, stop_after
        self.rng = random.Random(seed)
        self.world = World(self.rng, kinds())
        self.folder = tempfile.mkdtemp(prefix="thads-driver-")
        self.client = Client(program, self.folder)
        self.count = figures.Count()
        self.attempts = self.accepted = self.refused = 0
        self.by_kind = Counter()
        self.unlawful = 0
        self.sent = {}
        self.stream = None
        self.checked = 0

    def play(self):
        """Plays the whole run; a Fault where anything is broken."""
        status, _, errors = self.client.command(
            "init", "--name", "Sổ thử", "--origin", "thads.example/driver", "--office", "DT00", "--office-name", "Cục",
            "--head", "Người Thứ Nhất", "--since", FOUNDED)
        must(status == 0, f"init ended with {status}: {errors}")
        self.client.start()
        try:
            self.follow(organisation.found(self.world))
            for _ in range(8):
                self.follow(lives.new_case(self.world))
            while self.accepted < self.wanted:
                self.follow(self.choose())
                if self.accepted - self.checked >= 250:
                    self.checked = self.accepted
                    self.check_all()
                    if self.rng.random() < 0.3:
                        # What was acknowledged is there, whether the server was told to end or killed.
                        self.client.stop(self.rng.choice((signal.SIGTERM, signal.SIGKILL)))
                        self.client.start()
        except Stop:
            pass
        self.check_all()
        if self.stop_after is None:
            self.check_statistics()
        self.client.stop()
        for command in (("verify",), ("rebuild", "--check")):
            status, out, errors = self.client.command(*command)
            must(status == 0, f"{command[0]} ended with {status}: {out[-500:]}{errors[-500:]}")

    def choose(self):
        """The next acts: an attempt after the other, each knowing what became of the one before."""
        rng, world = self.rng, self.world
        going = [case for case in sorted(world.cases) if world.account(case).open]
        if len(going) < 12 or rng.random() < 0.02:
            return lives.new_case(world)
        waiting = moves.waiting(world)
        options = [
            (60, None), (10, repairs.void), (10, repairs.correct), (6, moves.undo), (2, overturn.overturn), (10, wrong.attempt), (2, complaints.new_complaint),
            (3, complaints.go_on), (1, complaints.repair), (0.5, inspections.open_one), (1, inspections.go_on), (1, organisation.late_parameter), (1.5, organisation.repair),
            (0.3, organisation.target), (0.15, organisation.late_office), (0.3, organisation.late_officer),
        ]
        if waiting:
            options.append((3, lambda world: moves.take(world, rng.choice(waiting))))
        chosen = rng.choices([act for _, act in options], [weight for weight, _ in options])[0]
        if chosen is not None:
            return chosen(world)
        case = rng.choice(going[-30:])
        fitting = acts.next_act(world, case)
        act = rng.choices([act for _, act in fitting], [weight for weight, _ in fitting])[0]
        return act(world, case)

    def follow(self, flow):
        """Sends the attempts of a flow one by one."""
        result = None
        try:
            attempt = flow.send(None)
            while True:
                result = self.send(attempt)
                attempt = flow.send(result)
        except StopIteration:
            pass

    def send(self, attempt):
        """Sends one attempt and judges what the ledger answers and what it then says."""
        if self.stop_after is not None and self.attempts >= self.stop_after:
            raise Stop
        self.attempts += 1
        rng = self.rng
        if attempt.must == "hold" and not self.world.in_office(attempt.actor, attempt.on):
            attempt.must = None
        self.stream = attempt.stream
        sort, key = attempt.stream.split(":", 1)
        path = "/api/v1/actions"
        body = {"request": f"{rng.getrandbits(128):032x}"}
        if sort in ("case", "complaint") and rng.random() < 0.5:
            path = f"/api/v1/{sort}s/{key.replace('/', '-')}/actions"
        elif sort == "case":
            body["case"] = key
        else:
            body["stream"] = attempt.stream
        body.update({"kind": attempt.kind, "effective": attempt.on, "actor": attempt.actor,
                     **(attempt.fields if attempt.sent is None else attempt.sent)})
        version = len(self.world.streams.get(attempt.stream, ()))
        if rng.random() < 0.1:
            body["expected_version"] = version
        note = {"attempt": self.attempts, "path": path, "body": body}
        self.sent.setdefault(attempt.stream, deque(maxlen=40)).append(note)
        dry = None
        if rng.random() < 0.05:
            dry = self.client.post(path + "?dry_run=true", body)
        status, content, answer = self.client.post(path, body)
        note["answer"] = status if status in (200, 201) else [status, answer.get("detail") if isinstance(answer, dict) else answer]
        if dry is not None:
            alike = dry[0] == 200 if status == 201 else (dry[0] == status and dry[2] == answer)
            must(alike, f"a dry run said {dry[0]} {dry[2]}, the action {status} {answer}")
        if status == 201:
            self.accepted += 1
            self.by_kind[attempt.kind] += 1
            must(attempt.must != "fail", f"accepted, and must not be: {json.dumps(body, ensure_ascii=False)}")
            judge.same(self.world.size, answer["first"], "the position")
            judge.same(version + 1, answer["stream_version"], "the stream's version")
            judge.same(attempt.on, answer["effective"], "the day of effect")
            self.world.accept(attempt)
            if rng.random() < 0.03:
                self.send_again(path, body, answer)
        else:
            self.refused += 1
            self.unlawful += attempt.must == "fail"
            self.check_problem(status, content, answer)
            must(attempt.must != "hold", f"refused, and must not be: {answer.get('detail')}")
        self.look(sort, key, attempt, status == 201)
        return Result(status == 201, answer if status != 201 else None)

    def check_problem(self, status, content, answer):
        """A refusal is a problem that says why."""
        must(status in STATUSES, f"status {status}: {answer}")
        must(content == "application/problem+json", f"content type {content} with status {status}")
        must(answer["status"] == status and answer["detail"] and answer["type"].startswith("urn:thads:problem:"),
             f"no problem: {answer}")
        if status == 422:
            for name in ("code", "article", "field", "given", "limit", "accepted", "vi", "en"):
                must(name in answer, f"a refusal without {name}: {answer}")

    def send_again(self, path, body, receipt):
        """The same bytes again are the same receipt; other content under the same request id is refused."""
        status, _, answer = self.client.post(path, body)
        must(status == 200, f"sent again: {status} {answer}")
        for name in ("first", "last", "leaf", "size", "root", "recorded_at", "stream_version", "effective"):
            judge.same(receipt[name], answer[name], f"{name} of the receipt of what was sent again")
        other = {**body, "effective": "2018-02-03"}
        status, content, answer = self.client.post(path, other)
        must(status == 409, f"another action under the same request id: {status} {answer}")
        self.check_problem(status, content, answer)

    def look(self, sort, key, attempt, accepted):
        """Compares what the ledger says of the case with what was accepted, whether this was or not."""
        rng, world = self.rng, self.world
        if accepted and sort == "case":
            judge.check_moves(world, key)
        cases = [key] if sort == "case" and key in world.cases else []
        if world.cases and (not cases or rng.random() < 0.1):
            cases.append(rng.choice(sorted(world.cases)))
        for case in cases:
            if not accepted and rng.random() < 0.4:
                continue
            history = accepted and attempt.kind in ("entry_voided", "fact_corrected") or rng.random() < 0.05
            status, _, answer = self.client.get(f"/api/v1/cases/{case.replace('/', '-')}{'/history' if history else ''}")
            must(status == 200, f"{case}: {status} {answer}")
            judge.check_case(world, case, answer)
            if history:
                judge.check_history(world, case, answer)
            if rng.random() < 0.06:
                self.look_back(case)
        if rng.random() < 0.01 and world.cases:
            path, body, content_type, wanted = wrong.not_actions(world)
            status, content, answer = self.client.post(path, body, content_type)
            # Refused before its body was read: then the server ends the connection.
            self.client.hang_up()
            must(wanted in (None, status), f"{path} {body}: {status} {answer}, expected {wanted}")
            self.check_problem(status, content, answer)

    def look_back(self, case):
        """The case as it stood on a day, as known at an earlier size of the log."""
        rng, world = self.rng, self.world
        entries = world.entries(case)
        known = rng.randint(entries[0].position + 1, world.size)
        day = world.day()
        status, _, answer = self.client.get(f"/api/v1/cases/{case.replace('/', '-')}?as_known={known}&at={day}")
        must(status == 200, f"{case} as known at {known}: {status} {answer}")
        judge.check_case(world, case, answer, [entry for entry in entries if entry.position < known], day)

    def check_all(self):
        """All cases, all debts, and the figures of every office."""
        world, self.stream = self.world, None
        judge.check_debts(world)
        for office in (None, self.rng.choice(sorted(world.offices))):
            scope = "&office=" + world.offices[office]["code"] if office else ""
            status, _, answer = self.client.get("/api/v1/cases?limit=100000" + scope)
            must(status == 200, f"cases: {status} {answer}")
            judge.check_list(world, answer, office)
        for office in (None, *sorted(world.offices)):
            scope = "?office=" + world.offices[office]["code"] if office else ""
            period = self.rng.choice(figures.PERIODS)
            status, _, answer = self.client.get(f"/api/v1/reports/{period}{scope}")
            must(status == 200, f"report {period}: {status} {answer}")
            figures.check(world, self.count, answer, period, office)
            later = self.rng.choice(figures.LATER)
            status, _, answer = self.client.get(f"/api/v1/reports/{later}{scope}")
            must(status == 200, f"report {later}: {status} {answer}")
            figures.check_identities(answer, f"{later}, office {office}")

    def check_statistics(self):
        """A value of the statistics that is set late moves figures, breaks none, and once it is voided all are as before."""
        for rule, value, taken_back in figures.STATISTICS:
            before = self.reports()
            self.follow(iter_of(organisation.parameter(self.world, rule, value, "2018-01-01", "hold")))
            for name, answer in self.reports().items():
                figures.check_identities(answer, f"{name} with another {rule}", taken_back)
            entry = self.world.streams["parameter:" + rule][-1].position
            self.follow(iter_of(organisation.undone(self.world, rule, entry)))
            for name, answer in self.reports().items():
                judge.same(before[name]["figures"], answer["figures"], f"{name} with {rule} as it was")

    def reports(self):
        """The reports of some periods, of the ledger and of its offices: {path: answer}."""
        answers = {}
        for period in figures.PERIODS[:2]:
            for office in (None, *sorted(self.world.offices)[:3]):
                path = f"/api/v1/reports/{period}" + (f"?office={self.world.offices[office]['code']}" if office else "")
                status, _, answers[path] = self.client.get(path)
                must(status == 200, f"{path}: {status} {answers[path]}")
        return answers

    def broken(self, fault):
        """What replays a fault, as text."""
        last = list(self.sent.get(self.stream, ()))
        if not last:
            last = sorted((note for notes in self.sent.values() for note in notes), key=lambda note: note["attempt"])[-5:]
        return "\n".join((
            f"BROKEN: seed {self.seed}, attempt {self.attempts}: {fault}",
            *(json.dumps(note, ensure_ascii=False) for note in last),
            f"again: python3 -m tests.driver.driver --seeds {self.seed}..{self.seed} --stop-after {self.attempts} --keep",
        ))


def iter_of(attempt):
    """A flow of one attempt."""
    yield attempt


def play(seed, arguments):
    """One seed from the founding to the end: (whether nothing broke, what is to be said, kinds that were accepted)."""
    began = time.monotonic()
    run, said, good = Run(arguments.thads, seed, arguments.accepted, arguments.stop_after), [], True
    try:
        run.play()
    except Fault as fault:
        good = False
        said.append(run.broken(fault))
    except Exception:  # pylint: disable=broad-except
        good = False
        # The driver's own fault, or an answer that is none: as much a reason to look as any.
        said.append(run.broken(traceback.format_exc()))
    finally:
        run.client.stop()
        if arguments.keep:
            said.append(f"its ledger: {run.folder}")
        else:
            shutil.rmtree(run.folder)
    said.append(
        f"seed {seed}: {run.accepted} accepted, {run.refused} refused ({run.unlawful} had to be), {len(run.by_kind)} kinds, "
        f"{len(run.world.cases)} cases, {time.monotonic() - began:.0f} s")
    return good, "\n".join(said), set(run.by_kind)


def main():
    """Exit status: 0 nothing broken, 1 something is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--thads", default="target/release/thads", metavar="PROGRAM")
    parser.add_argument("--seeds", default="1..2", metavar="A..B", help="both included; default 1..2")
    parser.add_argument("--accepted", type=int, default=5000, metavar="N", help="so many actions must be accepted of each seed")
    parser.add_argument("--stop-after", type=int, metavar="N", help="stop each seed after so many attempts")
    parser.add_argument("--keep", action="store_true", help="leave the ledgers, some 100 MB each")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="seeds that are played side by side")
    arguments = parser.parse_args()
    first, last = map(int, arguments.seeds.split(".."))
    broken, accepted, wanted = 0, set(), set(kinds())
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for good, said, of_seed in pool.map(play, range(first, last + 1), itertools.repeat(arguments)):
            print(said, flush=True)
            broken += not good
            accepted |= of_seed
    never = sorted(wanted - accepted)
    whole = arguments.accepted >= 5000 and arguments.stop_after is None
    print(f"{last - first + 1} seeds, {broken} broken, {len(accepted)} of {len(wanted)} kinds accepted")
    if never and whole:
        print(f"BROKEN: never accepted: {', '.join(never)}")
    sys.exit(1 if broken or (never and whole) else 0)


if __name__ == "__main__":
    main()
