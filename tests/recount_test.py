"""The recount against domain.md: the worked vectors of part 11, repairs, and the command line.

Histories are written as a log prints them. Offices: 1 is A, 2 is B, 3 the department D above both.
"""

import io
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import recount as program  # noqa: E402
from recount import Unreadable, percent, period_of, read_log  # noqa: E402

CODES = {
    "genesis": 1, "office_opened": 16, "target_assigned": 18, "judgment_received": 32, "enforcement_ordered": 35,
    "order_amended": 36, "order_withdrawn": 37, "conditions_verified": 64, "classified_enforceable": 65,
    "classified_not_yet_enforceable": 66, "moved_to_tracking_book": 67, "returned_from_tracking_book": 68,
    "postponed": 80, "temporarily_suspended": 82, "terminated": 84, "completed": 85, "entrusted_out": 96,
    "entrusted_in": 97, "pulled_up": 98, "taken_from_below": 99, "coercion_cost_recorded": 114, "auction_paid": 133,
    "payment_collected": 144, "paid_directly": 145, "held_temporarily": 146, "held_money_resolved": 147,
    "exempted": 149, "disbursed": 162, "remitted_to_budget": 163, "enforcement_fee_charged": 164,
    "deposited_for_payee": 165, "complaint_received": 192, "complaint_accepted": 193, "complaint_rejected": 194,
    "complaint_resolved": 195, "denunciation_received": 197, "denunciation_accepted": 198,
    "denunciation_concluded": 200, "fact_corrected": 240, "entry_voided": 241, "note_added": 242,
    "order_annulled": 38,
}
SEALED = {"ref": "00112233445566778899aabbccddeeff"}
H1 = "2018-10-01..2019-03-31"


class Writer:
    """Writes a log as `thads log --json` prints it; every method gives the position of what it wrote."""

    def __init__(self):
        self.lines = []
        self.versions = {}
        self.write("ledger:genesis", "genesis", "2018-10-01", 0, None)
        self.write("office:D", "office_opened", "2016-01-01", 0,
                   {"number": 3, "code": "D", "name": "D", "level": "department", "parent": None})
        for number, code in ((1, "A"), (2, "B")):
            self.write("office:" + code, "office_opened", "2016-01-01", 0,
                       {"number": number, "code": code, "name": code, "level": "sub_department", "parent": 3})

    def write(self, stream, kind, effective, office, fields, recorded="2019-04-12", corrects=None):
        position = len(self.lines)
        self.versions[stream] = self.versions.get(stream, 0) + 1
        self.lines.append(json.dumps({
            "position": position, "recorded_at": recorded + "T02:00:00.000000Z", "stream": stream,
            "version": self.versions[stream], "effective": effective, "office": office, "actor": 7,
            "provenance": "live", "rule_set": 1, "request": f"{position:032x}", "corrects": corrects, "kind": kind,
            "kind_code": CODES[kind], "kind_revision": 1, "fields": fields, "leaf": "00" * 32,
        }))
        return position

    def case(self, name="A/2018/0001", office=1):
        return CaseWriter(self, "case:" + name, office)

    def complaint(self, name="A/2019/K0001", office=1):
        return CaseWriter(self, "complaint:" + name, office)

    def target(self, year, office, figure, numerator, denominator, on="2018-12-20"):
        return self.write("office:" + {1: "A", 2: "B", 3: "D"}[office], "target_assigned", on, 3, {
            "year": year, "office": office, "figure": figure,
            "ratio": {"numerator": numerator, "denominator": denominator}})

    def log(self):
        return read_log(self.lines)

    def figures(self, period=H1, known=None, office=None):
        log = self.log()
        return Figures(program.recount(log, *period_of(period), log.size if known is None else known, office))


class Figures:
    """Figures by id; a rate as (numerator, denominator, percent)."""

    def __init__(self, figures):
        self.figures = figures

    def __getitem__(self, name):
        value = self.figures[name]["value"]
        return tuple(value.values()) if isinstance(value, dict) else value


class CaseWriter:
    """Writes one stream: `case.kind(effective, field=…)`."""

    def __init__(self, writer, stream, office):
        self.writer, self.stream, self.office = writer, stream, office

    def __getattr__(self, kind):
        def write(effective, **fields):
            return self.writer.write(self.stream, kind, effective, self.office, fields)
        return write

    def ordered(self, on, *owed, basis="on_request"):
        """The judgment, and the order: (kind, payee, amount) an obligation."""
        self.judgment_received(on, court="TAND", number="1/2018/DS-ST", date=on, in_force=None, judgment="civil")
        return self.enforcement_ordered(
            on, basis=basis, obligations=obligations(owed), debtors=[{"person": SEALED, "kind": "individual"}],
            creditors=[{"person": SEALED, "kind": "individual"}], liability=None, tags=[])

    def from_elsewhere(self, kind, on, sender, *owed):
        return self.writer.write(self.stream, kind, on, self.office, {"brought": {
            "from": sender, "basis": "on_request", "judgment": "civil", "obligations": obligations(owed),
            "debtors": [], "creditors": [], "tags": []}})

    def correct(self, entry, kind, took_effect, on="2019-04-12", **fields):
        return self.writer.write(self.stream, "fact_corrected", on, self.office, {
            "entry": entry, "took_effect": took_effect, "authority": "head", "reason": None,
            "replacement": {"code": CODES[kind], "revision": 1, "fields": fields,
                            "common": {"on_behalf_of": None, "document": None, "note": None}}}, corrects=entry)

    def void(self, entry, on="2019-04-12"):
        return self.writer.write(self.stream, "entry_voided", on, self.office,
                                 {"entry": entry, "authority": "head", "reason": None}, corrects=entry)

    def collected(self, on, amount):
        return self.payment_collected(on, payer={"debtor": 1}, amount=amount, means="cash", receipt=None)


def obligations(owed):
    return [{"kind": kind, "payee": payee, "amount": amount, "secured": False} for kind, payee, amount in owed]


CREDITOR = {"creditor": 1}
LOAN = "loan"


def loan(amount):
    return (LOAN, CREDITOR, amount)


def court_fee(amount):
    return ("court_fee", "budget", amount)


class Vectors(unittest.TestCase):
    """domain.md part 11, by its numbers."""

    def check(self, figures, **wanted):
        for name, value in wanted.items():
            self.assertEqual(figures[name.replace("__", ".")], value, name)

    def test_1_paid_in_full(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(50_000_000))
        case.collected("2018-12-10", 50_000_000)
        case.disbursed("2018-12-12", obligation=1, amount=48_500_000)
        case.enforcement_fee_charged("2018-12-12", obligation=1, base=50_000_000, fee=1_500_000)
        case.completed("2018-12-12")
        for period in (H1, "2019-H1", "2019-Q1", "2018-10-01..2018-12-31"):
            self.check(writer.figures(period, office=1), cases__total=1, cases__new=1, cases__carried=0,
                       cases__to_execute=1, cases__enforceable=1, cases__completed=1, cases__finished=1,
                       money__finished=50_000_000, money__completed=50_000_000, money__new=50_000_000,
                       money__collected=50_000_000, rate__cases=(1, 1, "100.0"),
                       rate__money=(50_000_000, 50_000_000, "100.0"))
        self.check(writer.figures("2018-10-01..2018-12-11"), cases__finished=0, money__finished=0,
                   money__collected=50_000_000, money__enforceable=50_000_000, rate__cases=(0, 1, "0.0"))
        self.check(writer.figures("2018-12-13..2019-03-31"), cases__total=0, money__total=0, money__collected=0)

    def test_2_nothing_to_take(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-11-01", court_fee(3_000_000), basis="proactive")
        case.conditions_verified("2018-11-20", means_found=False)
        case.classified_not_yet_enforceable("2018-11-20", ground="a")
        self.check(writer.figures(), cases__to_execute=1, cases__enforceable=0, cases__not_yet_enforceable=1,
                   rate__cases=(0, 0, None), rate__money=(0, 0, None), money__to_execute=3_000_000,
                   money__enforceable=0, money__not_yet_enforceable=3_000_000)

    def test_3_priority(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", ("health_compensation", {"creditor": 1}, 40_000_000), court_fee(5_000_000),
                     ("loan", {"creditor": 2}, 100_000_000), ("loan", {"creditor": 3}, 60_000_000))
        case.coercion_cost_recorded("2018-11-01", amount=3_000_000, borne_by="debtor", items="")
        case.coercion_cost_recorded("2018-11-01", amount=700_000, borne_by="budget", items="")
        case.auction_paid("2019-01-10", asset=1, amount=80_000_000)
        case.remitted_to_budget("2019-01-15", obligation=None, amount=8_000_000)
        case.disbursed("2019-01-15", obligation=1, amount=40_000_000)
        case.disbursed("2019-01-15", obligation=3, amount=19_400_000)
        case.enforcement_fee_charged("2019-01-15", obligation=3, base=20_000_000, fee=600_000)
        case.disbursed("2019-01-15", obligation=4, amount=11_640_000)
        case.enforcement_fee_charged("2019-01-15", obligation=4, base=12_000_000, fee=360_000)
        self.check(writer.figures(), money__completed=77_000_000, money__collected=80_000_000,
                   money__costs_added=3_000_000, money__total=205_000_000, money__enforceable=205_000_000,
                   money__carried_out=128_000_000, cases__enforceable=1, cases__finished=0)

    def test_6_entrustment_inside_the_province(self):
        writer = Writer()
        out = writer.case("A/2018/0001", 1)
        out.ordered("2018-12-03", loan(10_000_000))
        out.conditions_verified("2018-12-20", means_found=True)
        out.entrusted_out("2019-01-21", to=2)
        into = writer.case("B/2019/0001", 2)
        into.from_elsewhere("entrusted_in", "2019-01-25", "A/2018/0001", loan(10_000_000))
        self.check(writer.figures(office=1), cases__total=1, cases__entrusted=1, cases__to_execute=0,
                   money__entrusted=10_000_000, money__to_execute=0)
        self.check(writer.figures(office=2), cases__new=1, cases__to_execute=1, money__new=10_000_000)
        for office in (3, None):
            self.check(writer.figures(office=office), cases__total=2, cases__entrusted=1, cases__to_execute=1,
                       money__total=20_000_000)
        for office in (1, 2, 3):
            self.check(writer.figures("2018-10-01..2019-01-22", office=office), cases__to_execute=0)

    def test_6_what_is_met_before_is_completed(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-12-03", court_fee(500_000), loan(10_000_000))
        case.remitted_to_budget("2019-01-15", obligation=1, amount=500_000)
        case.entrusted_out("2019-01-21", to=2)
        self.check(writer.figures(), cases__completed=1, cases__entrusted=0, cases__to_execute=1,
                   money__entrusted=10_000_000, money__completed=500_000, money__to_execute=500_000)

    def test_7_pull_up(self):
        writer = Writer()
        case = writer.case("A/2018/0001", 1)
        case.ordered("2018-12-03", loan(10_000_000))
        case.pulled_up("2019-02-01", to=3)
        writer.case("D/2019/0001", 3).from_elsewhere("taken_from_below", "2019-02-01", "A/2018/0001", loan(10_000_000))
        self.check(writer.figures(office=1), cases__to_execute=0, cases__pulled_up=1, money__pulled_up=10_000_000)
        self.check(writer.figures(), cases__total=2, cases__new=2, cases__to_execute=1, money__to_execute=10_000_000)

    def test_8_complaint(self):
        writer = Writer()
        one = writer.complaint()
        one.complaint_received("2019-02-01", complainant=SEALED, case=None, level=1, against=None, complex=False,
                               **{"class": 1})
        one.complaint_accepted("2019-02-11")
        one.complaint_resolved("2019-03-20", outcome="dismissed")
        writer.complaint("B/2018/K0001", 2).denunciation_received("2018-09-20", author=SEALED, against=SEALED)
        old = writer.complaint("B/2018/K0001", 2)
        old.denunciation_accepted("2018-10-02")
        old.denunciation_concluded("2018-11-20", outcome="partly")
        refused = writer.complaint("B/2019/K0001", 2)
        refused.complaint_received("2019-01-05", complainant=SEALED, level=1, **{"class": 1})
        refused.complaint_rejected("2019-01-08", ground="a")
        self.check(writer.figures(), complaints__received=2, complaints__resolved=2)
        self.check(writer.figures(office=1), complaints__received=1, complaints__resolved=1)
        self.check(writer.figures("2019-Q1"), complaints__received=0, complaints__resolved=1)

    def late(self, disbursed):
        """Vector 10: 1 bn finished, and 10,000,000 collected on 28 Mar entered after the seal."""
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(2_000_000_000))
        case.collected("2019-03-01", 1_000_000_000)
        case.disbursed("2019-03-05", obligation=1, amount=1_000_000_000)
        sealed = len(writer.lines)
        case.collected("2019-03-28", 10_000_000)
        between = len(writer.lines)
        case.disbursed(disbursed, obligation=1, amount=10_000_000)
        return writer, sealed, between

    def test_10_late_entry_over_a_seal(self):
        writer, sealed, between = self.late("2019-03-29")
        self.check(writer.figures(known=sealed), money__finished=1_000_000_000, money__collected=1_000_000_000)
        self.check(writer.figures(known=between), money__finished=1_000_000_000, money__collected=1_010_000_000)
        self.check(writer.figures(), money__finished=1_010_000_000)
        writer, _, _ = self.late("2019-04-09")
        self.check(writer.figures(), money__finished=1_000_000_000, money__collected=1_010_000_000)

    def test_11_dressing_the_rate(self):
        writer = Writer()
        for number in range(1, 101):
            case = writer.case(f"A/2018/{number:04}")
            case.ordered("2018-10-05", court_fee(100_000), basis="proactive")
            if number <= 62:
                case.paid_directly("2019-03-28", obligation=1, amount=100_000)
                case.completed("2019-03-28")
        before = len(writer.lines)
        case.classified_not_yet_enforceable("2019-03-29", ground="a")
        case.classified_enforceable("2019-04-05")
        self.check(writer.figures(), rate__cases=(62, 99, "62.6"))
        self.check(writer.figures(known=before), rate__cases=(62, 100, "62.0"))
        self.check(writer.figures("2018-10-01..2019-04-05"), rate__cases=(62, 100, "62.0"))

    def test_12_joint_debtors(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(90_000_000))
        case.collected("2018-11-01", 60_000_000)
        case.collected("2018-11-08", 40_000_000)
        self.check(writer.figures(), money__collected=100_000_000, money__completed=0, money__finished=0)
        case.disbursed("2018-11-12", obligation=1, amount=90_000_000)
        self.check(writer.figures(), money__collected=100_000_000, money__completed=90_000_000,
                   money__enforceable=90_000_000)

    def test_13_wrong_amount(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(90_000_000))
        wrong = case.collected("2019-01-10", 50_000_000)
        right = case.correct(wrong, "payment_collected", "2019-01-10", amount=5_000_000, payer={"debtor": 1},
                             means="cash", receipt=None)
        self.check(writer.figures(known=wrong), money__collected=0)
        self.check(writer.figures(known=wrong + 1), money__collected=50_000_000, money__finished=0)
        self.check(writer.figures(known=right + 1), money__collected=5_000_000, money__finished=0)

    def test_14_held_money_is_not_collected_until_it_is_to_be_shared_out(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(90_000_000))
        case.held_temporarily("2018-10-20", amount=15_000_000, why=SEALED)
        self.check(writer.figures(), money__collected=0)
        case.held_money_resolved("2019-02-01", item=1, amount=4_000_000, to="returned")
        case.held_money_resolved("2019-02-01", item=1, amount=11_000_000, to="distribution")
        self.check(writer.figures(), money__collected=11_000_000)

    def test_15_exemption(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", ("fine", "budget", 20_000_000), basis="proactive")
        case.collected("2018-11-01", 2_000_000)
        case.remitted_to_budget("2018-11-05", obligation=1, amount=2_000_000)
        case.exempted("2019-03-01", obligation=1, amount=18_000_000, decision="1/QĐ")
        case.completed("2019-03-02")
        self.check(writer.figures(), money__completed=2_000_000, money__exempted=18_000_000,
                   money__finished=20_000_000, cases__completed=1, rate__money=(20_000_000, 20_000_000, "100.0"))

    def book(self, disbursed):
        """Vector 18: X carried, into the book and back; Y in the book since 2017, back on 10 Jan 2019."""
        writer = Writer()
        x = writer.case("A/2017/0001")
        x.ordered("2017-05-05", loan(8_000_000))
        x.classified_not_yet_enforceable("2017-09-05", ground="a")
        if disbursed:
            x.disbursed("2018-11-01", obligation=1, amount=disbursed)
        x.moved_to_tracking_book("2018-11-05")
        x.returned_from_tracking_book("2019-02-20")
        y = writer.case("A/2016/0001")
        y.ordered("2016-05-05", loan(3_000_000))
        y.classified_not_yet_enforceable("2016-06-05", ground="a")
        y.moved_to_tracking_book("2017-07-05")
        y.returned_from_tracking_book("2019-01-10")
        return writer

    def test_18_round_trip_through_the_tracking_book(self):
        writer = self.book(0)
        self.check(writer.figures("2019-Q1"), cases__total=0, cases__tracking_book=2, money__total=0,
                   money__tracking_book=11_000_000)
        self.check(writer.figures(), cases__total=2, cases__carried=1, cases__new=1, cases__to_execute=2,
                   cases__tracking_book=0, money__total=11_000_000, money__carried=8_000_000, money__new=3_000_000)

    def test_18_money_settled_before_the_book_stays(self):
        writer = self.book(1_000_000)
        self.check(writer.figures("2019-Q1"), cases__total=0, cases__tracking_book=2, money__total=1_000_000,
                   money__carried=1_000_000, money__enforceable=1_000_000, money__completed=1_000_000,
                   money__tracking_book=10_000_000, rate__money=(1_000_000, 1_000_000, "100.0"))
        self.check(writer.figures(), money__total=11_000_000, money__finished=1_000_000)

    def test_20_postponed_and_suspended_count_by_their_class(self):
        writer = Writer()
        for number in range(1, 11):
            case = writer.case(f"A/2018/{number:04}")
            case.ordered("2018-10-05", loan(1_000_000))
            if number == 1:
                case.postponed("2018-12-01", ground="c", until=None)
            if number == 2:
                case.temporarily_suspended("2018-12-01", ground="protest")
            if number > 8:
                case.classified_not_yet_enforceable("2018-12-01", ground="a")
        self.check(writer.figures("2018-10-01..2019-01-31"), cases__enforceable=8, cases__not_yet_enforceable=2)

    def test_21_payee_does_not_come(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-10-05", loan(2_000_000))
        case.collected("2019-03-01", 2_000_000)
        case.deposited_for_payee("2019-03-20", obligation=1, amount=2_000_000, bank="Agribank")
        case.completed("2019-03-20")
        self.check(writer.figures(), cases__completed=1, money__finished=2_000_000)
        self.check(writer.figures("2018-10-01..2019-03-19"), cases__completed=0, money__finished=0)
        case.note_added("2019-05-10", text=SEALED)
        self.check(writer.figures("2018-10-01..2019-05-31"), cases__completed=1, money__finished=2_000_000)

    def test_a_withdrawn_order_leaves_the_total(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-09-05", loan(9_000_000))
        case.paid_directly("2018-10-20", obligation=1, amount=1_000_000)
        case.order_withdrawn("2018-11-05", ground="a")
        self.check(writer.figures("2018-10-01..2018-11-04"), cases__total=1, money__carried=9_000_000)
        self.check(writer.figures(), cases__total=0, money__total=1_000_000, money__carried=1_000_000,
                   money__finished=1_000_000, money__to_execute=1_000_000)

    def test_what_an_amendment_added_is_new_where_a_withdrawn_order_leaves_only_what_was_settled(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-09-05", loan(1_000_000))
        case.order_amended("2018-12-05", obligation=1, amount=9_000_000)
        case.paid_directly("2018-12-10", obligation=1, amount=3_000_000)
        case.order_withdrawn("2018-12-15", ground="a")
        self.check(writer.figures(), money__total=3_000_000, money__carried=1_000_000, money__new=2_000_000,
                   money__finished=3_000_000)

    def test_terminated_is_a_case_of_which_nothing_was_met(self):
        writer = Writer()
        nothing = writer.case("A/2018/0001")
        nothing.ordered("2018-10-05", loan(9_000_000))
        nothing.terminated("2018-11-05", ground="a", obligations=[])
        part = writer.case("A/2018/0002")
        part.ordered("2018-10-05", loan(4_000_000), court_fee(200_000))
        part.paid_directly("2018-10-20", obligation=1, amount=1_000_000)
        part.terminated("2018-11-05", ground="c", obligations=[1])
        self.check(writer.figures("2018-10-01..2018-11-05"), cases__terminated=1, cases__completed=0,
                   money__terminated=12_000_000, money__completed=1_000_000)
        part.terminated("2018-11-06", ground="c", obligations=[2])
        self.check(writer.figures(), cases__terminated=1, cases__completed=1, cases__finished=2,
                   money__terminated=12_200_000, money__finished=13_200_000)

    def test_an_amendment_is_new_money(self):
        writer = Writer()
        case = writer.case()
        case.ordered("2018-09-05", loan(9_000_000))
        case.order_amended("2018-12-05", obligation=1, amount=7_000_000)
        self.check(writer.figures(), money__carried=9_000_000, money__new=-2_000_000, money__total=7_000_000,
                   money__enforceable=7_000_000, cases__carried=1, cases__new=0)


class Repairs(unittest.TestCase):
    """What is left of a history whose entries were corrected and voided."""

    def setUp(self):
        self.writer = Writer()
        self.case = self.writer.case()
        self.case.ordered("2018-10-05", loan(90_000_000))
        self.paid = self.case.collected("2019-03-20", 50_000_000)

    def collected(self, period=H1, known=None):
        return self.writer.figures(period, known)["money.collected"]

    def correct(self, amount, on="2019-03-20"):
        return self.case.correct(self.paid, "payment_collected", on, amount=amount, payer={"debtor": 1}, means="cash")

    def test_the_last_correction_stands(self):
        self.correct(5)
        self.correct(7)
        self.assertEqual(self.collected(), 7)

    def test_a_correction_may_move_the_day(self):
        self.correct(5, on="2019-04-02")
        self.assertEqual(self.collected(), 0)
        self.assertEqual(self.collected("2018-10-01..2019-04-02"), 5)

    def test_voiding_a_correction_brings_back_what_stood_before(self):
        self.correct(5)
        second = self.correct(7)
        self.case.void(second)
        self.assertEqual(self.collected(), 5)

    def test_a_void_stands_over_corrections_and_can_be_voided(self):
        self.correct(5)
        void = self.case.void(self.paid)
        self.correct(9)
        self.assertEqual(self.collected(), 0)
        self.case.void(void)
        self.assertEqual(self.collected(), 9)
        self.assertEqual(self.collected(known=void), 5)
        self.assertEqual(self.collected(known=void + 1), 0)

    def test_a_voided_order_takes_the_case_away(self):
        self.case.void(self.paid - 1)
        self.assertEqual(self.writer.figures()["cases.total"], 0)
        self.assertEqual(self.writer.figures(known=self.paid + 1)["cases.total"], 1)

    def test_a_cost_may_be_corrected_to_who_bears_it(self):
        cost = self.case.coercion_cost_recorded("2019-01-10", amount=40, borne_by="creditor", items="")
        self.assertEqual(self.writer.figures()["money.costs_added"], 0)
        self.case.correct(cost, "coercion_cost_recorded", "2019-01-10", amount=40, borne_by="debtor", items="")
        self.assertEqual(self.writer.figures()["money.costs_added"], 40)

    def test_events_fold_in_order_of_effect_not_of_the_log(self):
        self.case.completed("2019-03-30")
        self.case.disbursed("2019-03-25", obligation=1, amount=90_000_000)
        self.case.classified_not_yet_enforceable("2019-02-01", ground="a")
        figures = self.writer.figures()
        self.assertEqual(figures["money.completed"], 90_000_000)
        self.assertEqual(figures["cases.completed"], 1)
        self.assertEqual(self.writer.figures("2018-10-01..2019-03-29")["cases.not_yet_enforceable"], 1)

    def test_one_log_counts_the_same_in_any_order_of_questions(self):
        self.correct(5)
        self.case.void(self.paid)
        log = self.writer.log()
        first, last = period_of(H1)
        asked = [log.size, 5, log.size - 1, 0, log.size]
        once = [program.recount(log, first, last, known) for known in asked]
        fresh = [program.recount(self.writer.log(), first, last, known) for known in asked]
        self.assertEqual(once, fresh)


class Targets(unittest.TestCase):
    """Units at or over their target of the year, by their own cases."""

    def setUp(self):
        self.writer = Writer()
        for office, code, finished in ((1, "A", 73), (2, "B", 72)):
            for number in range(1, 101):
                case = self.writer.case(f"{code}/2018/{number:04}", office)
                case.ordered("2018-10-05", court_fee(1_000))
                if number <= finished:
                    case.paid_directly("2018-11-05", obligation=1, amount=1_000)
                    case.completed("2018-11-05")

    def over(self, **asked):
        figures = self.writer.figures(**asked)
        return figures["units.over_case_target"], figures["units.over_money_target"]

    def test_reached_exactly_is_over(self):
        for office in (1, 2, 3):
            self.writer.target(2019, office, "rate.cases", 7300, 10_000)
        self.writer.target(2019, 2, "rate.money", 72, 100)
        self.writer.target(2020, 2, "rate.cases", 1, 100)
        self.assertEqual(self.over(), (1, 1))
        self.assertEqual(self.over(office=2), (0, 1))
        self.assertEqual(self.over(office=3), (1, 1))
        self.assertEqual(self.over(period="2018-10-01..2019-10-01"), (1, 0))

    def test_the_last_assignment_known_stands(self):
        self.writer.target(2019, 1, "rate.cases", 73, 100)
        before = self.writer.target(2019, 1, "rate.cases", 80, 100)
        self.assertEqual(self.over(), (0, 0))
        self.assertEqual(self.over(known=before), (1, 0))

    def test_nothing_of_nothing_reaches_nothing(self):
        self.writer.target(2019, 3, "rate.cases", 0, 100)
        self.assertEqual(self.over(), (0, 0))


class Words(unittest.TestCase):
    """Periods, percent, and what is refused."""

    def test_periods(self):
        for text, wanted in (
            ("2019-H1", ("2018-10-01", "2019-03-31")), ("2019-Q1", ("2018-10-01", "2018-12-31")),
            ("2019-M05", ("2018-10-01", "2019-02-28")), ("2016-M05", ("2015-10-01", "2016-02-29")),
            ("2019", ("2018-10-01", "2019-09-30")), ("2019-M12", ("2018-10-01", "2019-09-30")),
            ("2019-M03", ("2018-10-01", "2018-12-31")), ("2018-12-01..2018-12-01", ("2018-12-01", "2018-12-01")),
        ):
            self.assertEqual(period_of(text), wanted, text)
        for text in ("2019-H3", "2019-M13", "2019-03-31..2018-10-01", "", "2020-H1", "2018-10-01"):
            with self.assertRaises(Unreadable, msg=text):
                period_of(text)

    def test_percent_is_half_up(self):
        for numerator, denominator, wanted in ((62, 99, "62.6"), (62, 100, "62.0"), (1, 2000, "0.1"), (1, 1, "100.0"),
                                               (1, 2001, "0.0"), (0, 0, None), (0, 5, "0.0"), (7668, 12_230, "62.7")):
            self.assertEqual(percent(numerator, denominator), wanted)

    def test_figures_have_the_form_of_the_report(self):
        figures = Writer().figures().figures
        self.assertEqual(figures["rate.cases"]["value"], {"numerator": 0, "denominator": 0, "percent": None})
        self.assertEqual(list(figures)[:8], list(program.REQUIRED[:8]))
        for figure in figures.values():
            self.assertEqual(set(figure), {"value", "unit"})

    def refused(self, writer, part):
        with self.assertRaises(Unreadable) as caught:
            writer.log()
        self.assertIn(part, str(caught.exception))

    def test_a_gap_is_refused(self):
        writer = Writer()
        del writer.lines[2]
        self.refused(writer, "position 3 where 2")

    def test_a_kind_that_may_move_a_figure_is_not_skipped(self):
        writer = Writer()
        writer.case().order_annulled("2018-11-01", ground="a")
        self.refused(writer, "order_annulled")

    def test_an_amount_that_is_not_whole_is_refused(self):
        writer = Writer()
        writer.case().collected("2018-11-01", 1.5)
        self.refused(writer, "1.5")

    def test_a_correction_keeps_the_kind(self):
        writer = Writer()
        case = writer.case()
        paid = case.collected("2018-11-01", 15)
        case.correct(paid, "paid_directly", "2018-11-01", obligation=1, amount=15)
        self.refused(writer, "another kind")

    def test_nothing_is_known_beyond_the_log(self):
        writer = Writer()
        with self.assertRaises(Unreadable):
            writer.figures(known=len(writer.lines) + 1)


# A stand-in for the program: recounts as well, and is one off for every K from LIE on.
STAND_IN = """#!{python}
import json, os, sys
sys.path.insert(0, {here!r})
import recount
given = sys.argv[1:]
value = lambda name: given[given.index(name) + 1] if name in given else None
log = recount.read_log(open(os.path.join(value("--data"), "log")))
known = int(value("--as-known"))
office = value("--office") and recount.office_number(log, value("--office"))
figures = recount.recount(log, *recount.period_of(value("--period")), known, office)
assert "--json" in given and "report" in given
if known >= {lie}:
    figures["cases.finished"]["value"] += 1
print(json.dumps({{"ledger": {{"position": known}}, "figures": figures}}))
"""


class CommandLine(unittest.TestCase):
    """The program as it is started."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.writer = Writer()
        for number in range(1, 9):
            case = self.writer.case(f"A/2018/{number:04}")
            case.ordered("2018-10-05", court_fee(1_000))
            case.collected("2018-11-05", 1_000)
            case.remitted_to_budget("2018-11-06", obligation=1, amount=1_000)
            case.completed("2018-11-06")
        self.path = os.path.join(self.folder.name, "log")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.writer.lines) + "\n")

    def start(self, *given, stdin=""):
        return subprocess.run([sys.executable, os.path.join(HERE, "recount.py"), *given], input=stdin,
                              capture_output=True, text=True, check=False)

    def stand_in(self, lie=10**9):
        path = os.path.join(self.folder.name, "thads")
        with open(path, "w", encoding="utf-8") as file:
            file.write(STAND_IN.format(python=sys.executable, here=HERE, lie=lie))
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return ["--thads", path, "--data", self.folder.name]

    def test_figures_from_a_file_and_from_standard_input(self):
        from_file = self.start(self.path, "--period", H1)
        piped = self.start("-", "--period", "2019-H1", stdin="\n".join(self.writer.lines))
        self.assertEqual((from_file.returncode, piped.returncode), (0, 0), from_file.stderr + piped.stderr)
        self.assertEqual(from_file.stdout, piped.stdout)
        self.assertEqual(json.loads(piped.stdout)["cases.finished"], {"value": 8, "unit": "cases"})

    def test_as_known(self):
        known = self.start(self.path, "--period", H1, "--as-known", "9", "--office", "1")
        self.assertEqual(json.loads(known.stdout)["cases.finished"]["value"], 1, known.stderr)

    def test_random_moments_agree(self):
        done = self.start(self.path, "--period", H1, "--random", "4", "--seed", "5", *self.stand_in())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "5 passed, 0 failed")
        self.assertTrue(all(": equal" in line for line in lines[:-1]))
        self.assertTrue(lines[-2].startswith(f"K {len(self.writer.lines)}: "))
        again = self.start(self.path, "--period", H1, "--random", "4", "--seed", "5", *self.stand_in())
        self.assertEqual(done.stdout, again.stdout)

    def test_of_one_office(self):
        done = self.start(self.path, "--period", H1, "--random", "3", "--office", "A", *self.stand_in())
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "4 passed, 0 failed"), done.stderr)

    def test_a_report_that_says_otherwise_is_named(self):
        done = self.start(self.path, "--period", H1, "--random", "3", *self.stand_in(lie=len(self.writer.lines)))
        self.assertEqual(done.returncode, 1)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "3 passed, 1 failed")
        self.assertIn("different: cases.finished: recounted 8, reported 9", lines[-2])

    def test_a_report_that_lacks_a_figure_is_different(self):
        figures = self.writer.figures().figures
        reported = {name: dict(figure) for name, figure in figures.items() if name != "rate.cases"}
        self.assertEqual(len(program.differences(figures, reported)), 1)
        del reported["money.carried_out"]
        self.assertEqual(len(program.differences(figures, reported)), 1)

    def test_a_program_that_fails_is_a_failure(self):
        done = self.start(self.path, "--period", H1, "--random", "1", "--thads", "/bin/false", "--data", "x")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (1, "0 passed, 2 failed"))

    def test_usage(self):
        self.assertEqual(self.start(self.path).returncode, 2)
        self.assertEqual(self.start(self.path, "--period", H1, "--random", "2").returncode, 2)
        self.assertEqual(self.start(self.path, "--period", "2021-H1").returncode, 1)
        self.assertEqual(self.start(os.path.join(self.folder.name, "none"), "--period", H1).returncode, 1)


class Reading(unittest.TestCase):
    """Reading takes any iterable of lines."""

    def test_empty_lines_are_passed_over(self):
        log = read_log(io.StringIO("\n".join(Writer().lines) + "\n\n"))
        self.assertEqual(log.size, 4)


if __name__ == "__main__":
    unittest.main()
