//! Offices, officers and targets: the state that the organisation's events fold into.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::ids::{OfficeCode, OfficeNo, OfficerNo};
use crate::money::Ratio;
use crate::personal::Personal;
use crate::rules::ParameterSet;

/// A role; what each may record stands in the table of kinds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Thủ trưởng cơ quan: head of a SubDepartment, or a deputy by delegation.
    Head,
    /// Chấp hành viên.
    Enforcer,
    /// Thẩm tra viên.
    Examiner,
    /// Thư ký.
    Clerk,
    /// Kế toán nghiệp vụ.
    Accountant,
    /// Thủ quỹ, thủ kho.
    Cashier,
    /// Cục trưởng: head of the Department; head of his own office as well.
    ProvincialHead,
    /// Kiểm sát viên.
    Procurator,
    /// Kiểm toán, thanh tra.
    Auditor,
    /// Quản trị.
    Administrator,
}

impl Role {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Head => "head",
            Role::Enforcer => "enforcer",
            Role::Examiner => "examiner",
            Role::Clerk => "clerk",
            Role::Accountant => "accountant",
            Role::Cashier => "cashier",
            Role::ProvincialHead => "provincial_head",
            Role::Procurator => "procurator",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
        }
    }
}

/// What an office is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Cục: a province's Department.
    Department,
    /// Chi cục: a district's SubDepartment.
    SubDepartment,
}

/// An office.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Office {
    /// Its number.
    pub number: OfficeNo,
    /// Its code.
    pub code: OfficeCode,
    /// Its name.
    pub name: String,
    /// What it is.
    pub level: Level,
    /// The office above it.
    pub parent: Option<OfficeNo>,
    /// Since when.
    pub from: Date,
}

/// An officer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Officer {
    /// The number.
    pub number: OfficerNo,
    /// The office.
    pub office: OfficeNo,
    /// The role.
    pub role: Role,
    /// The name, in the vault.
    pub person: Personal,
    /// Since when.
    pub from: Date,
}

/// A unit's target of a year.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The fiscal year.
    pub year: i32,
    /// The unit.
    pub office: OfficeNo,
    /// The figure's id, for instance `rate.cases`.
    pub figure: String,
    /// What it should reach.
    pub ratio: Ratio,
}

/// Offices, officers, targets and parameters as known.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Organisation {
    /// By number.
    pub offices: BTreeMap<OfficeNo, Office>,
    /// By number.
    pub officers: BTreeMap<OfficerNo, Officer>,
    /// By year, unit and figure; the last assignment stands.
    pub targets: BTreeMap<(i32, OfficeNo, String), Target>,
    /// In the order of the log.
    pub parameters: Vec<ParameterSet>,
}

impl Organisation {
    /// The office with this code.
    pub fn office_by_code(&self, code: &OfficeCode) -> Option<&Office> {
        self.offices.values().find(|office| &office.code == code)
    }

    /// A unit's target.
    pub fn target(&self, year: i32, office: OfficeNo, figure: &str) -> Option<Ratio> {
        self.targets.get(&(year, office, figure.to_owned())).map(|target| target.ratio)
    }

    /// Whether `above` is the office itself or stands above it in the tree.
    pub fn covers(&self, above: OfficeNo, office: OfficeNo) -> bool {
        let mut at = Some(office);
        for _ in 0..=self.offices.len() {
            match at {
                Some(number) if number == above => return true,
                Some(number) => at = self.offices.get(&number).and_then(|office| office.parent),
                None => return false,
            }
        }
        false
    }

    /// Whether anyone has been appointed head yet; until then the ledger itself may set the organisation up.
    pub fn has_head(&self) -> bool {
        self.officers.values().any(|officer| matches!(officer.role, Role::Head | Role::ProvincialHead))
    }
}
