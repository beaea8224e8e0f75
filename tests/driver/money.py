"""Money of a case: collected, kept, shared out by Art. 47, approved, paid, put aside, charged with the fee, given back."""

from .world import of, plus

FIRST_CLASS = ("maintenance", "wages", "severance", "jobloss", "disability", "injury")
NO_FEE = ("maintenance", "wages", "injury", "social_insurance", "severance", "jobloss", "disability")


def accountant(world, case):
    """An accountant of the case's office."""
    return world.one_of(world.cases[case], "accountant")


def collect(world, case):
    """Money comes in: some, or all that can still be asked for, or more."""
    rng, account = world.rng, world.account(case)
    amount = account.outstanding if rng.random() < 0.45 else world.amount()
    amount = min(max(1, amount), 2**63 - 1)
    payer = {"debtor": rng.randint(1, len(account.debtors))} if rng.random() < 0.8 else {"other": world.person()}
    fields = {"payer": payer, "amount": amount,
              "means": rng.choice(("cash", "cash", "transfer", "deduction", "income"))}
    if rng.random() < 0.5:
        fields["receipt"] = f"{rng.randint(1, 9999):04}"
    on = max(world.clock[case], world.later(case)) if rng.random() < 0.8 else world.later(case)
    sure = on >= world.clock[case] and not account.in_book and account.cash["collected"] + amount < 2**62
    yield of(case, "payment_collected", fields, on, accountant(world, case), "hold" if sure else None)


def hold(world, case):
    """Money is kept whose end is not known."""
    fields = {"amount": world.amount(), "why": "chưa rõ người nộp"}
    yield of(case, "held_temporarily", fields, world.later(case), accountant(world, case))


def resolve(world, case):
    """What was kept goes to the debts, back, or to the budget."""
    rng, account = world.rng, world.account(case)
    item = rng.choice([item for item in account.held if item["amount"]])
    amount = item["amount"] if rng.random() < 0.6 else rng.randint(1, item["amount"])
    fields = {"item": item["number"], "amount": amount, "to": rng.choice(("distribution", "returned", "budget"))}
    yield of(case, "held_money_resolved", fields, world.later(case), accountant(world, case))


def refund(world, case):
    """What came in beyond the debt goes back."""
    rng, due = world.rng, world.account(case).cash["refund_due"]
    amount = due if rng.random() < 0.7 else rng.randint(1, due)
    yield of(case, "refunded", {"amount": min(amount, 2**63 - 1)}, world.later(case), accountant(world, case))


def direct(world, case):
    """The parties settle among themselves."""
    rng, account = world.rng, world.account(case)
    debt = rng.choice(account.debts)
    room = min(debt.remaining - debt.promised, account.outstanding)
    amount = room if rng.random() < 0.3 else rng.randint(1, max(1, room))
    yield of(case, "paid_directly", {"obligation": debt.number, "amount": amount}, world.later(case), account.enforcer)


def exempt(world, case):
    """A court lets the debtor off what he owes the state."""
    rng, account = world.rng, world.account(case)
    debts = [debt for debt in account.debts if debt.to_budget and debt.counts] or account.debts
    debt = rng.choice(debts)
    room = min(debt.remaining - debt.promised, account.outstanding)
    amount = room if rng.random() < 0.5 else rng.randint(1, max(1, room))
    fields = {"obligation": debt.number, "amount": amount, "decision": f"{rng.randint(1, 99)}/QĐ-TA"}
    yield of(case, "exempted", fields, world.later(case), world.head(world.cases[case]))


def settle(world, case):
    """All that a case holds is given back, paid over, or put where it belongs."""
    on = world.clock[case]
    for item in world.account(case).held:
        if item["amount"]:
            fields = {"item": item["number"], "amount": item["amount"], "to": world.rng.choice(("returned", "budget"))}
            yield of(case, "held_money_resolved", fields, on, accountant(world, case))
    if world.account(case).cash["undistributed"]:
        yield from pay_out(world, case)
    due = world.account(case).cash["refund_due"]
    if due:
        yield of(case, "refunded", {"amount": due}, world.clock[case], accountant(world, case))


def pay_off(world, case):
    """All that is owed is collected, approved and paid over at once."""
    account = world.account(case)
    if account.outstanding:
        fields = {"payer": {"debtor": 1}, "amount": account.outstanding, "means": "transfer"}
        yield of(case, "payment_collected", fields, world.clock[case], accountant(world, case))
    if world.account(case).unapproved:
        lines = {debt.number: debt.remaining - debt.promised for debt in account.debts if debt.remaining > debt.promised}
        yield of(case, "payout_approved", as_lines(lines), world.clock[case], world.head(world.cases[case]))
    for number in [debt.number for debt in world.account(case).debts if debt.promised]:
        yield from pay(world, case, number, world.clock[case])
    yield from settle(world, case)


def split(amount, claims):
    """Shares a sum among claims in proportion; what is left over goes out đồng by đồng, the largest claim first."""
    claimed = sum(claims)
    if amount >= claimed:
        return list(claims)
    shares = [amount * claim // claimed for claim in claims]
    for at in sorted(range(len(claims)), key=lambda at: (-claims[at], at))[:amount - sum(shares)]:
        shares[at] += 1
    return shares


def shared_out(account, amount):
    """The lines of Art. 47 for a sum, as far as no asset of a secured creditor was sold: {obligation: amount}."""
    lines = {}
    ranks = (
        lambda debt: debt.kind == "cost", lambda debt: debt.kind in FIRST_CLASS,
        lambda debt: debt.kind == "court_fee",
        lambda debt: debt.kind not in ("cost", "court_fee") + FIRST_CLASS,
    )
    for rank in ranks:
        debts = [debt for debt in account.debts if debt.is_money and rank(debt) and debt.remaining > debt.promised]
        for debt, share in zip(debts, split(amount, [debt.remaining - debt.promised for debt in debts])):
            if share:
                lines[debt.number] = share
        amount -= sum(lines.get(debt.number, 0) for debt in debts)
    return lines


def as_lines(lines):
    """Lines as an action holds them."""
    return {"lines": [{"obligation": number, "amount": amount} for number, amount in lines.items()]}


def said_lines(problem):
    """The lines that a refused plan names as lawful, or None."""
    try:
        pairs = [part.split(": ") for part in problem.get("accepted", "").split(", ")]
        return {int(number): int(amount) for number, amount in pairs}
    except ValueError:
        return None


def pay_out(world, case):
    """What is held is planned, approved by the head, and paid by the accountant; at times it stops half way."""
    rng, account, office = world.rng, world.account(case), world.cases[case]
    on = world.later(case)
    free = account.unapproved
    if free > 0 and rng.random() < 0.85:
        amount = free if rng.random() < 0.75 else rng.randint(1, free)
        lines = shared_out(account, amount)
        planned = sum(1 for debt in account.debts if debt.remaining) >= 2 and amount != account.remaining
        if planned or rng.random() < 0.2:
            planner = account.enforcer if rng.random() < 0.6 else world.head(office)
            done = yield of(case, "distribution_planned", as_lines(lines), on, planner)
            if not done and done.problem.get("code") == "mismatch" and said_lines(done.problem):
                lines = said_lines(done.problem)
                done = yield of(case, "distribution_planned", as_lines(lines), on, planner)
            if not done and planned:
                return
        if rng.random() < 0.1:
            return
        yield of(case, "payout_approved", as_lines(lines), on, world.head(office))
    if rng.random() < 0.12:
        return
    for number in [debt.number for debt in world.account(case).debts if debt.promised]:
        if rng.random() < 0.9:
            yield from pay(world, case, number, min(plus(on, rng.randint(0, 4)), "2019-12-31"))


def pay(world, case, number, on):
    """One approved sum goes out."""
    rng, account, payer = world.rng, world.account(case), accountant(world, case)
    debt = account.debt(number)
    amount = sum(sum_ for by, sum_ in debt.approved.items() if by != payer)
    if not amount:
        return
    if rng.random() < 0.15:
        amount = rng.randint(1, amount)
    if debt.to_budget:
        fields = {"obligation": number, "amount": amount}
        if rng.random() < 0.2:
            fields.pop("obligation")
        yield of(case, "remitted_to_budget", fields, on, payer)
        return
    if rng.random() < 0.15:
        told = {"to": "creditor", "of": "payout", "mode": "post", "result": "received"}
        yield of(case, "notice_served", told, on, account.enforcer)
        put = {"obligation": number, "amount": amount, "bank": "Kho bạc"}
        yield of(case, "deposited_for_payee", put, min("2019-12-31", plus(on, rng.choice((5, 17, 20)))), payer)
        return
    base = debt.uncharged + account.bears_fee(amount)
    due = fee(debt.kind, base, on)
    if amount > due:
        yield of(case, "disbursed", {"obligation": number, "amount": amount - due}, on, payer)
    if not due:
        return
    charged = {"obligation": number, "base": world.account(case).debt(number).uncharged + due, "fee": due}
    done = yield of(case, "enforcement_fee_charged", charged, on, payer)
    if not done and str(done.problem.get("accepted", "")).isdigit():
        wanted = int(done.problem["accepted"])
        if done.problem["field"] == "fee":
            charged["fee"], charged["base"] = wanted, charged["base"] - due + wanted
        else:
            charged["base"] = wanted
        yield of(case, "enforcement_fee_charged", charged, on, payer)


def fee(kind, base, on):
    """The enforcement fee on a sum (Circular 216/2016), where no parameter was changed."""
    salary = 1_390_000 if on < "2019-07-01" else 1_490_000
    if kind in NO_FEE or base <= 2 * salary:
        return 0
    steps = ((15 * 10**9, 245_000_000, 1, 10_000), (10 * 10**9, 220_000_000, 5, 1000), (7 * 10**9, 190_000_000, 1, 100),
             (5 * 10**9, 150_000_000, 2, 100), (0, 0, 3, 100))
    for over, sum_, numerator, denominator in steps:
        if base > over:
            return sum_ + (base - over) * numerator // denominator
    return 0
