"""The figures of a period counted from what was sent, and what must hold between those of any report.

The tables are counted by tests/recount.py, here from what the driver sent instead of what the log says; cash, auctions and
complaints here.
"""

from collections import Counter

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
# What is counted here and not by the recount.
APART = (
    "money.collected", "money.disbursed", "money.remitted", "money.fees", "money.refunded", "money.costs_repaid",
    "money.held", "money.refund_due", "money.deposited", "held.opening", "held.closing", "cases.in_transit",
    "money.in_transit", "cases.distinct", "money.distinct", "auctions.announced", "auctions.rounds", "auctions.sold",
    "auctions.unsold", "auctions.price", "auctions.start_price", "auctions.appraised",
)
COMPLAINTS = (
    "complaints.carried", "complaints.complaints_received", "complaints.denunciations_received", "complaints.accepted",
    "complaints.upheld", "complaints.partly", "complaints.dismissed", "complaints.rejected", "complaints.withdrawn",
    "complaints.pending",
)
ACCEPTED = ("complaint_accepted", "denunciation_accepted")
MAY_BE_NEGATIVE = ("money.new",)
# Where money counts when it is collected (docs/api.md, "Reports").
TAKEN_BACK = (
    "money.total", "money.to_execute", "money.enforceable", "money.completed", "money.finished", "money.distinct",
)
# Values of the statistics: the rule, another value, and what may go below nothing under it.
STATISTICS = (
    ("stat_credit", {"choice": "collected"}, TAKEN_BACK), ("stat_carried", {"choice": "carried_out"}, ()),
    ("stat_postponed_enforceable", {"grounds": [{"letter": "c", "name": "consent"}]}, ()),
)


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


def apart(world, count, first, last, office):
    """The figures that the recount does not know: cash, what is on its way, auctions."""
    out = Counter(dict.fromkeys(APART, 0))
    covered = world.below(office) if office else set(world.offices)
    folded = {}
    for case in world.cases:
        live = timeline(world.entries(case))
        folded[case] = account_of(live, plus(first, -1)), account_of(live, last)
    for case, own in world.cases.items():
        if own in covered:
            before, now = folded[case]
            cash(out, before, now)
            auctions(out, now, first, last)
            on_its_way(out, world, count, folded, case, (first, last), covered)
    return out


def cash(out, before, now):
    """What came in and went out in the period, and what is held at its end."""
    for name in ("collected", "disbursed", "remitted", "fees", "refunded"):
        out["money." + name] += now.cash[name] - before.cash[name]
    out["money.costs_repaid"] += now.costs_repaid - before.costs_repaid
    out["money.held"] += now.cash["undistributed"]
    out["money.refund_due"] += now.cash["refund_due"]
    out["money.deposited"] += now.cash["deposited"]
    out["held.opening"] += sum(item["amount"] for item in before.held)
    out["held.closing"] += sum(item["amount"] for item in now.held)


def auctions(out, now, first, last):
    """Rounds held in the period."""
    for asset in now.assets:
        out["auctions.announced"] += any(first <= one["announced"] <= last for one in asset["rounds"])
        for one in asset["rounds"]:
            (how, of), = one["result"].items() if one["result"] != "Pending" else (("Pending", {"on": ""}),)
            if not first <= of["on"] <= last:
                continue
            out["auctions.rounds"] += 1
            out["auctions." + how.lower()] += 1
            if how == "Sold":
                out["auctions.price"] += of["price"]
                out["auctions.start_price"] += one["start_price"]
                out["auctions.appraised"] += asset["appraised"][0]


def on_its_way(out, world, count, folded, case, period, covered):
    """A case that was sent away: on its way, or counted by sender and receiver both."""
    now = folded[case][1]
    if now.sent_to is None:
        return
    takers = [one for one in world.receivers.get(case, ()) if folded[one][1].came_from == case]
    if not takers:
        out["cases.in_transit"] += 1
        out["money.in_transit"] += sum(debt.moved for debt in now.debts if debt.counts)
    elif world.cases[takers[0]] in covered:
        stream = count.log.cases[case]
        cells = recount.case_contribution(stream.timeline(len(stream.entries)), *period)
        for table in ("cases", "money"):
            for how in ("entrusted", "pulled_up"):
                out[table + ".distinct"] -= cells.get(f"{table}.{how}", 0)


def complaints(world, first, last, office):
    """Complaints and denunciations, from receipt to outcome."""
    out = Counter(dict.fromkeys(COMPLAINTS, 0))
    covered = world.below(office) if office else set(world.offices)
    for key in world.complaints:
        if world.office_of(key) not in covered:
            continue
        live = [one for one in timeline(world.streams["complaint:" + key]) if one.on <= last and one.kind != "note_added"]
        if not live:
            continue
        received, *steps = live
        sort = received.kind.split("_")[0] + "s"
        ended = next((one for one in steps if one.kind not in ACCEPTED), None)
        if received.on >= first:
            out[f"complaints.{sort}_received"] += 1
        elif ended is None or ended.on >= first:
            out["complaints.carried"] += 1
        out["complaints.accepted"] += any(one.kind in ACCEPTED and one.on >= first for one in steps)
        if ended is None:
            out["complaints.pending"] += 1
        elif ended.on >= first:
            how = "withdrawn" if ended.kind.endswith("_withdrawn") else "rejected"
            out["complaints." + ended.fields.get("outcome", how)] += 1
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
    ours = apart(world, count, first, last, office)
    for table in ("cases", "money"):
        ours[table + ".distinct"] += expected[table + ".total"]
    expected.update(ours)
    expected.update(complaints(world, first, last, office))
    figures = answer["figures"]
    for name, wanted in expected.items():
        same(wanted, value(figures[name]), f"{name} of {period}, office {office}")
    check_identities(answer, f"{period}, office {office}")


def check_identities(answer, what, taken_back=()):
    """What must hold between the figures of a report, whatever the cases are. `taken_back`: what may go below nothing."""
    figures = {name: value(figure) for name, figure in answer["figures"].items()}
    for left, *right in IDENTITIES:
        sums = [figures[name] for name in (left, *right)]
        if None not in sums:
            same(sums[0], sum(sums[1:]), f"{left} = {' + '.join(right)} of {what}")
    for name, amount in figures.items():
        if isinstance(amount, dict):
            must(amount["numerator"] >= 0 and amount["denominator"] >= 0, f"{name} of {what} is {amount}")
        elif amount is not None and name not in MAY_BE_NEGATIVE and name not in taken_back:
            must(amount >= 0, f"{name} of {what} is {amount}")
