"""What the driver knows: what it sent and was accepted, the organisation, its cases, and the days on which things happen."""

import datetime
from dataclasses import dataclass

from .account import account_of
from .history import Entry, timeline

START, END = "2018-10-01", "2019-12-31"
FOUNDED = "2018-01-02"


def plus(day, days):
    """The day so many days later."""
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days)).isoformat()


@dataclass(slots=True)
class Attempt:
    """An action to be tried. `must`: "hold" where the law cannot say no, "fail" where it must, else None. `sent`: the
    kind's own fields as they are sent, where that is another form than what is recorded."""

    stream: str
    kind: str
    fields: dict
    on: str
    actor: int
    must: str = None
    sent: dict = None


# What stands before the number of each sort.
PREFIXES = {"case": "", "complaint": "K", "inspection": "T"}


def of(case, kind, fields, on, actor, must=None):
    """An attempt on a case."""
    return Attempt("case:" + case, kind, fields, on, actor, must)


class World:
    """Everything that was accepted, by stream, and what follows from it. `roles`: who may record a kind."""

    def __init__(self, rng, roles):
        self.rng = rng
        self.roles = roles
        self.size = 1
        self.streams = {}
        self.cases = {}
        self.clock = {}
        self.complaints = []
        self.inspections = []
        self.numbers = {}
        self.receivers = {}
        self.offices, self.officers, self.targets, self.parameters = {}, {}, {}, []
        self._accounts = {}
        self.founded()

    def founded(self):
        """What `thads init` records: the first office and its head."""
        self.accept(Attempt("office:DT00", "office_opened", {
            "number": 1, "code": "DT00", "name": "Cục", "level": "department", "parent": None}, FOUNDED, 0))
        self.accept(Attempt("officer:1", "officer_appointed", {
            "number": 1, "office": 1, "role": "provincial_head", "person": {"name": "Người Thứ Nhất"}}, FOUNDED, 0))

    def accept(self, attempt):
        """Takes an action in that was accepted."""
        fields = attempt.fields
        self.streams.setdefault(attempt.stream, []).append(
            Entry(self.size, attempt.on, attempt.kind, fields, attempt.actor))
        self.size += 1
        sort, key = attempt.stream.split(":", 1)
        if sort == "case":
            self._accounts.pop(key, None)
            if key not in self.cases:
                self._number(key, PREFIXES[sort])
                self.cases[key] = self.office_of(key)
                self.clock[key] = attempt.on
            self.clock[key] = max(self.clock[key], min(attempt.on, END))
            brought = fields.get("brought") or fields.get("replacement", {}).get("brought")
            if brought:
                self.receivers.setdefault(brought["from"], set()).add(key)
        elif sort in ("complaint", "inspection"):
            begun = self.complaints if sort == "complaint" else self.inspections
            if key not in begun:
                self._number(key, PREFIXES[sort])
                begun.append(key)
        else:
            self._organise()

    def _number(self, key, prefix):
        office, year, number = key.split("/")
        self.numbers[office, year, prefix] = int(number.removeprefix(prefix))

    def _organise(self):
        entries = [one for name, stream in self.streams.items() if name.split(":")[0] in ("office", "officer", "parameter")
                   for one in stream]
        self.offices, self.officers, self.targets, self.parameters = {}, {}, {}, []
        for live in timeline(sorted(entries, key=lambda entry: entry.position)):
            f = live.fields
            if live.kind == "office_opened":
                self.offices[f["number"]] = {"code": f["code"], "parent": f.get("parent"), "from": live.on}
            elif live.kind == "officer_appointed":
                self.officers[f["number"]] = {"office": f["office"], "role": f["role"], "from": live.on}
            elif live.kind == "target_assigned":
                self.targets[f["year"], f["office"], f["figure"]] = f["ratio"]
            elif live.kind == "parameter_set":
                self.parameters.append(f["set"])

    def entries(self, case):
        """A case's entries."""
        return self.streams.get("case:" + case, [])

    def account(self, case):
        """A case as it stands in the end."""
        if case not in self._accounts:
            self._accounts[case] = account_of(timeline(self.entries(case)))
        return self._accounts[case]

    def office_of(self, key):
        """The office that took a case or complaint in, or conducts an inspection."""
        code = key.split("/")[0]
        return next(number for number, one in self.offices.items() if one["code"] == code)

    def below(self, office):
        """An office with all that are below it."""
        covered = {office}
        while True:
            more = {number for number, one in self.offices.items() if one["parent"] in covered} - covered
            if not more:
                return covered
            covered |= more

    def in_office(self, officer, day):
        """Whether an officer was appointed by a day."""
        return officer in self.officers and self.officers[officer]["from"] <= day

    def staff(self, office, role, day=END):
        """The officers of an office in a role, appointed by a day."""
        return [number for number, one in sorted(self.officers.items())
                if one["office"] == office and one["role"] == role and one["from"] <= day]

    def one_of(self, office, role, day=END):
        """One of them; 9999, whom nobody appointed, where there is none."""
        found = self.staff(office, role, day)
        return self.rng.choice(found) if found else 9999

    def head(self, office, day=END):
        """A head of an office, or the provincial head above it."""
        found = self.staff(office, "head", day) + self.staff(office, "provincial_head", day)
        return self.rng.choice(found) if found else 1

    def next_of(self, sort, office, day):
        """The next free number of a case, complaint or inspection."""
        code, year, prefix = self.offices[office]["code"], day[:4], PREFIXES[sort]
        return f"{code}/{year}/{prefix}{self.numbers.get((code, year, prefix), 0) + 1:04}"

    def day(self, first=START, last=END):
        """A day between two."""
        days = (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days
        return plus(first, self.rng.randint(0, max(0, days)))

    def later(self, case, most=9):
        """A day on which a case goes on: as a rule soon after its last entry, sometimes late or long before."""
        clock = self.clock[case]
        if self.rng.random() < 0.08:
            return self.day(min(self.entries(case)[0].effective, clock), clock)
        return min(END, plus(clock, self.rng.randint(0, most)))

    def amount(self):
        """An amount of money: small, usual, large, and seldom absurdly large."""
        draw = self.rng.random()
        if draw < 0.05:
            return self.rng.randint(1, 100)
        if draw < 0.98:
            return self.rng.randint(1, 400) * self.rng.choice((1_000, 50_000, 500_000, 1_000_000))
        return self.rng.randint(10**10, 4 * 10**18)

    def person(self):
        """A person's words."""
        family = self.rng.choice(("Nguyễn", "Trần", "Lê", "Phạm", "Võ", "Đặng"))
        return {"name": f"{family} {self.rng.choice(('Văn', 'Thị', 'Hữu'))} {self.rng.randint(1, 9999)}"}
