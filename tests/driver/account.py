"""A case counted from its entries alone: what is owed, what came in and went out, where it stands.

Every sum is exact; whatever would go below nothing, or beyond what is owed, held or approved, is a Fault: it was accepted
and must not have been. Source: shared/domain.md parts 3 and 4.
"""

BUDGET_KINDS = ("court_fee", "fine", "recovery", "confiscation", "other_budget")
NOT_MONEY = ("thing", "act")
CASH = (
    "collected", "undistributed", "refund_due", "deposited", "disbursed", "remitted", "fees", "refunded", "held_in",
    "held_out", "overdrawn",
)
# Kinds that change nothing that is counted here.
SILENT = frozenset((
    "coercion_ordered", "note_added",
))
# Kinds that do not need an open case.
BEFORE_OPEN = frozenset((
    "judgment_received", "request_received", "request_refused", "enforcement_ordered", "entrusted_in", "taken_from_below",
))


class Fault(Exception):
    """Something that must never be: what, what was expected, what is."""


def must(holds, what):
    """Raises a Fault where something does not hold."""
    if not holds:
        raise Fault(what)


class Debt:
    """One obligation."""

    __slots__ = ("number", "kind", "payee", "secured", "due", "credited", "exempted", "terminated", "moved", "ended",
                 "approved", "uncharged")

    def __init__(self, number, kind, payee, secured, due):
        self.number, self.kind, self.payee, self.secured, self.due = number, kind, payee, secured, due
        self.credited = self.exempted = self.terminated = self.moved = 0
        self.ended = False
        self.approved = {}
        self.uncharged = 0

    @property
    def remaining(self):
        """What is still owed of it."""
        return self.due - self.credited - self.exempted - self.terminated - self.moved

    @property
    def promised(self):
        """What is approved for paying out and not paid."""
        return sum(self.approved.values())

    @property
    def is_money(self):
        """Whether it is owed in money."""
        return self.kind not in NOT_MONEY

    @property
    def counts(self):
        """Whether the order names it: costs stand apart."""
        return self.kind != "cost"

    @property
    def to_budget(self):
        """Whether the state is owed."""
        return self.payee == "budget"

    @property
    def met(self):
        """Whether it was met by payment alone."""
        return self.credited > 0 and self.credited == self.due

    def sent(self):
        """What of it goes to another office."""
        return self.kind, str(self.payee), self.secured, self.moved


class Account:
    """A case as its entries leave it."""

    def __init__(self):
        self.standing = {"is": "unknown"}
        self.enforcer = self.ordered = self.basis = self.sent_to = self.came_from = None
        self.judgment, self.judgment_number = None, None
        self.tags, self.debtors, self.creditors = [], [], []
        self.debts, self.assets, self.held, self.receipts = [], [], [], []
        self.cash = dict.fromkeys(CASH, 0)
        self.voluntary_until = None
        self.verified = []
        self.served = self.requested = None
        self.planned = {}

    @property
    def open(self):
        """Whether the case is open."""
        return self.standing["is"] == "open"

    @property
    def in_book(self):
        """Whether it stands in the tracking book."""
        return self.standing.get("tracking_book", False)

    @property
    def remaining(self):
        """All that is still owed."""
        return sum(debt.remaining for debt in self.debts)

    @property
    def said_remaining(self):
        """What answers say is owed: before the order it is not known."""
        return None if self.ordered is None else self.remaining

    @property
    def outstanding(self):
        """What can still be asked for: what is owed and not held already."""
        return max(0, self.remaining - self.cash["undistributed"])

    @property
    def unapproved(self):
        """What is held for distribution and not approved for paying out."""
        return self.cash["undistributed"] - sum(debt.promised for debt in self.debts)

    @property
    def unsettled(self):
        """What a case that ends must not hold."""
        return self.cash["undistributed"] + self.cash["refund_due"] + sum(item["amount"] for item in self.held)

    @property
    def costs_repaid(self):
        """What was credited to costs."""
        return sum(debt.credited for debt in self.debts if not debt.counts)

    def debt(self, number):
        """The obligation of a number."""
        must(1 <= number <= len(self.debts), f"no obligation {number}")
        return self.debts[number - 1]

    def asset(self, number):
        """The asset of a number."""
        found = [asset for asset in self.assets if asset["number"] == number]
        must(len(found) == 1, f"no asset {number}")
        return found[0]

    def sent(self):
        """What went to another office, debt by debt."""
        goes = [debt for debt in self.debts if debt.moved > 0 or not (debt.is_money or debt.ended)]
        return sorted(debt.sent() for debt in goes)

    def apply(self, live):
        """Lets one entry happen, and looks whether everything is still there."""
        if live.kind == "note_added":
            return
        must(self.open or live.kind in BEFORE_OPEN, f"{live.kind} in a case that is {self.standing['is']}")
        if live.kind not in SILENT:
            getattr(self, "_" + live.kind)(live.fields, live)
        self.check(live.kind)

    def check(self, after):
        """The identities of domain.md part 4."""
        cash = self.cash
        for name, amount in cash.items():
            must(amount >= 0, f"{name} is {amount} after {after}")
        must(cash["overdrawn"] == 0, f"overdrawn after {after}")
        out = ("disbursed", "remitted", "fees", "deposited", "refunded", "held_out", "undistributed", "refund_due")
        held = sum(item["amount"] for item in self.held)
        must(cash["collected"] + cash["held_in"] == sum(cash[name] for name in out) + held,
             f"the cash account does not balance after {after}: {cash}, held {held}")
        for debt in self.debts:
            parts = (debt.remaining, debt.credited, debt.exempted, debt.terminated, debt.moved)
            must(min(parts) >= 0, f"obligation {debt.number} after {after}: {parts}")
            must(debt.promised <= debt.remaining, f"obligation {debt.number}: more is approved than owed after {after}")
        must(self.unapproved >= 0, f"more is approved than held after {after}")
        if self.standing["is"] == "finished":
            must(self.unsettled == 0, f"finished by {after} with {self.unsettled} held")
            if self.standing["how"] != "withdrawn":
                must(self.remaining == 0, f"finished by {after} with {self.remaining} owed")

    # Intake.

    def _judgment_received(self, f, _):
        must(self.standing["is"] == "unknown", "a judgment is received twice")
        self.standing = {"is": "registered"}
        self.judgment, self.judgment_number = f["judgment"], f["number"]

    def _request_received(self, _f, live):
        must(self.standing["is"] == "registered", "a request in a case that is not registered")
        self.requested = live.on

    def _request_refused(self, _f, live):
        must(self.standing["is"] == "registered", "a request is refused in a case that is not registered")
        self.standing = {"is": "refused", "on": live.on}

    def _enforcement_ordered(self, f, live):
        must(self.standing["is"] == "registered", "an order in a case that is not registered")
        self._open(f, f["obligations"], live)

    def _open(self, f, obligations, live):
        self.ordered, self.basis, self.tags = live.on, f["basis"], f.get("tags") or []
        self.debtors, self.creditors = f["debtors"], f.get("creditors") or []
        for owed in obligations:
            payee = owed["payee"] if owed["payee"] == "budget" else owed["payee"]["creditor"]
            self._owe(owed["kind"], payee, owed.get("secured", False), owed["amount"])
        self.standing = {
            "is": "open", "class": "pending", "class_ground": None, "class_since": None, "tracking_book": False,
            "activity": "active", "activity_ground": None, "until": None,
        }

    def _owe(self, kind, payee, secured, amount):
        self.debts.append(Debt(len(self.debts) + 1, kind, payee, secured, amount))

    def _order_amended(self, f, _):
        self.debt(f["obligation"]).due = f["amount"]

    def _order_withdrawn(self, _f, live):
        self._finish("withdrawn", live)

    def _finish(self, how, live):
        self.standing = {"is": "finished", "how": how, "on": live.on, "position": live.position}
        for debt in self.debts:
            debt.approved = {}

    # Assignment, notice, verification, standing.

    def _enforcer_assigned(self, f, _):
        self.enforcer = f["enforcer"]

    def _notice_served(self, f, live):
        if "debtor" in f["to"] and f["result"] != "absent" and self.served is None:
            self.served = live.on

    def _voluntary_period_started(self, f, _):
        self.voluntary_until = f["until"]

    def _conditions_verified(self, _f, live):
        self.verified.append(live.on)

    def _class(self, name, ground=None, since=None):
        self.standing.update({"class": name, "class_ground": ground, "class_since": since, "tracking_book": False})

    def _classified_enforceable(self, _f, _live):
        self._class("enforceable")

    def _classified_not_yet_enforceable(self, f, live):
        self._class("not_yet_enforceable", f["ground"], live.on)

    def _moved_to_tracking_book(self, _f, _live):
        must(self.standing["class"] == "not_yet_enforceable", "an enforceable case in the tracking book")
        self.standing["tracking_book"] = True

    def _returned_from_tracking_book(self, _f, _live):
        must(self.in_book, "returned from the tracking book, in which it did not stand")
        self._class("enforceable")

    def _activity(self, name, ground=None, until=None):
        self.standing.update({"activity": name, "activity_ground": ground, "until": until})

    def _postponed(self, f, _):
        self._activity("postponed", f["ground"], f.get("until"))

    def _postponement_ended(self, _f, _live):
        must(self.standing["activity"] == "postponed", "the end of no postponement")
        self._activity("active")

    def _temporarily_suspended(self, f, _):
        self._activity("suspended", f["ground"])

    def _resumed(self, _f, _live):
        must(self.standing["activity"] == "suspended", "the end of no suspension")
        self._activity("active")

    def _terminated(self, f, live):
        concerned = f.get("obligations") or [debt.number for debt in self.debts]
        for number in concerned:
            debt = self.debt(number)
            debt.terminated += debt.remaining
            debt.ended = True
        if self.remaining == 0 and all(debt.is_money or debt.ended for debt in self.debts):
            met = any(debt.credited for debt in self.debts if debt.counts)
            self._finish("completed" if met else "terminated", live)

    def _completed(self, _f, live):
        self._finish("completed", live)

    # Moves.

    def _move_out(self, how, f, live):
        self._finish(how, live)
        for debt in self.debts:
            debt.moved += debt.remaining
        self.sent_to = f["to"]

    def _entrusted_out(self, f, live):
        met = any(debt.met for debt in self.debts if debt.counts)
        self._move_out("completed" if met else "entrusted_out", f, live)

    def _pulled_up(self, f, live):
        self._move_out("pulled_up", f, live)

    def _take_over(self, f, live):
        must(self.standing["is"] == "unknown", "a case that is there already is taken over")
        brought = f["brought"]
        self.came_from, self.judgment = brought["from"], brought["judgment"]
        self._open(brought, brought["obligations"], live)

    _entrusted_in = _take_over
    _taken_from_below = _take_over

    # Coercion and auctions.

    def _coercion_cost_recorded(self, f, _):
        if f["borne_by"] == "debtor":
            self._owe("cost", "budget", False, f["amount"])

    def _asset_distrained(self, f, live):
        self.assets.append({
            "number": live.number, "kind": f["asset_kind"], "distrained": live.on, "appraised": None,
            "offered_at": None, "reductions": 0, "rounds": [], "paid": None, "handed_over": None,
            "mortgaged": f.get("mortgaged", False),
        })

    def _asset_appraised(self, f, live):
        asset = self.asset(f["asset"])
        asset["appraised"], asset["offered_at"] = [f["value"], live.on], f["value"]

    def _auction_announced(self, f, live):
        asset = self.asset(f["asset"])
        must(all("Unsold" in one["result"] for one in asset["rounds"]), "a round after one that did not fail")
        must(f["start_price"] == asset["offered_at"], "a start price that is not the one offered")
        asset["rounds"].append({
            "number": f["round"], "start_price": f["start_price"], "announced": live.on, "held_on": f["held_on"],
            "result": "Pending",
        })

    def _pending(self, number):
        rounds = self.asset(number)["rounds"]
        must(rounds and rounds[-1]["result"] == "Pending", "the result of a round that is not held")
        return rounds[-1]

    def _auction_unsold(self, f, live):
        self._pending(f["asset"])["result"] = {"Unsold": {"on": live.on}}

    def _price_reduced(self, f, _):
        asset = self.asset(f["asset"])
        must(0 <= f["start_price"] < asset["offered_at"] or asset["offered_at"] == f["start_price"], "no reduction")
        asset["reductions"] += 1
        asset["offered_at"] = f["start_price"]

    def _auction_sold(self, f, live):
        round_ = self._pending(f["asset"])
        must(f["price"] >= round_["start_price"], "sold below the start price")
        round_["result"] = {"Sold": {"on": live.on, "price": f["price"], "pay_by": f["pay_by"]}}

    def _auction_paid(self, f, live):
        asset = self.asset(f["asset"])
        last = asset["rounds"][-1]["result"] if asset["rounds"] else "Pending"
        must("Sold" in last and last["Sold"]["price"] == f["amount"] and asset["paid"] is None, "paid for no sale")
        asset["paid"] = live.on
        self._take_in(f["amount"], live.on, True, asset["mortgaged"])

    def _asset_handed_over(self, f, live):
        asset = self.asset(f["asset"])
        must(asset["paid"] is not None and asset["handed_over"] is None, "handed over unpaid, or twice")
        asset["handed_over"] = live.on

    # Money.

    def _take_in(self, amount, on, coerced, secured=False):
        self.cash["collected"] += amount
        kept = min(amount, self.outstanding)
        self.cash["undistributed"] += kept
        self.cash["refund_due"] += amount - kept
        if kept:
            self.receipts.append([on, kept, coerced, secured])

    def _payment_collected(self, f, live):
        must(not self.in_book, "money comes into the tracking book")
        self._take_in(f["amount"], live.on, f["means"] in ("deduction", "income"))

    def _paid_directly(self, f, _):
        self.debt(f["obligation"]).credited += f["amount"]

    def _held_temporarily(self, f, live):
        self.cash["held_in"] += f["amount"]
        self.held.append({"number": live.number, "amount": f["amount"], "since": live.on})

    def _held_money_resolved(self, f, _):
        found = [item for item in self.held if item["number"] == f["item"]]
        must(len(found) == 1, f"no item {f['item']} is held")
        item = found[0]
        must(f["amount"] <= item["amount"], "more is resolved than was held")
        item["amount"] -= f["amount"]
        if f["to"] == "distribution":
            self.cash["held_in"] -= f["amount"]
            self._take_in(f["amount"], item["since"], False)
        else:
            self.cash["held_out"] += f["amount"]

    def _refunded(self, f, _):
        self.cash["refund_due"] -= f["amount"]
        self.cash["refunded"] += f["amount"]

    def _exempted(self, f, _):
        debt = self.debt(f["obligation"])
        must(debt.to_budget and debt.counts, "a private debt is let off")
        debt.exempted += f["amount"]

    def _distribution_planned(self, f, _):
        self.planned = {line["obligation"]: line["amount"] for line in f["lines"]}
        must(sum(self.planned.values()) <= self.unapproved, "more is planned than held")

    def _payout_approved(self, f, live):
        for line in f["lines"]:
            approved = self.debt(line["obligation"]).approved
            approved[live.actor] = approved.get(live.actor, 0) + line["amount"]
            self.planned[line["obligation"]] = max(0, self.planned.get(line["obligation"], 0) - line["amount"])

    def _pay(self, number, amount, payer):
        """Pays a debt out of what is held and was approved by somebody else."""
        debt = self.debt(number)
        left = amount
        for approver in list(debt.approved):
            if approver != payer:
                used = min(left, debt.approved[approver])
                debt.approved[approver] -= used
                left -= used
        must(left == 0, f"{left} paid for obligation {number} beyond what another officer approved")
        self.cash["undistributed"] -= amount
        debt.credited += amount
        self._use_receipts(amount)

    def _use_receipts(self, amount):
        while amount and self.receipts:
            used = min(amount, self.receipts[0][1])
            self.receipts[0][1] -= used
            amount -= used
            if not self.receipts[0][1]:
                self.receipts.pop(0)

    def bears_fee(self, amount):
        """How much of the next sum that is paid out was not paid of the debtor's own will in time."""
        bears = 0
        for on, kept, coerced, _ in self.receipts:
            part = min(amount, kept)
            amount -= part
            if coerced or self.voluntary_until is None or on > self.voluntary_until:
                bears += part
        return bears + amount

    def _disbursed(self, f, live):
        debt = self.debt(f["obligation"])
        must(not debt.to_budget, "the budget's money is paid to a party")
        bears = self.bears_fee(f["amount"])
        self._pay(f["obligation"], f["amount"], live.actor)
        self.cash["disbursed"] += f["amount"]
        debt.uncharged += bears

    def _remitted_to_budget(self, f, live):
        self.cash["remitted"] += f["amount"]
        if f.get("obligation") is not None:
            must(self.debt(f["obligation"]).to_budget, "a party's money goes to the budget")
            self._pay(f["obligation"], f["amount"], live.actor)
            return
        left = f["amount"]
        for debt in sorted(self.debts, key=lambda debt: debt.counts):
            part = min(left, debt.remaining) if debt.to_budget else 0
            if part:
                self._pay(debt.number, part, live.actor)
                left -= part
        must(left == 0, f"{left} remitted that nobody owes to the budget")

    def _enforcement_fee_charged(self, f, _):
        debt = self.debt(f["obligation"])
        must(not debt.to_budget, "a fee on the budget's money")
        must(f["fee"] <= f["base"], "a fee beyond its base")
        self._pay(f["obligation"], f["fee"], None)
        self.cash["fees"] += f["fee"]
        if f["fee"]:
            debt.uncharged = 0

    def _deposited_for_payee(self, f, live):
        must(not self.debt(f["obligation"]).to_budget, "the budget's money is deposited")
        self._pay(f["obligation"], f["amount"], live.actor)
        self.cash["deposited"] += f["amount"]


def account_of(timeline, day=None):
    """The case as a timeline leaves it at the end of a day; `None`: at its end."""
    account = Account()
    for live in timeline:
        if day is not None and live.on > day:
            break
        account.apply(live)
    return account
