//! Complaints and denunciations: forty received in the period and thirty-eight resolved, and those before and after.

use thads_cases::complaint::Outcome;
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::event::complaint::{
    ComplaintAccepted, ComplaintReceived, ComplaintRejected, ComplaintResolved, ComplaintWithdrawn,
    DenunciationAccepted, DenunciationConcluded, DenunciationReceived,
};
use thads_cases::ids::OfficerNo;
use thads_cases::personal::Personal;

use super::case_script::Land;
use super::days::{Days, date};
use super::organisation::{SITES, Unit};
use super::people;
use super::plan::{Draft, DraftStream};
use super::rng::DemoRng;

const RECEIVED: usize = 40;
const RESOLVED: usize = 38;
/// Received before the period and resolved within it.
const CARRIED: usize = 4;
/// Received and ended before the period; received after it.
const EARLIER: usize = 46;
const LATER: usize = 3;

/// What becomes of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Resolved,
    Rejected,
    Withdrawn,
    Pending,
}

/// When one comes in, between which days it ends, and how.
#[derive(Clone, Copy)]
struct Course {
    received: Date,
    earliest: Date,
    latest: Date,
    end: End,
}

fn courses(days: &Days, rng: &mut DemoRng) -> Vec<Course> {
    let mut courses = Vec::new();
    let (before, end) = (days.on_or_before(days.from.previous()), days.on_or_before(days.to));
    for _ in 0..EARLIER {
        let received = days.between(date(2017, 2, 6), date(2018, 7, 20), rng);
        let end = rng.weighted(&[(70, End::Resolved), (14, End::Rejected), (16, End::Withdrawn)]);
        courses.push(Course { received, earliest: received, latest: before, end });
    }
    for _ in 0..CARRIED {
        let received = days.between(date(2018, 9, 3), date(2018, 9, 26), rng);
        courses.push(Course { received, earliest: days.from, latest: end, end: End::Resolved });
    }
    for _ in CARRIED..RESOLVED {
        let received = days.between(date(2018, 10, 2), date(2019, 2, 20), rng);
        courses.push(Course { received, earliest: received, latest: end, end: End::Resolved });
    }
    // What comes late in the period is resolved after it, or not yet.
    for at in RESOLVED..CARRIED + RECEIVED {
        let received = days.between(date(2019, 3, 18), end, rng);
        let ending = if at % 3 == 0 { End::Resolved } else { End::Pending };
        courses.push(Course { received, earliest: days.to.next(), latest: days.last, end: ending });
    }
    for _ in 0..LATER {
        let received = days.between(date(2019, 4, 1), date(2019, 4, 10), rng);
        courses.push(Course { received, earliest: received, latest: days.last, end: End::Pending });
    }
    courses
}

/// The lanes of all complaints; `lanes` are those taken already, `cases` the lanes of each office's cases.
pub(super) fn draw(
    land: &Land,
    units: &[Unit],
    lanes: usize,
    cases: &[Vec<usize>],
    rng: &mut DemoRng,
) -> Vec<Vec<Draft>> {
    let days = &land.days;
    let drawn = courses(days, rng);
    let mut all = Vec::with_capacity(drawn.len());
    for (course, lane) in drawn.into_iter().zip(lanes..) {
        let weights: Vec<(u32, usize)> =
            (0..SITES.len()).map(|site| (u32::try_from(SITES[site].cases + 30).unwrap_or(1), site)).collect();
        let site = rng.weighted(&weights);
        let case = rng.percent(85).then(|| *rng.pick(&cases[site]));
        all.push(one(days, &units[site], lane, case, course, rng));
    }
    all
}

fn one(
    days: &Days,
    unit: &Unit,
    lane: usize,
    case: Option<usize>,
    course: Course,
    rng: &mut DemoRng,
) -> Vec<Draft> {
    let stream = DraftStream::Complaint(lane);
    let (clerk, head) = (*rng.pick(&unit.clerks), unit.heads[0]);
    let mut drafts: Vec<Draft> = Vec::new();
    let Course { received, earliest, latest, end } = course;
    let mut day = received;
    let mut step = |actor: OfficerNo, day: Date, body: Body, lag: i32| {
        let mut draft = Draft::simple(stream.clone(), unit.number, actor, day, body);
        let floor = drafts.last().map_or(day, |last| last.recorded);
        draft.recorded = days.plus(day, lag).min(days.last).max(floor).max(day);
        drafts.push(draft);
    };
    let district = unit.fixed().district;
    let denunciation = rng.percent(15) && matches!(end, End::Resolved | End::Pending);
    let complex = rng.percent(10);
    let first = if denunciation {
        let against = Personal::Text("hành vi của người có thẩm quyền khi tổ chức thi hành án".to_owned());
        let author = people::person(district, rng);
        Body::DenunciationReceived(DenunciationReceived { author, against, case: None, complex })
    } else {
        let class = rng.weighted(&[(46, 1u8), (8, 2), (34, 3), (12, 4)]);
        let level = if unit.site == 0 && class != 2 && rng.percent(70) { 2 } else { 1 };
        let against = *rng.pick(&[
            "quyết định cưỡng chế",
            "kết quả thẩm định giá",
            "chậm thi hành án",
            "phân phối tiền",
        ]);
        let against = Some(Personal::Text(against.to_owned()));
        let complainant = people::person(district, rng);
        Body::ComplaintReceived(ComplaintReceived { complainant, case: None, class, level, against, complex })
    };
    step(clerk, day, first, 0);
    if end == End::Rejected {
        day = days.plus(day, rng.days(2, 5));
        let ground = "out_of_time".to_owned();
        step(head, day, Body::ComplaintRejected(ComplaintRejected { ground }), 0);
    } else if end != End::Pending || days.plus(day, 4) < days.last && rng.percent(60) {
        day = days.plus(day, rng.days(1, 5)).min(latest);
        let accepted = if denunciation {
            Body::DenunciationAccepted(DenunciationAccepted {})
        } else {
            Body::ComplaintAccepted(ComplaintAccepted {})
        };
        step(head, day, accepted, rng.days(0, 1));
    }
    let outcome = rng.weighted(&[(12, Outcome::Upheld), (22, Outcome::Partly), (66, Outcome::Dismissed)]);
    // Some take longer than the law gives.
    let wait = if denunciation { rng.days(15, 28) } else { rng.days(4, 17) };
    let ends = days.on_or_after(days.plus(day, wait).max(earliest)).min(latest);
    match end {
        End::Resolved if denunciation => {
            step(head, ends, Body::DenunciationConcluded(DenunciationConcluded { outcome }), rng.days(0, 3));
        }
        End::Resolved => {
            step(head, ends, Body::ComplaintResolved(ComplaintResolved { outcome }), rng.days(0, 3))
        }
        End::Withdrawn => step(clerk, ends, Body::ComplaintWithdrawn(ComplaintWithdrawn {}), 0),
        End::Rejected | End::Pending => {}
    }
    drafts[0].names = case;
    drafts
}
