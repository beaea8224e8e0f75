"""The figures of a period counted from what was sent, and what must hold between those of any report.

The tables are counted by tests/recount.py, here from what the driver sent instead of what the log says; the cash by the
accounts.
"""

from tests import recount

from .account import account_of, must
from .history import timeline
from .judge import number, same
from .world import plus

PERIODS = ("2019-H1", "2019", "2020-Q1", "2018-11-15..2019-02-10")
LATER = ("2020-H1", "2019-10-01..2024-09-30", "2026")
IDENTITIES = (
    ("cases.total", "cases.carried", "cases.new"),
    ("cases.total", "cases.to_execute", "cases.entrusted", "cases.pulled_up", "cases.withdrawn"),
    ("cases.to_execute", "cases.enforceable", "cases.not_yet_enforceable", "cases.other_standing"),
    ("cases.to_execute", "cases.carried_out", "cases.finished"),
    ("cases.finished", "cases.completed", "cases.terminated"),
    ("money.total", "money.carried", "money.new"),
    ("money.total", "money.to_execute", "money.entrusted", "money.pulled_up", "money.withdrawn"),
    ("money.to_execute", "money.enforceable", "money.not_yet_enforceable", "money.other_standing"),
    ("money.to_execute", "money.carried_out", "money.finished"),
    ("money.finished", "money.completed", "money.terminated", "money.exempted"),
)
MAY_BE_NEGATIVE = ("money.new",)


class Count:
    """What the recount reads, kept up with the world."""

    def __init__(self):
        self.log = recount.Log()
        self.seen = {}

    def follow(self, world):
        """Takes in what was accepted since."""
        self.log.size = world.size
        for name, entries in world.streams.items():
            tag, key = name.split(":", 1)
            streams = self.log.streams(tag)
            if streams is None or self.seen.get(name) == len(entries):
                continue
            office = None
            if tag == "case":
                office = world.cases[key]
            elif tag == "complaint":
                office = world.office_of(key)
            stream = streams[key] = recount.Stream(office)
            self.seen[name] = len(entries)
            kinds = recount.KINDS_OF_STREAM[tag]
            kind_of = {entry.position: entry.kind for entry in entries}
            for entry in entries:
                what = meaning(kinds, kind_of, entry)
                if what is not None:
                    stream.add(entry.position, entry.effective, what)


def meaning(kinds, kind_of, entry):
    """What an entry does to its stream, as the recount holds it."""
    f = entry.fields
    if entry.kind == "entry_voided":
        return ("void", f["entry"])
    if entry.kind == "fact_corrected":
        what = recount.meaning(kinds, kind_of[f["entry"]], f["replacement"])
        return ("correct", f["entry"], f["took_effect"], what)
    what = recount.meaning(kinds, entry.kind, f)
    return ("nothing",) if what is None and entry.kind in kinds else what


def cash(world, first, last, office):
    """The cash figures of a period."""
    out = dict.fromkeys((
        "money.collected", "money.disbursed", "money.remitted", "money.fees", "money.refunded", "money.costs_repaid",
        "money.held", "money.refund_due", "money.deposited", "held.opening", "held.closing"), 0)
    covered = world.below(office) if office else None
    for case, own in world.cases.items():
        if covered is not None and own not in covered:
            continue
        live = timeline(world.entries(case))
        before, now = account_of(live, plus(first, -1)), account_of(live, last)
        for name in ("collected", "disbursed", "remitted", "fees", "refunded"):
            out["money." + name] += now.cash[name] - before.cash[name]
        out["money.costs_repaid"] += now.costs_repaid - before.costs_repaid
        out["money.held"] += now.cash["undistributed"]
        out["money.refund_due"] += now.cash["refund_due"]
        out["money.deposited"] += now.cash["deposited"]
        out["held.opening"] += sum(item["amount"] for item in before.held)
        out["held.closing"] += sum(item["amount"] for item in now.held)
    return out


def value(figure):
    """A figure's value: a number, or the parts of a rate."""
    given = figure["value"]
    if isinstance(given, dict):
        return {name: part if name == "percent" else number(part) for name, part in given.items()}
    return number(given)


def check(world, count, answer, period, office):
    """Compares a report of a period under r2013 with the count."""
    first, last = recount.period_of(period)
    count.follow(world)
    expected = {name: figure["value"] for name, figure in
                recount.recount(count.log, first, last, world.size, office).items()}
    expected.update(cash(world, first, last, office))
    figures = answer["figures"]
    for name, wanted in expected.items():
        same(wanted, value(figures[name]), f"{name} of {period}, office {office}")
    check_identities(answer, f"{period}, office {office}")


def check_identities(answer, what):
    """What must hold between the figures of a report, whatever the cases are."""
    figures = {name: value(figure) for name, figure in answer["figures"].items()}
    for left, *right in IDENTITIES:
        sums = [figures[name] for name in (left, *right)]
        if None not in sums:
            same(sums[0], sum(sums[1:]), f"{left} = {' + '.join(right)} of {what}")
    for name, amount in figures.items():
        if isinstance(amount, dict):
            must(amount["numerator"] >= 0 and amount["denominator"] >= 0, f"{name} of {what} is {amount}")
        elif amount is not None and name not in MAY_BE_NEGATIVE:
            must(amount >= 0, f"{name} of {what} is {amount}")
