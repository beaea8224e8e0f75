//! People: names of common family and given names, addresses and numbers that belong to nobody.

use thads_cases::personal::{Person, Personal};

use super::rng::DemoRng;

const FAMILY: &[(u32, &str)] = &[
    (38, "Nguyễn"),
    (11, "Trần"),
    (10, "Lê"),
    (7, "Phạm"),
    (6, "Huỳnh"),
    (5, "Võ"),
    (4, "Phan"),
    (3, "Trương"),
    (2, "Bùi"),
    (2, "Đặng"),
    (2, "Đỗ"),
    (2, "Ngô"),
    (2, "Hồ"),
    (2, "Dương"),
    (2, "Lý"),
    (1, "Đinh"),
    (1, "Mai"),
];
const MALE_MIDDLE: &[&str] =
    &["Văn", "Hữu", "Minh", "Thanh", "Quốc", "Công", "Hoàng", "Tấn", "Phước", "Ngọc", "Trung", "Đức"];
const MALE_GIVEN: &[&str] = &[
    "An", "Bình", "Cường", "Dũng", "Đạt", "Hải", "Hậu", "Hiếu", "Hòa", "Hùng", "Khánh", "Lâm", "Long", "Lợi",
    "Mẫn", "Nam", "Nghĩa", "Nhân", "Phong", "Phú", "Phúc", "Quang", "Sang", "Sơn", "Tài", "Tâm", "Thái",
    "Thắng", "Thiện", "Thịnh", "Tiến", "Toàn", "Trí", "Tùng", "Tuấn", "Vinh",
];
const FEMALE_MIDDLE: &[&str] = &["Thị", "Thị", "Thị", "Ngọc", "Kim", "Thanh", "Mỹ", "Bích", "Thu", "Hồng"];
const FEMALE_GIVEN: &[&str] = &[
    "Ánh",
    "Cúc",
    "Diễm",
    "Dung",
    "Đào",
    "Giang",
    "Hà",
    "Hạnh",
    "Hằng",
    "Hiền",
    "Hoa",
    "Hồng",
    "Hương",
    "Lan",
    "Liên",
    "Loan",
    "Mai",
    "My",
    "Nga",
    "Ngân",
    "Nhung",
    "Nương",
    "Phượng",
    "Quyên",
    "Sương",
    "Thảo",
    "Thoa",
    "Thu",
    "Thúy",
    "Trang",
    "Trinh",
    "Tuyết",
    "Vân",
    "Xuân",
    "Yến",
];
const BUSINESS: &[&str] = &[
    "Lúa Vàng",
    "Sen Tháp",
    "Hòa Phát Lộc",
    "Tân Thuận Phong",
    "Bến Sen",
    "Đồng Xanh",
    "Phù Sa",
    "Cá Tra Việt Sen",
];
const BANKS: &[&str] = &[
    "Ngân hàng TMCP Đồng Sen",
    "Ngân hàng TMCP Châu Thổ",
    "Ngân hàng TMCP Tiền Giang Xanh",
    "Ngân hàng Phát triển Nông thôn Mekong",
    "Quỹ tín dụng nhân dân Hoa Sen",
    "Quỹ tín dụng nhân dân Tháp Vàng",
];

/// A name.
pub(super) fn name(rng: &mut DemoRng) -> String {
    let family = rng.weighted(FAMILY);
    let (middle, given) = if rng.percent(62) {
        (*rng.pick(MALE_MIDDLE), *rng.pick(MALE_GIVEN))
    } else {
        (*rng.pick(FEMALE_MIDDLE), *rng.pick(FEMALE_GIVEN))
    };
    format!("{family} {middle} {given}")
}

/// A person of a district; one in five has no identity number.
pub(super) fn person(district: &str, rng: &mut DemoRng) -> Personal {
    let id_number = match rng.below(10) {
        0 | 1 => None,
        2..=4 => Some(format!("0870{:08}", rng.below(100_000_000))),
        _ => Some(format!("34{:07}", rng.below(10_000_000))),
    };
    let address = Some(format!("tổ {}, ấp {}, {district}", rng.between(1, 40), rng.between(1, 9)));
    Personal::Person(Person { name: name(rng), id_number, address, account: None })
}

/// A name without more, of a buyer or somebody who pays for another.
pub(super) fn named(rng: &mut DemoRng) -> Personal {
    Personal::Person(Person { name: name(rng), ..Person::default() })
}

/// A business.
pub(super) fn business(district: &str, rng: &mut DemoRng) -> Personal {
    let form = rng.weighted(&[(3, "Công ty TNHH"), (1, "Công ty CP"), (2, "Doanh nghiệp tư nhân")]);
    Personal::Person(Person {
        name: format!("{form} {}", rng.pick(BUSINESS)),
        id_number: Some(format!("1401{:06}", rng.below(1_000_000))),
        address: Some(district.to_owned()),
        account: Some(format!("7{:012}", rng.below(1_000_000_000_000))),
    })
}

/// A credit institution that does not exist.
pub(super) fn bank(rng: &mut DemoRng) -> Personal {
    Personal::Person(Person {
        name: (*rng.pick(BANKS)).to_owned(),
        id_number: None,
        address: None,
        account: Some(format!("5{:012}", rng.below(1_000_000_000_000))),
    })
}

/// A bank's name, where money is put aside.
pub(super) fn bank_name(rng: &mut DemoRng) -> String {
    (*rng.pick(BANKS)).to_owned()
}
