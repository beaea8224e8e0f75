//! Organisation: the Department and its twelve SubDepartments, who works there, and what each is to reach in 2019.

use thads_cases::date::Date;
use thads_cases::event::organisation::{OfficeOpened, OfficerAppointed, TargetAssigned};
use thads_cases::event::{Body, Event, EventMeta};
use thads_cases::ids::{OfficeCode, OfficeNo, OfficerNo, Position};
use thads_cases::money::Ratio;
use thads_cases::organisation::{Level, Organisation, Role};

use super::days::{Days, date};
use super::people;
use super::plan::{Draft, DraftStream};
use super::rng::DemoRng;

/// What is fixed of an office: its name, its size, its share of the money.
pub(super) struct Site {
    /// As in "Chi cục THADS …".
    pub(super) name: &'static str,
    /// The district that its people live in.
    pub(super) district: &'static str,
    /// Its share of the cases, in a thousand.
    pub(super) cases: i64,
    /// Its share of the money that can be enforced, in a thousand.
    pub(super) money: i64,
    enforcers: usize,
    clerks: usize,
}

const fn site(
    name: &'static str,
    district: &'static str,
    cases: i64,
    money: i64,
    enforcers: usize,
    clerks: usize,
) -> Site {
    Site { name, district, cases, money, enforcers, clerks }
}

/// The offices; the Department first.
pub(super) const SITES: [Site; 13] = [
    site("Cục Thi hành án dân sự tỉnh Đồng Tháp", "TP. Cao Lãnh", 23, 220, 7, 5),
    site("Chi cục THADS TP. Cao Lãnh", "TP. Cao Lãnh", 128, 150, 7, 4),
    site("Chi cục THADS TP. Sa Đéc", "TP. Sa Đéc", 84, 95, 5, 3),
    site("Chi cục THADS TX. Hồng Ngự", "TX. Hồng Ngự", 55, 50, 4, 3),
    site("Chi cục THADS huyện Cao Lãnh", "huyện Cao Lãnh", 112, 90, 6, 4),
    site("Chi cục THADS huyện Châu Thành", "huyện Châu Thành", 66, 50, 4, 3),
    site("Chi cục THADS huyện Hồng Ngự", "huyện Hồng Ngự", 55, 35, 4, 3),
    site("Chi cục THADS huyện Lai Vung", "huyện Lai Vung", 83, 60, 5, 3),
    site("Chi cục THADS huyện Lấp Vò", "huyện Lấp Vò", 106, 85, 6, 4),
    site("Chi cục THADS huyện Tam Nông", "huyện Tam Nông", 62, 40, 4, 3),
    site("Chi cục THADS huyện Tân Hồng", "huyện Tân Hồng", 52, 35, 4, 3),
    site("Chi cục THADS huyện Thanh Bình", "huyện Thanh Bình", 70, 40, 4, 3),
    site("Chi cục THADS huyện Tháp Mười", "huyện Tháp Mười", 104, 50, 5, 4),
];

/// An office and who works in it.
pub(super) struct Unit {
    /// Which of [`SITES`].
    pub(super) site: usize,
    /// Its number.
    pub(super) number: OfficeNo,
    /// Its code.
    pub(super) code: OfficeCode,
    /// Heads and their deputies; the head first.
    pub(super) heads: Vec<OfficerNo>,
    /// Chấp hành viên.
    pub(super) enforcers: Vec<OfficerNo>,
    /// Thư ký.
    pub(super) clerks: Vec<OfficerNo>,
    /// Kế toán.
    pub(super) accountants: Vec<OfficerNo>,
}

impl Unit {
    /// What is fixed of it.
    pub(super) fn fixed(&self) -> &'static Site {
        &SITES[self.site]
    }
}

/// The number of the Department.
pub(super) const DEPARTMENT: OfficeNo = OfficeNo(1);
/// The number of the head of the province.
pub(super) const PROVINCIAL_HEAD: OfficerNo = OfficerNo(1);

/// What each unit is to reach in 2019, in ten thousandths.
#[derive(Clone, Copy)]
pub(super) struct Targets {
    /// Of the cases.
    pub(super) cases: i64,
    /// Of the money.
    pub(super) money: i64,
}

/// The offices and their staff, and the actions that set them up.
pub(super) fn found(days: &Days, rng: &mut DemoRng) -> (Vec<Unit>, Vec<Draft>) {
    let mut drafts = Vec::new();
    let mut units = Vec::new();
    for (site, number) in (0..SITES.len()).zip(1u32..) {
        let Ok(code) = format!("DT{site:02}").parse::<OfficeCode>() else { continue };
        let number = OfficeNo(number);
        let department = number == DEPARTMENT;
        drafts.push(Draft::simple(
            DraftStream::Office(code.clone()),
            DEPARTMENT,
            OfficerNo(0),
            days.first,
            Body::OfficeOpened(OfficeOpened {
                number,
                code: code.clone(),
                name: SITES[site].name.to_owned(),
                level: if department { Level::Department } else { Level::SubDepartment },
                parent: (!department).then_some(DEPARTMENT),
            }),
        ));
        units.push(Unit {
            site,
            number,
            code,
            heads: Vec::new(),
            enforcers: Vec::new(),
            clerks: Vec::new(),
            accountants: Vec::new(),
        });
    }
    let mut next = 1u32;
    for unit in &mut units {
        for role in staff(unit, rng) {
            let number = OfficerNo(next);
            next += 1;
            match role {
                Role::Head | Role::ProvincialHead => unit.heads.push(number),
                Role::Enforcer => unit.enforcers.push(number),
                Role::Clerk => unit.clerks.push(number),
                Role::Accountant => unit.accountants.push(number),
                Role::Examiner | Role::Cashier | Role::Procurator | Role::Auditor | Role::Administrator => {}
            }
            // The ledger itself appoints the first officer, who appoints the others.
            let actor = if number == PROVINCIAL_HEAD { OfficerNo(0) } else { PROVINCIAL_HEAD };
            let person = people::named(rng);
            drafts.push(Draft::simple(
                DraftStream::Officer(number),
                DEPARTMENT,
                actor,
                days.first,
                Body::OfficerAppointed(OfficerAppointed { number, office: unit.number, role, person }),
            ));
        }
    }
    (units, drafts)
}

/// The organisation that those actions make.
pub(super) fn as_founded(drafts: &[Draft]) -> Organisation {
    let mut organisation = Organisation::default();
    for (draft, position) in drafts.iter().zip(1u64..) {
        let at = EventMeta {
            nth: 0,
            position: Position(position),
            on: draft.effective,
            recorded_on: draft.recorded,
            office: draft.office,
            actor: draft.actor,
            imported: false,
        };
        draft.event.body.apply_to(&mut organisation, &at);
    }
    organisation
}

fn staff(unit: &Unit, rng: &mut DemoRng) -> Vec<Role> {
    let fixed = unit.fixed();
    let department = unit.number == DEPARTMENT;
    let mut roles = vec![if department { Role::ProvincialHead } else { Role::Head }, Role::Head];
    if fixed.cases > 80 || department {
        roles.push(Role::Head);
    }
    roles.extend(std::iter::repeat_n(Role::Enforcer, fixed.enforcers));
    let clerks = fixed.clerks - usize::from(rng.percent(20));
    roles.extend(std::iter::repeat_n(Role::Clerk, clerks));
    roles.push(Role::Accountant);
    if fixed.cases > 80 {
        roles.push(Role::Accountant);
    }
    roles.push(Role::Cashier);
    if department {
        roles.extend([Role::Examiner; 5]);
        roles.push(Role::Administrator);
    }
    roles
}

/// The year's targets: a few points around 73 % of the cases and 33 % of the money.
pub(super) fn targets(units: &[Unit], days: &Days, rng: &mut DemoRng) -> (Vec<Targets>, Vec<Draft>) {
    let (mut targets, mut drafts) = (Vec::new(), Vec::new());
    let decided: Date = date(2018, 11, 20);
    for unit in units {
        let cases = 7300 + 25 * rng.between(-10, 10);
        let money = 3300 + 25 * rng.between(-9, 9);
        targets.push(Targets { cases, money });
        for (figure, numerator) in [("rate.cases", cases), ("rate.money", money)] {
            let Some(ratio) = Ratio::new(numerator, 10_000) else { continue };
            let assigned =
                TargetAssigned { year: 2019, office: unit.number, figure: figure.to_owned(), ratio };
            let mut draft = Draft::simple(
                DraftStream::Office(unit.code.clone()),
                DEPARTMENT,
                PROVINCIAL_HEAD,
                decided,
                Body::TargetAssigned(assigned),
            );
            draft.recorded = days.plus(decided, 2);
            drafts.push(draft);
        }
    }
    (targets, drafts)
}

/// An event that rests on a numbered document; the number is given when all entries are in order.
pub(super) fn with_document(body: Body, on: Date) -> Event {
    let mut event = Event::bare(body);
    event.common.document = Some(thads_cases::event::Document { number: String::new(), date: on });
    event
}
