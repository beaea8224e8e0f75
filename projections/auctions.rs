//! What a case's assets give the table of auctions: rounds held in the period, what sold, and for how much.

use thads_cases::case::{Asset, Case, Round, RoundResult};
use thads_cases::date::Date;
use thads_cases::money::Amount;

use crate::columns::{Cells, Column};
use crate::period::Period;

/// Adds a case's assets at the period's end. A round counts on the day on which it sold or did not.
pub(crate) fn contribute(cells: &mut Cells, case: &Case, period: &Period) {
    for asset in &case.assets {
        if asset.rounds.iter().any(|round| within(period, round.announced)) {
            cells.add(Column::Assets, 1);
        }
        for round in &asset.rounds {
            count_round(cells, asset, round, period);
        }
        if case.open().is_some() && failed(asset) >= 2 {
            cells.add(Column::UnsoldTwice, 1);
        }
    }
}

fn count_round(cells: &mut Cells, asset: &Asset, round: &Round, period: &Period) {
    let held_on = match round.result {
        RoundResult::Pending => return,
        RoundResult::Unsold { on } | RoundResult::Sold { on, .. } => on,
    };
    if !within(period, held_on) {
        return;
    }
    cells.add(
        match round.number {
            0 | 1 => Column::Round1,
            2 => Column::Round2,
            3 => Column::Round3,
            4 => Column::Round4,
            5.. => Column::Round5,
        },
        1,
    );
    match round.result {
        RoundResult::Pending => {}
        RoundResult::Unsold { .. } => cells.add(Column::Unsold, 1),
        RoundResult::Sold { price, .. } => {
            cells.add(Column::Sold, 1);
            cells.add(Column::StartPrice, round.start_price.total());
            cells.add(Column::Price, price.total());
            cells.add(Column::Appraised, asset.appraised.map_or(Amount::ZERO, |(value, _)| value).total());
            cells.add(Column::DaysToSale, held_on.since(asset.distrained).into());
        }
    }
}

/// How many rounds failed of an asset that was not sold since.
fn failed(asset: &Asset) -> usize {
    match asset.last_round().map(|round| &round.result) {
        Some(RoundResult::Sold { .. }) => 0,
        Some(RoundResult::Unsold { .. } | RoundResult::Pending) | None => {
            asset.rounds.iter().filter(|round| matches!(round.result, RoundResult::Unsold { .. })).count()
        }
    }
}

fn within(period: &Period, day: Date) -> bool {
    period.from() <= day && day <= period.to()
}
