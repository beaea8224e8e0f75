//! The calendar: days of each kind, periods over Tết and exchanged days, and what lies beyond the table.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn days_are_worked_or_off() {
    let calendar = Calendar::built_in();
    for (text, worked) in [
        ("2016-01-01", false),
        ("2017-01-02", false),
        ("2018-12-31", false),
        ("2019-01-05", true),
        ("2019-02-01", true),
        ("2019-02-04", false),
        ("2019-02-08", false),
        ("2019-02-11", true),
        ("2019-03-30", false),
        ("2019-04-15", false),
        ("2019-04-29", false),
        ("2019-05-04", true),
        ("2020-09-02", false),
        ("2020-09-03", true),
        ("2021-09-03", false),
        ("2022-01-03", false),
        ("2025-05-02", false),
        ("2026-08-22", true),
        ("2026-08-31", false),
        ("2026-11-24", false),
        ("2027-12-31", true),
    ] {
        assert_eq!(calendar.is_working_day(day(text)), Ok(worked), "{text}");
    }
}

#[test]
fn every_year_of_the_table_has_its_holidays() {
    let calendar = Calendar::built_in();
    for year in table::YEARS {
        let mut date = Date::new(year, 1, 1).unwrap();
        let mut weekdays_off = 0;
        while date.year() == year {
            if calendar.is_working_day(date) == Ok(false) && !is_weekend(date) {
                weekdays_off += 1;
            }
            date = date.next();
        }
        assert!(weekdays_off >= weekdays_off_min(year), "{year}: {weekdays_off}");
    }
    for &(year, month, number) in table::WORKING_EXCEPTIONS {
        assert!(is_weekend(Date::new(year, month, number).unwrap()), "{year}-{month}-{number}");
    }
}

#[test]
fn periods_end_where_the_law_says() {
    let calendar = Calendar::built_in();
    for (from, span, due) in [
        ("2019-02-01", Span::WorkingDays(3), "2019-02-13"),
        ("2019-02-01", Span::WorkingDays(5), "2019-02-15"),
        ("2018-12-27", Span::WorkingDays(3), "2019-01-03"),
        ("2019-01-02", Span::WorkingDays(3), "2019-01-05"),
        ("2019-02-11", Span::Days(15), "2019-02-26"),
        ("2018-11-20", Span::Months(6), "2019-05-20"),
        ("2018-08-31", Span::Months(6), "2019-02-28"),
        ("2024-06-28", Span::Years(2), "2026-06-29"),
        ("2024-12-31", Span::Days(30), "2025-02-03"),
        ("2026-06-30", Span::Days(60), "2026-09-03"),
        ("2019-02-01", Span::Hours(24), "2019-02-02"),
        ("2019-02-01", Span::Hours(25), "2019-02-03"),
        ("2019-02-02", Span::AtOnce, "2019-02-02"),
        ("2019-03-31", Span::BeforeDayOfNextMonth(4), "2019-04-03"),
        ("2018-12-31", Span::BeforeDayOfNextMonth(2), "2019-01-02"),
        ("2019-01-31", Span::BeforeDayOfNextMonth(7), "2019-02-11"),
    ] {
        assert_eq!(calendar.due(day(from), span), Ok(day(due)), "{from} {span}");
    }
}

#[test]
fn working_days_are_counted_both_ways() {
    let calendar = Calendar::built_in();
    assert_eq!(calendar.working_days_between(day("2019-03-28"), day("2019-04-09")), Ok(8));
    assert_eq!(calendar.working_days_between(day("2019-03-29"), day("2019-04-09")), Ok(7));
    assert_eq!(calendar.working_days_between(day("2019-04-09"), day("2019-03-29")), Ok(0));
    assert_eq!(calendar.subtract_working_days(day("2019-02-11"), 1), Ok(day("2019-02-01")));
    assert_eq!(calendar.subtract_working_days(day("2019-01-07"), 1), Ok(day("2019-01-05")));
    assert_eq!(calendar.roll(day("2019-02-02")), Ok(day("2019-02-11")));
}

#[test]
fn beyond_the_table_the_missing_year_is_named() {
    let calendar = Calendar::built_in();
    assert_eq!(calendar.is_working_day(day("2028-01-03")), Err(UnknownYear { year: 2028 }));
    assert_eq!(calendar.add_working_days(day("2027-12-30"), 2), Err(UnknownYear { year: 2028 }));
    assert_eq!(calendar.subtract_working_days(day("2016-01-04"), 1), Err(UnknownYear { year: 2015 }));
    assert_eq!(calendar.due(day("2027-12-30"), Span::WorkingDays(1)), Ok(day("2027-12-31")));
    assert_eq!(calendar.due(day("2015-03-01"), Span::AtOnce), Ok(day("2015-03-01")));
    assert_eq!(calendar.roll(Date::MAX), Err(UnknownYear { year: 9999 }));
}

/// A year is known only once as many weekdays are off as the Labour Code gives holidays.
#[test]
fn a_year_is_known_when_its_holidays_are_set() {
    let holidays = [
        "2028-01-03",
        "2028-01-25",
        "2028-01-26",
        "2028-01-27",
        "2028-01-28",
        "2028-01-31",
        "2028-04-04",
        "2028-05-01",
        "2028-05-02",
        "2028-09-01",
        "2028-09-04",
    ];
    let mut calendar = Calendar::built_in().with_day(day("2028-01-01"), DayKind::DayOff);
    for holiday in holidays {
        assert_eq!(calendar.is_working_day(day("2028-06-01")), Err(UnknownYear { year: 2028 }), "{holiday}");
        calendar = calendar.with_day(day(holiday), DayKind::DayOff);
    }
    assert_eq!(calendar.is_working_day(day("2028-06-01")), Ok(true));
    assert_eq!(calendar.add_working_days(day("2027-12-31"), 1), Ok(day("2028-01-04")));
    let calendar = calendar
        .with_day(day("2028-01-04"), DayKind::DayOff)
        .with_day(day("2028-01-08"), DayKind::WorkingException);
    assert_eq!(calendar.add_working_days(day("2027-12-31"), 4), Ok(day("2028-01-08")));
}

/// Whether a long period of old is over can be said without its calendar, except near its end.
#[test]
fn old_periods_are_over() {
    let calendar = Calendar::built_in();
    let over = |from: &str, span, on: &str| calendar.is_over(day(from), span, day(on));
    assert_eq!(over("2009-05-01", Span::Years(5), "2019-03-01"), Ok(true));
    assert_eq!(over("2009-05-01", Span::Years(5), "2014-05-02"), Err(UnknownYear { year: 2014 }));
    assert_eq!(over("2009-05-01", Span::Years(5), "2014-05-01"), Ok(false));
    assert_eq!(over("2025-05-01", Span::Years(5), "2026-05-01"), Ok(false));
    assert_eq!(over("2019-02-01", Span::Days(1), "2019-02-11"), Ok(false));
    assert_eq!(over("2019-02-01", Span::Days(1), "2019-02-12"), Ok(true));
    assert_eq!(over("2009-05-01", Span::WorkingDays(5), "2019-03-01"), Err(UnknownYear { year: 2009 }));
}
