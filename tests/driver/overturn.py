"""Money after the law changed late: what was paid out is broken by another rule, and what it was paid from is taken away."""

from . import money
from .history import repairs, says, timeline
from .organisation import parameter, undone
from .repairs import AUTHORITY, repairer
from .world import Attempt, of, plus

# A value under which a payment of the kind should not have been made so.
BREAKS = {
    "deposited_for_payee": ("deposit_after", {"span": {"years": 3}}),
    "enforcement_fee_charged": ("base_salary", {"amount": 100}),
}
COMES_IN = ("payment_collected", "payout_approved", "enforcement_ordered", "order_amended", "held_temporarily")


def overturn(world):
    """A value of the law changes under money that was put aside or kept back; then the entries it rests on are repaired."""
    rng = world.rng
    cases = [case for case in sorted(world.cases) if world.account(case).open
             and any(live.kind in BREAKS for live in timeline(world.entries(case)))]
    if not cases or rng.random() < 0.3:
        cases = [case for case in sorted(world.cases) if world.account(case).open and not world.account(case).in_book
                 and any(not debt.to_budget and debt.is_money and debt.remaining for debt in world.account(case).debts)]
        if not cases:
            return
        case = rng.choice(cases)
        yield from put_aside(world, case)
    else:
        case = rng.choice(cases)
    kinds = sorted({live.kind for live in timeline(world.entries(case))} & set(BREAKS))
    if not kinds:
        return
    rule, value = BREAKS[rng.choice(kinds)]
    yield parameter(world, rule, value, "2018-01-01", "hold")
    entry = world.streams["parameter:" + rule][-1].position
    yield from take_away(world, case)
    if rng.random() < 0.7:
        yield undone(world, rule, entry)


def put_aside(world, case):
    """All that a creditor is owed is collected, approved and, as he does not come, put aside."""
    account, on = world.account(case), world.clock[case]
    if account.outstanding:
        fields = {"payer": {"debtor": 1}, "amount": account.outstanding, "means": "cash"}
        yield of(case, "payment_collected", fields, on, money.accountant(world, case))
    told = {"to": "creditor", "of": "payout", "mode": "direct", "result": "received"}
    yield of(case, "notice_served", told, on, account.enforcer)
    lines = {debt.number: debt.remaining - debt.promised for debt in account.debts if debt.remaining > debt.promised}
    if lines:
        yield of(case, "payout_approved", money.as_lines(lines), on, world.head(world.cases[case]))
    account = world.account(case)
    for debt in account.debts:
        if debt.promised and not debt.to_budget:
            fields = {"obligation": debt.number, "amount": debt.promised, "bank": "Kho bạc"}
            yield of(case, "deposited_for_payee", fields, min("2019-12-31", plus(on, 25)), money.accountant(world, case))


def take_away(world, case):
    """What came in, was approved or was owed is voided, or made a little less."""
    rng, stream = world.rng, "case:" + case
    over = repairs(world.entries(case))
    for entry in reversed([entry for entry in world.entries(case) if entry.kind in COMES_IN][-6:]):
        said = says(entry, over.get(entry.position))
        if said is None:
            continue
        actor = repairer(world, stream, entry)
        if rng.random() < 0.5:
            fields = {"entry": entry.position, "authority": AUTHORITY}
            yield Attempt(stream, "entry_voided", fields, entry.effective, actor)
            continue
        on, fields = said
        if fields.get("amount", 0) > 1:
            changes = {"amount": fields["amount"] - rng.randint(1, max(1, min(fields["amount"] - 1, 100_000)))}
        elif "lines" in fields:
            lines = [dict(line) for line in fields["lines"]]
            lines[0]["amount"] = max(1, lines[0]["amount"] - rng.randint(1, 100_000))
            changes = {"lines": lines}
        else:
            continue
        own = {"entry": entry.position, "took_effect": on, "replacement": {**fields, **changes}, "authority": AUTHORITY}
        sent = {"entry": entry.position, "changes": changes, "authority": AUTHORITY}
        yield Attempt(stream, "fact_corrected", own, entry.effective, actor, None, sent)
