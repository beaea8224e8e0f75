#!/usr/bin/env python3
"""Recounts the report's figures from the log alone, as somebody would who does not believe the report.

In: what `thads log --json` prints, one record a line, from a file or standard input; nothing else of the ledger.
Out: the figures of a period as known at K, in the form of `report --json`'s `figures`; or, with --random, whether a
report of the same ledger says the same at N random K and at the end.

What it proves: two programs that share no code, one folding bytes in Rust and one folding lines in Python, read
the same rules (domain.md 4, 5.1, 5.3 and 11) and count the same from the same records, at any moment of knowledge.

What it assumes:
- that the log is what was written: hashes, signatures and completeness are `thads verify`'s business. Only that
  positions run from 0 without a gap is checked here, because K means nothing otherwise;
- that `log --json` decodes truly: a kind or a field that it misnames, both would count alike;
- that what was recorded was allowed: it folds, it does not judge;
- rules r2013 (periods that end before 5 January 2020). Later periods are refused, and so is a kind of event that may
  move a figure and is not known here: a recount that skips what it does not understand proves nothing.

How it counts: known at K are the records with position < K. Of each stream, `entry_voided` removes the entry that it
names and `fact_corrected` replaces what it says and when it took effect; voiding either undoes it. What is left is put
in the order of (effective date, position) and folded to the end of the day before FROM and to the end of TO; a case's
share of every column follows from those two states. Dates are compared as ISO text, amounts are whole, nothing is
ever a float.
"""

from __future__ import annotations

import argparse
import bisect
import json
import random
import re
import subprocess
import sys
from sys import intern

LAST_DAY_OF_R2013 = "2020-01-04"

CASE_COLUMNS = (
    "total", "carried", "new", "entrusted", "pulled_up", "to_execute", "enforceable", "completed", "terminated",
    "not_yet_enforceable", "finished", "carried_out", "tracking_book",
)
MONEY_COLUMNS = (
    "total", "carried", "new", "entrusted", "pulled_up", "to_execute", "enforceable", "completed", "terminated",
    "exempted", "not_yet_enforceable", "finished", "carried_out", "tracking_book", "collected", "costs_added",
)
COMPLAINT_COLUMNS = ("received", "resolved")
COLUMNS = (
    *("cases." + name for name in CASE_COLUMNS),
    *("money." + name for name in MONEY_COLUMNS),
    *("complaints." + name for name in COMPLAINT_COLUMNS),
)
UNITS_OVER = {"units.over_case_target": "rate.cases", "units.over_money_target": "rate.money"}
RATES = {"rate.cases": "cases", "rate.money": "money"}

# A report that lacks one of these is different; any other id is compared where both sides have it.
REQUIRED = (
    "cases.finished", "money.finished", "rate.cases", "rate.money", "units.over_case_target",
    "units.over_money_target", "complaints.received", "complaints.resolved",
    "cases.enforceable", "money.enforceable", "cases.total", "money.total", "cases.new", "cases.carried",
    "cases.to_execute", "cases.not_yet_enforceable", "cases.entrusted", "cases.terminated", "cases.completed",
    "money.completed", "money.collected", "money.costs_added",
)


class Unreadable(Exception):
    """The log, the period or the question is not what this program can count."""


def _owed(lines):
    """The obligations that open a case: (cost?, to the budget?, a duty?, amount) each, numbered 1, 2, … in this order."""
    return tuple(
        (one["kind"] == "cost", one["payee"] == "budget", one["kind"] in ("thing", "act"), one["amount"]) for one in lines)


def _remitted(fields):
    number = fields.get("obligation")
    return ("remit", fields["amount"]) if number is None else ("credit", number, fields["amount"])


def _held_resolved(fields):
    return ("collect", fields["amount"]) if fields["to"] == "distribution" else None


def _cost(fields):
    return ("cost", fields["amount"]) if fields["borne_by"] == "debtor" else None


# What each kind does to a case, as a small tuple; None: it moves no figure.
CASE_KINDS = {
    "enforcement_ordered": lambda f: ("enter", _owed(f["obligations"])),
    "entrusted_in": lambda f: ("enter", _owed(f["brought"]["obligations"])),
    "taken_from_below": lambda f: ("enter", _owed(f["brought"]["obligations"])),
    "order_amended": lambda f: ("amend", f["obligation"], f["amount"]),
    "order_withdrawn": lambda f: ("withdraw",),
    "classified_enforceable": lambda f: ("classify", "enforceable"),
    "classified_not_yet_enforceable": lambda f: ("classify", "not_yet"),
    "moved_to_tracking_book": lambda f: ("into_book",),
    "returned_from_tracking_book": lambda f: ("out_of_book",),
    "terminated": lambda f: ("terminate", tuple(f.get("obligations") or ())),
    "completed": lambda f: ("complete",),
    "entrusted_out": lambda f: ("move_out", "entrusted"),
    "pulled_up": lambda f: ("move_out", "pulled_up"),
    "coercion_cost_recorded": _cost,
    "auction_paid": lambda f: ("collect", f["amount"]),
    "payment_collected": lambda f: ("collect", f["amount"]),
    "held_money_resolved": _held_resolved,
    "paid_directly": lambda f: ("credit", f["obligation"], f["amount"]),
    "exempted": lambda f: ("exempt", f["obligation"], f["amount"]),
    "disbursed": lambda f: ("credit", f["obligation"], f["amount"]),
    "enforcement_fee_charged": lambda f: ("credit", f["obligation"], f["fee"]),
    "remitted_to_budget": _remitted,
    "deposited_for_payee": lambda f: ("credit", f["obligation"], f["amount"]),
}

COMPLAINT_KINDS = {
    "complaint_received": lambda f: ("receive",),
    "denunciation_received": lambda f: ("receive",),
    "complaint_resolved": lambda f: ("end", True),
    "denunciation_concluded": lambda f: ("end", True),
    "complaint_rejected": lambda f: ("end", False),
    "complaint_withdrawn": lambda f: ("end", False),
    "denunciation_not_accepted": lambda f: ("end", False),
}

OFFICE_KINDS = {
    "office_opened": lambda f: ("office", f["number"], f["code"], f.get("parent")),
    "target_assigned": lambda f: (
        "target", (f["year"], f["office"], f["figure"]), (f["ratio"]["numerator"], f["ratio"]["denominator"])),
}

# Kinds of domain.md part 3 that move none of the figures counted here (under r2013 a postponed, suspended or paused
# case counts by its classification, and money held is no figure until it is paid over).
NEUTRAL_KINDS = frozenset("""
    judgment_received request_received request_refused
    enforcer_assigned enforcer_reassigned enforcer_recused file_opened notice_served voluntary_period_started
    agreement_recorded postal_item_received postal_result_sent
    conditions_verified debtor_published debtor_unpublished pending_reason_recorded
    postponed postponement_ended temporarily_suspended resumed paused_for_complaint pause_lifted
    result_confirmed case_archived
    asset_handling_entrusted asset_handling_accepted asset_handling_reported
    account_frozen property_or_papers_held transfer_stopped security_measure_lifted exit_postponed exit_released
    coercion_ordered coercion_planned coercion_carried_out coercion_failed coercion_cancelled asset_distrained
    distraint_lifted ownership_dispute_raised ownership_dispute_ended
    appraiser_contracted asset_appraised asset_reappraised auction_contracted auction_announced auction_unsold
    price_reduced auction_sold auction_defaulted auction_cancelled auction_result_annulled asset_handed_over
    asset_returned
    distribution_planned payout_approved held_temporarily held_money_reviewed withdrawn_from_deposit refunded
    evidence_received evidence_handled
    complaint_accepted complaint_escalated denunciation_accepted
    protest_received petition_received protest_answered petition_answered
    inspection_opened inspection_concluded recommendation_remedied direction_issued direction_reported direction_closed
    citizen_received compensation_claimed compensation_decided compensation_paid
    officer_appointed officer_role_changed officer_left leave_recorded delegation_granted staff_quota_set
    office_group_set parameter_set calendar_day_set period_closed period_sealed report_published
    note_added row_imported document_attached erasure_ordered key_rotated genesis
""".split())

KINDS_OF_STREAM = {"case": CASE_KINDS, "complaint": COMPLAINT_KINDS, "office": OFFICE_KINDS}


def meaning(stream_kinds, kind, fields):
    """What an event does to its stream, or None when it moves no figure."""
    reader = stream_kinds.get(kind)
    if reader is not None:
        return reader(fields)
    if kind in NEUTRAL_KINDS:
        return None
    raise Unreadable(f"kind {kind} may move a figure and is not known to this recount")


class Stream:
    """The entries of one stream that can move a figure, in the order of the log.

    An entry is (position, effective, what); `what` is a tuple of `meaning`, or a repair: ("void", entry) or
    ("correct", entry, took effect, what instead).
    """

    __slots__ = ("office", "entries", "positions", "repaired", "counted")

    def __init__(self, office):
        self.office = office
        self.entries = []
        self.positions = []
        self.repaired = False
        self.counted = (None, None)

    def add(self, position, effective, what):
        """Adds an entry; positions must grow."""
        self.entries.append((position, effective, what))
        self.positions.append(position)
        if what[0] in ("void", "correct"):
            self.repaired = True

    def known(self, known):
        """How many of the entries have a position < known."""
        return bisect.bisect_left(self.positions, known)

    def timeline(self, count):
        """The first `count` entries as repairs leave them: (effective, position, what), in order of effect."""
        entries = self.entries[:count]
        if self.repaired:
            live = _repaired(entries)
        else:
            live = [(effective, position, what) for position, effective, what in entries]
        live.sort(key=_order_of_effect)
        return live


def _order_of_effect(entry):
    return entry[0], entry[1]


def _repaired(entries):
    """Takes repairs out of a list of entries and applies those that stand.

    A repair can only be voided by a later one, so whether it stands is settled from the last to the first. An entry
    with a standing void is gone, whatever corrections it has; else its last standing correction speaks for it.
    """
    voided, corrected = set(), {}
    for position, _, what in reversed(entries):
        if what[0] not in ("void", "correct") or position in voided or what[1] >= position:
            continue
        if what[0] == "void":
            voided.add(what[1])
        else:
            corrected.setdefault(what[1], (what[2], what[3]))
    live = []
    for position, effective, what in entries:
        if what[0] in ("void", "correct") or position in voided:
            continue
        effective, what = corrected.get(position, (effective, what))
        if what is not None:
            live.append((effective, position, what))
    return live


class Log:
    """The log as far as figures are concerned. `size` is the tree size: the number of records."""

    def __init__(self):
        self.size = 0
        self.cases = {}
        self.complaints = {}
        self.offices = {}

    def streams(self, tag):
        """The streams of a tag that figures are counted from, or None."""
        return {"case": self.cases, "complaint": self.complaints, "office": self.offices}.get(tag)


def _no_float(text):
    raise Unreadable(f"{text} is no whole number")


_DECODER = json.JSONDecoder(parse_float=_no_float)


def read_log(lines):
    """Reads the lines of `thads log --json`, from position 0, into a Log."""
    log = Log()
    decode = _DECODER.decode
    kept = {}  # per stream: the kind of every entry, for corrections
    for line in lines:
        line = line.strip()
        if not line:
            continue
        try:
            record = decode(line)
            position, kind, name = record["position"], record["kind"], record["stream"]
            if position != log.size:
                raise Unreadable(f"position {position} where {log.size} must stand: the log has a gap or begins late")
            log.size += 1
            tag, _, key = name.partition(":")
            streams = log.streams(tag)
            if streams is None:
                if kind in CASE_KINDS or kind in COMPLAINT_KINDS or kind in OFFICE_KINDS:
                    raise Unreadable(f"{kind} on the stream {name}")
                continue
            stream = streams.get(key)
            if stream is None:
                stream = streams[key] = Stream(record["office"])
                kept[name] = {}
            fields = record["fields"] or {}
            if kind == "entry_voided":
                what = ("void", fields["entry"])
            elif kind == "fact_corrected":
                what = _correction(KINDS_OF_STREAM[tag], fields, kept[name])
            else:
                what = meaning(KINDS_OF_STREAM[tag], kind, fields)
            kept[name][position] = (intern(kind), record["kind_code"])
            # An entry that moves nothing can be corrected into nothing else: a correction keeps the kind. Kinds that
            # move something only with some fields (costs, money held) are kept as empty, to be corrected later.
            if what is None and kind in KINDS_OF_STREAM[tag]:
                what = ("nothing",)
            if what is not None:
                stream.add(position, intern(record["effective"]), what)
        except Unreadable as error:
            raise Unreadable(f"line {log.size}: {error}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"line {log.size}: {type(error).__name__}: {error}") from error
    return log


def _correction(stream_kinds, fields, kept):
    """("correct", entry, took effect, what instead). A replacement is of the kind that it replaces."""
    entry, replacement = fields["entry"], fields["replacement"]
    if entry not in kept:
        raise Unreadable(f"a correction names entry {entry}, which is not on its stream")
    kind, code = kept[entry]
    if replacement.get("code", code) != code or replacement.get("kind", kind) != kind:
        raise Unreadable(f"a correction replaces {kind} by another kind")
    what = meaning(stream_kinds, kind, replacement.get("fields", replacement))
    return ("correct", entry, intern(fields["took_effect"]), what)

COST, BUDGET, DUE, CREDITED, EXEMPTED, TERMINATED, MOVED, DUTY = range(8)


class Case:
    """A case as its events fold. `standing`: None before the order, "open", or how it finished."""

    __slots__ = ("standing", "not_yet", "in_book", "owed", "collected", "costs_added")

    def __init__(self):
        self.standing = None
        self.not_yet = False
        self.in_book = False
        self.owed = []
        self.collected = 0
        self.costs_added = 0

    def apply(self, what):
        """Lets one event happen. What a finished case cannot suffer any more changes nothing."""
        act = what[0]
        if act == "collect":
            self.collected += what[1]
        elif act == "credit":
            self._settle(CREDITED, what[1], what[2])
        elif act == "remit":
            self._remit(what[1])
        elif act == "exempt":
            self._settle(EXEMPTED, what[1], what[2])
        elif act == "enter":
            if self.standing is None:
                self.standing = "open"
                self.owed = [[cost, budget, amount, 0, 0, 0, 0, duty] for cost, budget, duty, amount in what[1]]
        elif act == "cost":
            # Imported history records costs on cases that have ended: they were incurred, and nobody owes them here.
            self.costs_added += what[1]
            if self.standing == "open":
                self.owed.append([True, True, what[1], 0, 0, 0, 0, False])
        elif self.standing != "open":
            return
        elif act == "classify":
            self.not_yet = what[1] == "not_yet"
            self.in_book = False
        elif act == "into_book":
            self.in_book = self.not_yet
        elif act == "out_of_book":
            if self.in_book:
                self.not_yet = self.in_book = False
        elif act == "amend":
            one = self._obligation(what[1])
            if one is not None:
                one[DUE] = what[2]
        elif act == "complete":
            self._finish("completed")
        elif act == "withdraw":
            self._finish("withdrawn")
        elif act == "terminate":
            for number, one in enumerate(self.owed, 1):
                if not what[1] or number in what[1]:
                    one[TERMINATED] += remaining(one)
                    one[DUTY] = False
            if not any(remaining(one) or one[DUTY] for one in self.owed):
                # Met in part and the rest terminated is completed; terminated is a case of which nothing was met.
                met = any(one[CREDITED] for one in self.owed if not one[COST])
                self._finish("completed" if met else "terminated")
        elif act == "move_out":
            # Some obligation of the order met in full, the rest moved: completed here, though not when pulled up.
            met = any(paid_in_full(one) for one in self.owed if not one[COST])
            for one in self.owed:
                one[MOVED] += remaining(one)
            self._finish("completed" if met and what[1] == "entrusted" else what[1])

    def _finish(self, how):
        self.standing = how
        self.not_yet = self.in_book = False

    def _obligation(self, number):
        return self.owed[number - 1] if 0 < number <= len(self.owed) else None

    def _settle(self, column, number, amount):
        one = self._obligation(number)
        if one is not None:
            one[column] += min(amount, remaining(one))

    def _remit(self, amount):
        """To the budget's obligations in their order, costs first."""
        for one in sorted(self.owed, key=lambda one: not one[COST]):
            if one[BUDGET]:
                part = min(amount, remaining(one))
                one[CREDITED] += part
                amount -= part

    def sums(self):
        """(remaining, due, credited, exempted, terminated, moved) of what the order names, without costs."""
        left = due = credited = exempted = terminated = moved = 0
        for one in self.owed:
            if not one[COST]:
                left += remaining(one)
                due += one[DUE]
                credited += one[CREDITED]
                exempted += one[EXEMPTED]
                terminated += one[TERMINATED]
                moved += one[MOVED]
        return left, due, credited, exempted, terminated, moved


def remaining(one):
    """What is still owed of an obligation."""
    return max(0, one[DUE] - one[CREDITED] - one[EXEMPTED] - one[TERMINATED] - one[MOVED])


def paid_in_full(one):
    """Whether an obligation was met by payment alone."""
    return one[CREDITED] > 0 and not (remaining(one) or one[EXEMPTED] or one[TERMINATED] or one[MOVED])


class _Before:
    """What a contribution needs of the state at the end of the day before FROM."""

    __slots__ = ("standing", "in_book", "sums", "collected", "costs_added")

    def __init__(self, case):
        self.standing = case.standing
        self.in_book = case.in_book
        self.sums = case.sums()
        self.collected = case.collected
        self.costs_added = case.costs_added


def case_contribution(timeline, first, last):
    """What a case counts in the columns of the period first..last (both included): {column: amount}."""
    case, before = Case(), None
    for effective, _, what in timeline:
        if effective > last:
            break
        if before is None and effective >= first:
            before = _Before(case)
        case.apply(what)
    if before is None:
        before = _Before(case)
    return _columns(before, case)


def _columns(before, after):
    out = {
        "money.collected": after.collected - before.collected,
        "money.costs_added": after.costs_added - before.costs_added,
    }
    if after.standing is None or before.standing not in (None, "open"):
        # No order yet, or finished before the period.
        return out
    was_left, was_due, *was = before.sums
    left, due, *now = after.sums()
    credited, exempted, terminated, moved = (n - w for n, w in zip(now, was))
    settled = credited + exempted + terminated
    origin = "carried" if before.standing == "open" and not before.in_book else "new"
    out["money.completed"] = credited
    out["money.exempted"] = exempted
    out["money.terminated"] = terminated
    out["money.finished"] = settled
    if after.standing == "withdrawn" or after.in_book:
        # Outside the count; of its money only what was settled in the period stays.
        for name in ("total", "to_execute", "enforceable"):
            out["money." + name] = settled
        # Carried is no more than was left then: what an amendment added since is new, though it was settled too.
        out["money.carried"] = min(was_left, settled) if origin == "carried" else 0
        out["money.new"] = settled - out["money.carried"]
        if after.in_book:
            out["cases.tracking_book"] = 1
            out["money.tracking_book"] = left
        return out
    if origin == "carried":
        out["money.carried"] = was_left
        out["money.new"] = due - was_due
    else:
        out["money.new"] = was_left + due - was_due
    total = was_left + due - was_due
    not_yet = left if after.not_yet else 0
    out["money.total"] = total
    out["money.to_execute"] = total - moved
    out["money.not_yet_enforceable"] = not_yet
    out["money.enforceable"] = total - moved - not_yet
    out["money.carried_out"] = total - moved - settled
    out["money.pulled_up" if after.standing == "pulled_up" else "money.entrusted"] = moved
    out["cases.total"] = out["cases." + origin] = 1
    if after.standing in ("entrusted", "pulled_up"):
        out["cases." + after.standing] = 1
        return out
    out["cases.to_execute"] = 1
    out["cases.not_yet_enforceable" if after.not_yet else "cases.enforceable"] = 1
    if after.standing == "open":
        out["cases.carried_out"] = 1
    else:
        out["cases." + after.standing] = out["cases.finished"] = 1
    return out


def complaint_contribution(timeline, first, last):
    """Received and resolved in the period, whenever the other happened; the first ending stands."""
    received = ended = None
    resolved = False
    for effective, _, what in timeline:
        if effective > last:
            break
        if what[0] == "receive":
            received = effective
        elif what[0] == "end" and ended is None:
            ended, resolved = effective, what[1]
    out = {}
    if received is not None:
        if received >= first:
            out["complaints.received"] = 1
        if resolved and ended >= first:
            out["complaints.resolved"] = 1
    return out


def organisation(log, known):
    """Offices and targets as known: ({number: (code, parent)}, {(year, office, figure): (numerator, denominator)})."""
    happened = []
    for stream in log.offices.values():
        happened.extend(stream.timeline(stream.known(known)))
    happened.sort(key=_order_of_effect)
    offices, targets = {}, {}
    for _, _, what in happened:
        if what[0] == "office":
            offices[what[1]] = (what[2], what[3])
        elif what[0] == "target":
            targets[what[1]] = what[2]
    return offices, targets


def covered(offices, above):
    """The office and all below it."""
    scope = {above}
    grew = True
    while grew:
        below = {number for number, (_, parent) in offices.items() if parent in scope}
        grew = not below <= scope
        scope |= below
    return scope


def period_of(text):
    """(from, to) of `2018-10-01..2019-03-31`, `2019`, `2019-H1`, `2019-Q3` or `2019-M09`."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d", text):
        first, last = text.split("..")
        if first > last:
            raise Unreadable(f"period {text} ends before it begins")
    else:
        named = re.fullmatch(r"(\d{4})(?:-(?:H([12])|Q([1-4])|M(0[1-9]|1[0-2])))?", text)
        if not named:
            raise Unreadable(f"period {text} is none: 2018-10-01..2019-03-31, 2019, 2019-H1, 2019-Q3 or 2019-M09")
        year, half, quarter, month = named.groups()
        months = 6 * int(half) if half else 3 * int(quarter) if quarter else int(month or 12)
        first = f"{int(year) - 1:04}-10-01"
        calendar_month = (9 + months - 1) % 12 + 1
        calendar_year = int(year) - 1 if calendar_month >= 10 else int(year)
        leap = calendar_year % 4 == 0 and (calendar_year % 100 != 0 or calendar_year % 400 == 0)
        days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[calendar_month - 1]
        last = f"{calendar_year:04}-{calendar_month:02}-{days:02}"
    if last > LAST_DAY_OF_R2013:
        raise Unreadable(f"a period that ends after {LAST_DAY_OF_R2013} is not under r2013, the rules of this recount")
    return first, last


def fiscal_year(day):
    """The statistical year of a day: from 1 October of the year before."""
    return int(day[:4]) + (day[5:7] >= "10")


def percent(numerator, denominator):
    """To one decimal, half up, as text; None where nothing is below the line."""
    if denominator <= 0:
        return None
    sign = "-" if numerator < 0 else ""
    tenths = (2000 * abs(numerator) + denominator) // (2 * denominator)
    return f"{sign}{tenths // 10}.{tenths % 10}"


def recount(log, first, last, known, office=None):
    """The figures of a period as known at `known`: {id: {"value", "unit"}}. `office`: a number; with those below it."""
    if not 0 <= known <= log.size:
        raise Unreadable(f"nothing is known at {known}: the log has {log.size} records")
    offices, targets = organisation(log, known)
    if office is not None and office not in offices:
        raise Unreadable(f"office {office} is not known at {known}")
    scope = None if office is None else covered(offices, office)
    own = {}
    for streams, contribution in ((log.cases, case_contribution), (log.complaints, complaint_contribution)):
        for stream in streams.values():
            if scope is not None and stream.office not in scope:
                continue
            count = stream.known(known)
            if not count:
                continue
            # Between two moments of knowledge most streams stay as they were.
            asked = (count, first, last)
            if stream.counted[0] != asked:
                found = contribution(stream.timeline(count), first, last)
                stream.counted = (asked, [(column, amount) for column, amount in found.items() if amount])
            sums = own.get(stream.office)
            if sums is None:
                sums = own[stream.office] = dict.fromkeys(COLUMNS, 0)
            for column, amount in stream.counted[1]:
                sums[column] += amount
    totals = {column: sum(sums[column] for sums in own.values()) for column in COLUMNS}
    _check_identities(totals)
    return _figures(totals, own, targets, fiscal_year(last), scope)


def _figures(totals, own, targets, year, scope):
    figures = {}
    for column, value in totals.items():
        table = column.split(".")[0]
        figures[column] = {"value": value, "unit": "VND" if table == "money" else table}
    for rate, table in RATES.items():
        above, below = totals[table + ".finished"], totals[table + ".enforceable"]
        value = {"numerator": above, "denominator": below, "percent": percent(above, below)}
        figures[rate] = {"value": value, "unit": "percent"}
    for figure, rate in UNITS_OVER.items():
        over = 0
        for (of_year, unit, of_figure), (numerator, denominator) in targets.items():
            if (of_year, of_figure) != (year, rate) or unit not in own or (scope is not None and unit not in scope):
                continue
            above, below = own[unit][RATES[rate] + ".finished"], own[unit][RATES[rate] + ".enforceable"]
            if below > 0 and denominator > 0 and above * denominator >= numerator * below:
                over += 1
        figures[figure] = {"value": over, "unit": "units"}
    rest = [name for name in figures if name not in REQUIRED]
    return {name: figures[name] for name in (*REQUIRED, *rest)}


def _check_identities(totals):
    """The identities of domain.md 5.1; a recount that breaks one is wrong itself."""
    for table in ("cases.", "money."):
        column = {name[len(table):]: value for name, value in totals.items() if name.startswith(table)}
        for left, right in (
            (column["total"], column["carried"] + column["new"]),
            (column["to_execute"], column["total"] - column["entrusted"] - column["pulled_up"]),
            (column["to_execute"], column["enforceable"] + column["not_yet_enforceable"]),
            (column["carried_out"], column["to_execute"] - column["finished"]),
            (column["finished"], column["completed"] + column["terminated"] + column.get("exempted", 0)),
        ):
            if left != right:
                raise AssertionError(f"an identity of {table}* does not hold: {column}")


def differences(recounted, reported):
    """What a report says otherwise: one text a figure. Units are words and are not compared."""
    found = []
    for name, figure in recounted.items():
        if name not in reported:
            if name in REQUIRED:
                found.append(f"{name}: recounted {figure['value']}, reported nothing")
            continue
        value = reported[name]["value"] if isinstance(reported[name], dict) else reported[name]
        if value != figure["value"]:
            found.append(f"{name}: recounted {figure['value']}, reported {value}")
    return found


def ask_report(thads, data, period, known, office_code):
    """Starts `thads report` for one moment of knowledge."""
    command = [thads, "--data", data, "--json", "report", "--period", period, "--as-known", str(known)]
    if office_code is not None:
        command += ["--office", office_code]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def answer_of(process):
    """(figures, None) of a report, or (None, why not)."""
    out, err = process.communicate()
    if process.returncode != 0:
        return None, f"report ended with {process.returncode}: {err.decode(errors='replace').strip()[-300:]}"
    try:
        return _DECODER.decode(out.decode())["figures"], None
    except (ValueError, KeyError, TypeError, Unreadable) as error:
        return None, f"report cannot be read: {type(error).__name__}: {error}"


def compare(log, arguments, office, out=sys.stdout):
    """Recounts at N random moments and at the end, and says of each whether the report agrees. True: all do."""
    first, last = period_of(arguments.period)
    code, start = None, 1
    if office is not None:
        offices, _ = organisation(log, log.size)
        code = offices[office][0]
        start = 1 + min(entry[0] for stream in log.offices.values() for entry in stream.entries
                        if entry[2][:2] == ("office", office))
    moments = range(start, log.size)
    chosen = random.Random(arguments.seed).sample(moments, min(arguments.random, len(moments)))
    passed = failed = 0
    for known in [*sorted(chosen), log.size]:
        process = ask_report(arguments.thads, arguments.data, arguments.period, known, code)
        recounted = recount(log, first, last, known, office)
        reported, why = answer_of(process)
        wrong = [why] if reported is None else differences(recounted, reported)
        if wrong:
            failed += 1
            print(f"K {known}: different: " + "; ".join(wrong), file=out, flush=True)
        else:
            passed += 1
            eight = ", ".join(_short(name, recounted[name]["value"]) for name in REQUIRED[:8])
            print(f"K {known}: equal ({eight})", file=out, flush=True)
    print(f"{passed} passed, {failed} failed", file=out, flush=True)
    return failed == 0


def _short(name, value):
    if isinstance(value, dict):
        value = "–" if value["percent"] is None else value["percent"] + " %"
    return f"{name} {value}"


def office_number(log, text):
    """An office's number, from its number or its code."""
    offices, _ = organisation(log, log.size)
    for number, (code, _) in offices.items():
        if text in (str(number), code):
            return number
    raise Unreadable(f"office {text} is not in the log")


def main(given=None):
    """Exit status: 0 done and all equal, 1 something differs or cannot be counted, 2 usage."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", metavar="LOG", help="what `thads log --json` printed; - is standard input")
    parser.add_argument("--period", required=True, help="FROM..TO, or 2019, 2019-H1, 2019-Q3, 2019-M09")
    parser.add_argument("--as-known", type=int, metavar="K", help="a tree size; default: the whole log")
    parser.add_argument("--office", metavar="NUMBER", help="an office (number or code) with those below it")
    parser.add_argument("--random", type=int, metavar="N", help="compare with reports at N random K and at the end")
    parser.add_argument("--seed", type=int, default=1, help="of the random K")
    parser.add_argument("--thads", metavar="PATH", help="the program to compare with")
    parser.add_argument("--data", metavar="DIR", help="its ledger")
    arguments = parser.parse_args(given)
    if arguments.random is not None:
        if arguments.random < 0 or arguments.thads is None or arguments.data is None:
            parser.error("--random N (from 0) needs --thads PATH and --data DIR")
        if arguments.as_known is not None:
            parser.error("--random chooses K itself: leave --as-known out")
    elif arguments.thads is not None or arguments.data is not None:
        parser.error("--thads and --data are for --random N")
    try:
        first, last = period_of(arguments.period)
        if arguments.log == "-":
            log = read_log(sys.stdin)
        else:
            with open(arguments.log, encoding="utf-8") as lines:
                log = read_log(lines)
        office = None if arguments.office is None else office_number(log, arguments.office)
        if arguments.random is not None:
            return 0 if compare(log, arguments, office) else 1
        known = log.size if arguments.as_known is None else arguments.as_known
        print(json.dumps(recount(log, first, last, known, office), ensure_ascii=False, indent=1))
        return 0
    except (Unreadable, OSError) as error:
        print(f"recount: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
