"""Which acts fit how a case stands."""

from . import auctions, lives, money, moves


def next_act(world, case):
    """The acts that fit how an open case stands, each with a weight."""
    account = world.account(case)
    acts = [
        (3, lives.notice), (1, lives.assign), (2, lives.verify), (3, lives.classify), (2, lives.stand),
        (1, lives.terminate), (0.4, lives.withdraw), (1, lives.note), (2, lives.amend), (2, lives.cost),
        (7, money.collect), (2, money.hold), (2, money.direct), (2, money.exempt),
        (4, auctions.go_on), (1.5, lives.finish),
    ]
    if account.held and any(item["amount"] for item in account.held):
        acts.append((4, money.resolve))
    if account.cash["refund_due"]:
        acts.append((5, money.refund))
    if account.cash["undistributed"]:
        acts.append((14, money.pay_out))
    acts.append((6 if not account.unsettled else 2, moves.hand_over))
    if not account.remaining:
        acts.append((10, lives.complete))
    if account.standing["activity"] == "suspended" or account.in_book:
        acts.append((10, lives.classify if account.in_book else lives.stand))
    if account.voluntary_until is None:
        acts.append((1, lives.voluntary))
    return acts
