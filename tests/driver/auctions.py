"""Coercion and auctions: from the decision to distrain to the hand-over, and round after round that fails."""

from .world import END, Attempt, plus


def go_on(world, case):
    """Some acts on an asset one after the other."""
    for _ in range(world.rng.choice((1, 1, 2, 4, 8))):
        if not world.account(case).open:
            return
        yield from one_act(world, case)


def one_act(world, case):
    """The next act on an asset; where there is none, coercion is ordered."""
    rng, account, on = world.rng, world.account(case), world.later(case)

    def act(kind, fields, day=on, actor=account.enforcer):
        return Attempt("case:" + case, kind, fields, min(day, END), actor)

    live = [asset for asset in account.assets if asset["handed_over"] is None]
    if not live or rng.random() < 0.15:
        measure = rng.choice(("distrain", "distrain", "distrain", "money", "income", "exploit", "deliver", "act"))
        done = yield act("coercion_ordered", {"measure": measure, "urgent": rng.random() < 0.7})
        if done and measure == "distrain":
            fields = {"asset_kind": rng.choice(("movable", "immovable")), "mortgaged": rng.random() < 0.3}
            if rng.random() < 0.5:
                fields["description"] = "xe máy"
            yield act("asset_distrained", fields)
        return
    asset = rng.choice(live)
    number, rounds = asset["number"], asset["rounds"]
    last = rounds[-1]["result"] if rounds else None
    if asset["paid"]:
        yield act("asset_handed_over", {"asset": number})
    elif last is None and (asset["appraised"] is None or rng.random() < 0.1):
        yield act("asset_appraised", {"asset": number, "value": min(world.amount(), 10**15), "valid_until": plus(on, 90)})
    elif last is None or ("Unsold" in last and asset["reductions"] >= len(rounds)):
        yield act("auction_announced", {
            "asset": number, "round": len(rounds) + 1, "start_price": asset["offered_at"],
            "held_on": plus(on, rng.randint(0, 10))})
    elif last == "Pending" and rng.random() < 0.5:
        yield act("auction_unsold", {"asset": number, "ground": rng.choice(("no_bidder", "rules_broken"))})
    elif last == "Pending":
        price = rounds[-1]["start_price"] + rng.choice((0, 1, 10**6))
        day = max(on, rounds[-1]["held_on"])
        sold = {"asset": number, "price": price, "buyer": world.person(), "pay_by": plus(day, rng.randint(5, 25))}
        yield act("auction_sold", sold, day)
    elif "Sold" in last:
        paid = min(on, last["Sold"]["pay_by"]) if rng.random() < 0.9 else on
        yield act("auction_paid", {"asset": number, "amount": last["Sold"]["price"]}, paid,
                  world.one_of(world.cases[case], "accountant"))
    else:
        percent = rng.randint(1, 10)
        price = rounds[-1]["start_price"]
        yield act("price_reduced", {
            "asset": number, "by": {"numerator": percent, "denominator": 100},
            "start_price": price - price * percent // 100, "agreed": rng.random() < 0.8})
