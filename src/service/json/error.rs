//! Why a field cannot be read, in both languages.

use thads_cases::text::normal;

/// Why a JSON action cannot be read: the field, the value, the rule, and what would do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {} is not accepted: {rule}; accepted: {accepted}", given.as_deref().unwrap_or("nothing"))]
pub struct JsonError {
    /// The field, by its path where it lies in another: `obligations[1].amount`.
    pub field: String,
    /// Its value, cut to 80 characters; `None`: it was not given.
    pub given: Option<String>,
    /// What it breaks.
    pub rule: String,
    /// What would do.
    pub accepted: String,
}

/// What was sent, as it is shown again: without what no eye sees, and nothing in it steers a terminal or turns the text around.
pub(crate) fn shown(text: &str) -> String {
    normal(text).chars().filter(|one| !one.is_control()).collect()
}

/// As much of it as names it.
fn cut(text: &str) -> String {
    shown(text).chars().take(80).collect()
}

impl JsonError {
    /// An error about one field.
    pub fn new(field: &str, given: &str, rule: &str, accepted: &str) -> JsonError {
        JsonError { given: Some(cut(given)), ..JsonError::not_given(field, rule, accepted) }
    }

    /// An error about a field that is not given, and the rule by which it is needed.
    pub fn not_given(field: &str, rule: &str, accepted: &str) -> JsonError {
        JsonError { field: cut(field), given: None, rule: shown(rule), accepted: shown(accepted) }
    }

    /// An error about a field that must be given and is not.
    pub fn missing(field: &str, accepted: &str) -> JsonError {
        JsonError::not_given(field, "must be given", accepted)
    }

    /// The same sentence in Vietnamese. What the field accepts is given as it is to be written.
    pub fn vi(&self) -> String {
        let JsonError { field, given, rule, accepted } = self;
        let given = given.as_deref().unwrap_or("để trống");
        // A length that stands for the value says of what it is one.
        let length = given.strip_suffix(" characters").filter(|length| length.parse::<usize>().is_ok());
        let given = length.map_or_else(|| given.to_owned(), |length| format!("{length} ký tự"));
        let rule = vi(rule);
        format!("trường {field}: giá trị {given} không được chấp nhận: {rule}; chấp nhận: {accepted}")
    }
}

/// A rule in Vietnamese; what a reader of JSON or of dates says stays as it is.
fn vi(rule: &str) -> &str {
    RULES.iter().find(|(en, _)| *en == rule).map_or(rule, |(_, vi)| vi)
}

const RULES: &[(&str, &str)] = &[
    ("must be given", "bắt buộc phải có"),
    ("it is needed", "bắt buộc phải có"),
    ("must be a text", "phải là chuỗi chữ"),
    ("must be a whole number", "phải là số nguyên không âm"),
    ("a whole number that fits", "phải là số nguyên không âm, không quá lớn"),
    ("too large", "số quá lớn"),
    ("it stands twice", "nêu hai lần"),
    ("it says nothing", "không nói gì"),
    ("its value cannot be read", "không đọc được giá trị"),
    ("no parameter of this address", "địa chỉ này không có tham số ấy"),
    ("there is no such field", "không có trường này"),
    ("there is no such kind", "không có loại sự kiện này"),
    ("there is no such standing", "không có tình trạng này"),
    ("a request id", "phải là mã yêu cầu"),
    ("who records it must be said", "phải nói ai ghi"),
    ("an action is one JSON object", "mỗi thao tác là một đối tượng JSON"),
    ("the action belongs to no history", "thao tác không thuộc hồ sơ nào"),
    ("the body and the address name different histories", "nội dung và địa chỉ nêu hai hồ sơ khác nhau"),
    ("a kind of stream, a colon and a key", "phải là loại luồng, dấu hai chấm và khóa"),
    ("a kind of stream that can be written to", "không phải loại luồng được ghi"),
    ("a stream that can be written to", "không phải luồng được ghi"),
    ("an officer's number", "phải là số hiệu cán bộ"),
    ("an officer's number has one spelling", "số hiệu cán bộ chỉ có một cách viết"),
    ("a correction names the entry that it corrects", "việc sửa phải nêu bản ghi được sửa"),
    ("the fields that change", "phải là các trường thay đổi"),
    (
        "the fields that change are given, or the whole replacement",
        "chỉ nêu các trường thay đổi, hoặc toàn bộ nội dung thay thế",
    ),
    ("which fields were given is noted by the ledger", "sổ tự ghi những trường nào đã được nêu"),
    ("a name says something that can be read", "tên phải có chữ đọc được"),
    ("a text says something that can be read", "chuỗi phải có chữ đọc được"),
    (
        "a text holds no control characters but line breaks",
        "chuỗi không được chứa ký tự điều khiển, trừ ngắt dòng",
    ),
    (
        "a text holds no characters of private use and no noncharacters of Unicode",
        "chuỗi không được chứa ký tự riêng của phông chữ hay mã không phải ký tự của Unicode",
    ),
    ("a text that the log keeps in clear is short", "chuỗi mà sổ giữ ở dạng đọc được phải ngắn"),
    ("positions of the log, the first not behind the end", "phải là vị trí trong sổ, đầu không sau cuối"),
    ("a moment of knowledge", "phải là thời điểm được biết"),
    ("a dimension", "phải là một chiều phân tích"),
    ("what a figure can list", "không phải thứ mà chỉ số liệt kê được"),
    (
        "the rule stat_year, which says when the year begins, is not set for it",
        "quy tắc stat_year (tháng bắt đầu năm thống kê) chưa được đặt cho kỳ này",
    ),
    ("yes or no", "phải là có hoặc không"),
    (
        "it leaves out the offices below an office, and no office is named",
        "chỉ bỏ các cơ quan trực thuộc khi có nêu cơ quan",
    ),
];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use thads_cases::stream::StreamId;

    use crate::json::parse_action;

    /// Whatever was sent as a field's name or value, at whatever depth, nothing of what is said of it steers or turns.
    #[test]
    fn what_is_said_of_a_field_steers_nothing() {
        let odd = "a\u{202e}\u{1b}[31m\u{200b}b";
        let note = json!({ "case": "DT00/2018/0001", "actor": 3, "kind": "note_added", "text": "a" });
        let mut all = Vec::new();
        for name in ["case", "stream", "actor", "kind", "text", "effective", "request", "document", odd] {
            let mut note = note.clone();
            note[name] = json!(odd);
            all.push(note);
        }
        let mut nested = note.clone();
        nested["document"] = json!({ "number": "1", "date": "2018-12-03", odd: 1 });
        let mut ordered = note.clone();
        ordered["kind"] = json!("enforcement_ordered");
        ordered["basis"] = json!(odd);
        all.extend([nested, ordered, json!({ "stream": "clock", "kind": odd, "actor": 1 })]);
        for action in all {
            let Err(error) = parse_action(action.clone(), None) else { continue };
            let given = error.given.clone().unwrap_or_default();
            let said = [&error.field, &given, &error.rule, &error.accepted, &error.to_string(), &error.vi()];
            let steers = |one: char| one.is_control() || "\u{202e}\u{200b}".contains(one);
            assert!(said.iter().all(|text| !text.contains(steers)), "{action}: {error:?}");
        }
        let mut unknown = note;
        unknown[odd] = json!(1);
        assert_eq!(parse_action(unknown, None).unwrap_err().field, "a[31mb");
    }

    /// What does not fit is named by its path and shown alone, however deep it lies and whatever else is wrong.
    #[test]
    fn a_field_is_named_by_its_path() {
        type Change<'a> = &'a dyn Fn(&mut Value);
        let fine = json!({ "kind": "fine", "payee": "budget", "amount": 1 });
        let said = |change: Change<'_>| {
            let mut action = json!({ "case": "DT00/2018/0001", "actor": 3, "kind": "enforcement_ordered",
                "basis": "proactive", "debtors": [], "obligations": [fine, fine] });
            change(&mut action);
            parse_action(action, None).map(drop).map_err(|error| error.to_string()).err().unwrap_or_default()
        };
        assert_eq!(said(&|_| ()), "");
        let table: [(&str, Change<'_>); 9] = [
            ("basis: \"x\" is not accepted: unknown variant `x`, ", &|action| action["basis"] = json!("x")),
            ("basis: 1 is not accepted: ", &|action| action["basis"] = json!(1)),
            (
                "colour: {\"of\":1} is not accepted: there is no such field; accepted: one of `basis`",
                &|action| {
                    action["colour"] = json!({ "of": 1 });
                },
            ),
            ("obligations[1].amount: -5 is not accepted: amount -5 is negative", &|action| {
                action["obligations"][1]["amount"] = json!(-5);
            }),
            ("obligations[0].amount: -5 is not accepted: amount -5 is negative", &|action| {
                action["obligations"][0]["amount"] = json!(-5);
                action["obligations"][1]["amount"] = json!(-5);
            }),
            (
                "obligations[1].colour: 7 is not accepted: there is no such field; accepted: one of `kind`",
                &|action| {
                    action["obligations"][1]["colour"] = json!(7);
                },
            ),
            ("obligations[1].amount: nothing is not accepted: must be given; ", &|action| {
                action["obligations"][1].as_object_mut().unwrap().remove("amount");
            }),
            ("obligations: nothing is not accepted: must be given; ", &|action| {
                action.as_object_mut().unwrap().remove("obligations");
            }),
            ("document.date: \"2018-02-30\" is not accepted: ", &|action| {
                action["document"] = json!({ "number": "1", "date": "2018-02-30" });
            }),
        ];
        for (wanted, change) in table {
            let said = said(change);
            assert!(said.starts_with(wanted), "{said}, not {wanted}…");
        }
    }

    /// Whoever reads Vietnamese is told in Vietnamese what is wrong with a field.
    #[test]
    fn what_is_wrong_with_a_field_is_said_in_vietnamese() {
        let note = |name: &str, value| {
            let mut note = json!({ "case": "DT00/2018/0001", "actor": 3, "kind": "note_added", "text": "a" });
            note[name] = value;
            parse_action(note, None).unwrap_err().vi()
        };
        let said = [
            note("actor", json!("3")),
            note("actor", json!(4_294_967_296_u64)),
            note("actor", json!(null)),
            note("colour", json!(1)),
            note("kind", json!("x")),
            note("kind", json!(1)),
            note("request", json!("x")),
            note("stream", json!("x")),
            note("stream", json!("key:x")),
            note("stream", json!("officer:02")),
            parse_action(json!([]), None).unwrap_err().vi(),
            parse_action(json!({ "kind": "x", "actor": 1 }), None).unwrap_err().vi(),
            parse_action(json!({ "case": "DT00/2018/0001", "actor": 1, "kind": "note_added" }), None)
                .unwrap_err()
                .vi(),
            parse_action(json!({ "case": "DT00/2018/0001" }), Some(StreamId::Clock)).unwrap_err().vi(),
        ];
        let elsewhere = json!({ "case": "DT03/2018/0001", "actor": 1, "kind": "note_added" });
        let elsewhere = parse_action(elsewhere, Some(StreamId::Clock)).unwrap_err();
        // An instant behind the last date there is stays there.
        assert!(crate::json::rfc3339(i64::MAX).starts_with(&format!("{}T", thads_cases::date::Date::MAX)));
        assert_eq!((elsewhere.field.as_str(), elsewhere.given.as_deref()), ("case", Some("DT03/2018/0001")));
        for said in said {
            let rule = said.split("không được chấp nhận: ").nth(1).unwrap().split(';').next().unwrap();
            let english = [" is ", "there ", "must ", "the ", "number", "a kind"];
            assert!(!english.iter().any(|word| rule.contains(word)), "{said}");
            assert!(!said.contains("nothing"), "{said}");
        }
        assert_eq!(
            note("actor", json!(null)),
            "trường actor: giá trị để trống không được chấp nhận: phải nói ai ghi; chấp nhận: an officer's number (officer_appointed)"
        );
    }
}
