//! A small tracking book in another language and another way of writing: what each row becomes, and what is refused.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use thads_cases::case::{CaseStatus, Finish};

use super::*;
use crate::import::file::{Job, run};
use crate::import::reject::Reject;

const MAPPING: &str = include_str!("../../../../tests/data/import/notebook.toml");
const NOTEBOOK: &[u8] = include_bytes!("../../../../tests/data/import/notebook.csv");
const BROKEN: &[u8] = include_bytes!("../../../../tests/data/import/broken.csv");
const WHOLE: &[u8] = include_bytes!("../../../../tests/data/import/whole.csv");

fn notebook() -> Mapping {
    Mapping::read(MAPPING).unwrap()
}

/// The events of a stream, a line each: day, officer, kind; without the rows that are kept.
fn told(entries: &[RecordedEvent]) -> String {
    let events = entries.iter().filter(|entry| !matches!(entry.event.body, Body::RowImported(_)));
    let lines =
        events.map(|entry| format!("{} {} {}", entry.effective, entry.actor, entry.event.info().name));
    lines.collect::<Vec<_>>().join("\n")
}

fn case<'a>(target: &'a Memory, id: &str) -> &'a [RecordedEvent] {
    target.cases().get(&id.parse().unwrap()).map_or(&[], Vec::as_slice)
}

#[test]
fn a_notebook_becomes_history() {
    let mut target = empty();
    let again = Manner { count_doubtful: true, ..Manner::default() };
    let (summary, rejects) = together(&[NOTEBOOK], &notebook(), again, &mut target);
    assert_eq!(rejects, vec![]);
    assert_eq!((summary.rows, summary.recorded, summary.cases, summary.counted_again), (12, 12, 2, 1));
    // A column that the mapping does not use is no part of a row: two payments are equal, and two where that was asked.
    let wanted = "2019-01-05 1 judgment_received\n2019-01-05 1 enforcement_ordered\n2019-02-15 1 payment_collected\n\
                  2019-02-15 1 payment_collected\n2019-03-15 1 payment_collected\n2019-03-18 1 remitted_to_budget\n\
                  2019-03-18 1 completed";
    assert_eq!(told(case(&target, "DT03/2019/0001")), wanted);
    // What was entrusted once is not entrusted again: the row stands there and becomes nothing.
    let wanted = "2019-01-07 2 judgment_received\n2019-01-07 2 enforcement_ordered\n2019-04-01 2 entrusted_out\n\
                  2019-04-03 0 note_added";
    assert_eq!(told(case(&target, "DT03/2019/0002")), wanted);
    let kept = case(&target, "DT03/2019/0002")
        .iter()
        .filter(|entry| matches!(entry.event.body, Body::RowImported(_)));
    assert_eq!(kept.count(), 4);
    let complaint = target.complaints().values().next().unwrap();
    let wanted =
        "2019-03-01 0 complaint_received\n2019-03-04 0 complaint_accepted\n2019-03-20 0 complaint_resolved";
    assert_eq!(told(complaint), wanted);
    let state = case_at(case(&target, "DT03/2019/0001"), today());
    assert_eq!(state.judgment_number.as_deref(), Some("12"));
    assert_eq!(state.cash.remitted, 1_500_000);
    assert!(matches!(state.status, CaseStatus::Finished { how: Finish::Completed, .. }));
    let organisation = target.reference_data().unwrap().organisation;
    let codes: Vec<String> = organisation.offices.values().map(|office| office.code.to_string()).collect();
    assert_eq!((codes, organisation.officers.len()), (vec!["DT03".into(), "DT04".into()], 2));
}

#[test]
fn twenty_broken_rows_are_twenty_rejects_and_change_nothing() {
    let (mut broken, mut whole) = (empty(), empty());
    let (summary, rejects) = import(BROKEN, &notebook(), &mut broken);
    import(WHOLE, &notebook(), &mut whole);
    assert_eq!((summary.rows, summary.recorded, summary.rejected), (23, 3, 20));
    same(&broken, &whole);
    let reasons = [
        (3, "", "has 10 cells, the header 11"),
        (4, "", "has 12 cells"),
        (5, "", "a quote is opened"),
        (6, "", "between a closing quote"),
        (7, "Số hồ sơ", "names no case"),
        (8, "Việc", "not what was done"),
        (9, "Việc", "does not say what this activity"),
        (11, "Ngày", "has no date"),
        (12, "Ngày", "no date of the pattern D/M/YYYY"),
        (13, "Ngày", "no date of the pattern"),
        (14, "Ngày", "after 2024-06-30"),
        (15, "Số tiền", "',' can be read in more than one way"),
        (16, "Số tiền", "three digits"),
        (17, "Số tiền", "at least 0"),
        (18, "Số tiền", "'đ' does not belong"),
        (19, "Số tiền", "beyond 9223372036854775807"),
        (20, "Số tiền", "payment_collected needs it"),
        (21, "Khoản", "no whole number"),
        (22, "Kết quả", "explains only: sai, đúng"),
        (23, "Số hồ sơ", "not taken in"),
    ];
    assert_eq!(rejects.len(), reasons.len());
    let mut rejects = rejects;
    rejects.sort_by_key(|reject| reject.row);
    for (reject, (row, column, reason)) in rejects.iter().zip(reasons) {
        assert_eq!((reject.row, reject.column.as_str()), (row, column), "{reject:?}");
        assert!(reject.reason.contains(reason), "{reject:?} should say {reason:?}");
        assert!(!reject.way_out.is_empty(), "{reject:?}");
    }
    // Corrected and read again: what was taken is known again, what was refused comes in.
    let corrected = String::from_utf8(BROKEN.to_vec()).unwrap().replace("500,000", "500.000");
    let (again, _) = import(corrected.as_bytes(), &notebook(), &mut broken);
    assert_eq!((again.recorded, again.doubtful, again.rejected), (1, 3, 19 + 3));
}

#[test]
fn a_dry_run_says_the_same_and_records_nothing() {
    let (mut dry, mut real) = (empty(), empty());
    let dry_run = Manner { dry_run: true, ..Manner::default() };
    let (planned, _) = together(&[NOTEBOOK], &notebook(), dry_run, &mut dry);
    let (recorded, _) = import(NOTEBOOK, &notebook(), &mut real);
    assert_eq!(planned, Summary { dry_run: true, ..recorded });
    assert_eq!(dry.next(), empty().next());
}

#[test]
fn a_packed_file_is_read_as_it_is_and_rejects_go_to_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let (packed, rejects) = (folder.path().join("broken.csv.gz"), folder.path().join("rejects.csv"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(BROKEN).unwrap();
    let bytes = encoder.finish().unwrap();
    std::fs::write(&packed, &bytes).unwrap();
    let mapping = notebook();
    let describe: fn(&Reject) -> RejectLine = Reject::in_vietnamese;
    let open = || [("broken".to_owned(), std::fs::File::open(&packed).unwrap())];
    let rows = open();
    let job =
        Job { rows: &rows, mapping: &mapping, rejects: Some(&rejects), manner: Manner::default(), describe };
    let mut target = empty();
    // Whatever its name, what lies beside is somebody else's.
    let beside = folder.path().join(format!(".rejects.csv.{}", std::process::id()));
    std::fs::write(&beside, "mine").unwrap();
    let outcome = run(&job, &mut target, &mut |_| {}).unwrap();
    assert_eq!(std::fs::read(&beside).unwrap(), b"mine");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "the rows, the rejects and what lay there"
    );
    assert_eq!((outcome.summary.recorded, outcome.summary.rejected), (3, 20));
    assert!(!outcome.lost_rejects(&job) && outcome.lost_rejects(&Job { rejects: None, ..job }));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(&rejects).unwrap();
    let headers = reader.headers().unwrap().clone();
    let ours = ["row", "column", "value", "reason", "way_out", "code", "file"];
    assert_eq!(headers.iter().take(7).collect::<Vec<_>>(), ours);
    assert_eq!(headers.get(7), Some("Số hồ sơ"));
    let mut rows: Vec<u64> = reader.records().map(|row| row.unwrap()[0].parse().unwrap()).collect();
    rows.sort_unstable();
    assert_eq!(rows, (3..=9).chain(11..=23).collect::<Vec<u64>>());

    // Half a packed file: nothing of it is recorded.
    std::fs::write(&packed, &bytes[..bytes.len() - 20]).unwrap();
    let mut torn = empty();
    let rows = open();
    let error = run(&Job { rows: &rows, ..job }, &mut torn, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("cannot be read after line"), "{error}");
    assert_eq!(torn.next(), empty().next());
}

#[test]
fn a_file_without_the_mapped_columns_is_refused_before_anything_is_recorded() {
    for (text, wanted) in [
        ("", "the file is empty"),
        ("Số hồ sơ;Việc;Ngày\n", "no column \"Người làm\", \"Số tiền\""),
        ("Số hồ sơ;Việc;\"Ngày\n", "a quote is opened"),
        ("a;a;Số hồ sơ;Số hồ sơ\n", "\"Số hồ sơ\" twice"),
    ] {
        let mut target = empty();
        let inputs = inputs(&[text.as_bytes()]);
        let error =
            take_in(inputs, &notebook(), &mut target, Manner::default(), &mut Kept::default()).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
        assert_eq!(target.next(), empty().next());
    }
}

#[test]
fn cells_may_hold_line_breaks_where_the_mapping_says_so() {
    let header = "Số hồ sơ;Việc;Ngày;Người làm;Số tiền;Ngày bản án;Khoản;Tòa án;Kết quả;Ghi chú";
    let intake = "1;Thụ lý;5/1/2019;;;1/1/2019;;TAND;;\"dòng một\ndòng hai\"";
    let text = format!("{header}\n\n{intake}\n1;Ghi;6/1/2019;;;;;;;x\n");
    let (summary, rejects) = import(text.as_bytes(), &notebook(), &mut empty());
    assert_eq!((summary.rows, summary.rejected, rejects[0].row), (3, 3, 3));
    let mapping = MAPPING.replace("delimiter = \";\"", "delimiter = \";\"\nmultiline = true");
    let (summary, _) = import(text.as_bytes(), &Mapping::read(&mapping).unwrap(), &mut empty());
    assert_eq!((summary.rows, summary.recorded), (2, 2));
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_other_row() {
    let header = "Số hồ sơ;Việc;Ngày;Người làm;Số tiền;Ngày bản án;Khoản;Tòa án;Kết quả;Ghi chú";
    let mapping = MAPPING.replace("delimiter = \";\"", "delimiter = \";\"\nmultiline = true");
    let mapping = Mapping::read(&mapping).unwrap();
    let open = "1;Ghi;6/1/2019;;;;;;;\"mở";
    let intake = |case: u32| format!("{case};Thụ lý;5/1/2019;;;1/1/2019;;TAND;;");
    let note = |case: u32, text: &str| format!("{case};Ghi;6/1/2019;;;;;;;{text}");
    let long = "x".repeat(1 << 21);
    for (rest, recorded, rejected) in [
        // To the end of the file.
        (vec![intake(2), note(2, "a")], 3, vec![(3, "open_quote")]),
        // To a quote that opens another cell.
        (vec![intake(2), note(2, "\"a\"")], 3, vec![(3, "after_quote")]),
        // To a line that is too long, itself a reject, and behind it.
        (vec![intake(2), note(2, &long), note(2, "a")], 3, vec![(3, "open_quote"), (5, "too_long")]),
        // To the end again.
        (vec![open.to_owned(), intake(2)], 2, vec![(3, "after_quote"), (4, "open_quote")]),
    ] {
        let text = format!("{header}\n{}\n{open}\n{}\n", intake(1), rest.join("\n"));
        let (summary, rejects) = import(text.as_bytes(), &mapping, &mut empty());
        let said: Vec<_> = rejects.iter().map(|reject| (reject.row, reject.code)).collect();
        assert_eq!((summary.recorded, said), (recorded, rejected), "{} more rows", rest.len());
    }
}

/// What a row would keep in clear for ever is a number or a title: a longer text is a reject with its field, its length and a
/// way out. What goes to the vault may be long.
#[test]
fn a_long_text_that_would_be_kept_in_clear_is_a_reject() {
    let header = "Số hồ sơ;Việc;Ngày;Người làm;Số tiền;Ngày bản án;Khoản;Tòa án;Kết quả;Ghi chú";
    let row = |case: &str, court: usize, note: usize| {
        format!("{case};Thụ lý;5/1/2019;;;1/1/2019;;{};;{}\n", "ệ".repeat(court), "ghi ".repeat(note))
    };
    let text =
        format!("{header}\n{}{}{}", row("1", 200, 1000), row("2", 201, 1), row(&"9".repeat(201), 1, 1));
    let mut target = empty();
    let (summary, rejects) = import(text.as_bytes(), &notebook(), &mut target);
    assert_eq!((summary.recorded, summary.rejected, target.cases().len()), (1, 2, 1));
    let said: Vec<_> = rejects.iter().map(|one| (one.row, one.code, one.reason.as_str())).collect();
    let reason = |field: &str| {
        format!("the {field} that it makes up has 201 characters; the log keeps it in clear, and at most 200")
    };
    let (court, number) = (reason("court"), reason("number"));
    assert_eq!(said, [(3, "long", court.as_str()), (4, "long", number.as_str())]);
    assert!(rejects.iter().all(|one| one.way_out.starts_with("shorten it to 200 characters")), "{rejects:?}");
}

#[test]
fn letters_of_another_encoding_are_read_where_the_mapping_names_it() {
    let text = b"id;what;on;who\n1;in;2019-01-05;Andr\xe9\n";
    let mapping = |encoding: &str| {
        format!(
            "ledger = {{ name = 'x', origin = 'x', currency = {{ code = 'EUR', exponent = 2 }} }}\n\
             source = {{ delimiter = ';', dates = 'YYYY-MM-DD', encoding = '{encoding}' }}\n\
             office = {{ code = 'A', name = 'x', level = 'department', opened = '2000-01-01' }}\n\
             columns = {{ case = 'id', activity = 'what', date = 'on', officer = 'who' }}\n\
             officers = {{ role = 'clerk' }}\n\
             [[activities.in]]\nkind = 'judgment_received'\ncourt = 'x'\ndate = 2018-12-01\njudgment = 'civil'\n"
        )
    };
    let mut target = empty();
    let (_, rejects) = import(text, &Mapping::read(&mapping("utf-8")).unwrap(), &mut target);
    assert!(rejects[0].reason.contains("no text in the mapping's encoding"), "{rejects:?}");
    let (summary, _) = import(text, &Mapping::read(&mapping("latin-1")).unwrap(), &mut target);
    assert_eq!(summary.recorded, 1);
    assert_eq!(target.officer_names().unwrap()[0].1, "André");
}

#[test]
fn a_mistake_in_a_mapping_is_named_when_it_is_read() {
    for (from, to, wanted) in [
        ("delimiter = \";\"", "delimiter = \"\\n\"", "[source] delimiter"),
        ("D/M/YYYY", "D/M/YY", "no pattern of dates"),
        ("thousands = \".\"", "thousands = \"1\"", "cannot separate digits"),
        ("thousands = \".\"", "decimal = \",\"", "no decimals"),
        ("unit = \"minor\"", "unit = \"euro\"", "unknown variant `euro`"),
        ("code = \"DT04\"", "code = \"DT03\"", "DT03 stands there twice"),
        ("code = \"DT04\"", "code = \"dt04\"", "not an office code"),
        ("date = \"Ngày\"", "date = \"Việc\"", "\"Việc\" stands there twice"),
        ("role = \"enforcer\"", "role = \"boss\"", "unknown variant `boss`"),
        ("[officers]\nrole = \"enforcer\"", "", "[officers] role: is missing"),
        (
            "kind = \"completed\"",
            "kind = \"complete\"",
            "action 2 of activity \"Nộp\": \"complete\" is no kind",
        ),
        ("kind = \"completed\"", "kind = \"office_opened\"", "cannot be what a row becomes"),
        (
            "means = \"cash\"",
            "means = \"gold\"",
            "action 1 of activity \"Thu\": means: \"gold\" is not accepted: unknown variant `gold`",
        ),
        ("means = \"cash\"", "", "means: nothing is not accepted: must be given"),
        (
            "means = \"cash\"",
            "means = \"cash\"\ncolour = 1",
            "colour: 1 is not accepted: there is no such field",
        ),
        ("means = \"cash\"", "means = { column = \"Màu\" }", "[columns] has no \"Màu\""),
        ("means = \"cash\"", "means = { column = \"Tòa án\", wrods = { } }", "\"wrods\" does not belong"),
        ("amount = { state = \"owed\" }", "amount = { state = \"rich\" }", "state is \"held\" or \"owed\""),
        ("amount = { state = \"owed\" }", "amount = 1.5", "a number with a point"),
        (
            "amount = { state = \"owed\" }",
            "amount = { column = \"Tòa án\" }",
            "amount: \"x\" is not accepted: invalid type: string",
        ),
        ("{ office = \"DT04\" }", "{ office = \"DT05\" }", "names no office \"DT05\""),
        ("when = \"open\"", "when = \"shut\"", "when is \"open\""),
        ("[[activities.\"Thu\"]]", "[[activities.\"Nộp \"]]", "\"Nộp\" stands there twice"),
        ("is_not = [\"còn\"]", "is_not = [1]", "take a list of words"),
        ("{ column = \"Kết quả\", is_not", "{ column = \"Số tiền\", is_not", "\"còn\" is never what column"),
        ("judgment = \"civil\"", "judgment = \"civil\"\nnumber = \"7\"", "number is the case's own"),
        (
            "decision = \"theo quyết định của tòa án\"",
            &format!("decision = \"{}\"", "ệ".repeat(201)),
            "action 1 of activity \"Miễn\": decision has 201 characters; the log keeps it in clear, and at most 200",
        ),
        (
            "name = \"Chi cục Thi hành án dân sự huyện B\"",
            &format!("name = \"{}\"", "ệ".repeat(201)),
            "[office] name: has 201 characters; the log keeps it in clear, and at most 200",
        ),
    ] {
        assert!(MAPPING.contains(from), "{from}");
        let error = Mapping::read(&MAPPING.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(wanted), "{to:?}: {error}");
    }
}

/// Late rows complete a case on the day on which its money was all there.
#[test]
fn a_payment_that_comes_in_late_completes_the_case_with_the_later_one() {
    let header = "id,what,on,sum";
    let mapping = "ledger = { name = 'x', origin = 'x', currency = { code = 'EUR', exponent = 2 } }\n\
         source = { delimiter = ',', dates = 'YYYY-MM-DD', amounts = { unit = 'major', decimal = '.' } }\n\
         office = { code = 'A', name = 'x', level = 'department', opened = '2000-01-01' }\n\
         columns = { case = 'id', activity = 'what', date = 'on', amounts = ['sum'] }\n\
         [[activities.in]]\nkind = 'judgment_received'\ncourt = 'x'\ndate = { column = 'on' }\njudgment = 'civil'\n\
         [[activities.in]]\nkind = 'enforcement_ordered'\nbasis = 'proactive'\n\
         obligations = [{ kind = 'fine', payee = 'budget', amount = { column = 'sum' } }]\ndebtors = []\n\
         [[activities.pay]]\nkind = 'payment_collected'\npayer = { debtor = 1 }\nmeans = 'cash'\namount = { column = 'sum' }\n\
         [[activities.pay]]\nkind = 'completed'\nwhen = 'paid_in_full'\n";
    let mapping = Mapping::read(mapping).unwrap();
    let file = |rows: &[&str]| [&[header], rows].concat().join("\n");
    let (first, second, third) = ("1,in,2019-01-01,71.5", "1,pay,2019-02-01,40", "1,pay,2019-03-01,31.50");
    let mut in_order = empty();
    import(file(&[first, second, third]).as_bytes(), &mapping, &mut in_order);
    let mut late = empty();
    import(file(&[first, third]).as_bytes(), &mapping, &mut late);
    import(file(&[first, second, third]).as_bytes(), &mapping, &mut late);
    for target in [&in_order, &late] {
        let CaseStatus::Finished { on, .. } = case_at(case(target, "A/2019/0001"), today()).status else {
            panic!()
        };
        assert_eq!(on.to_string(), "2019-03-01");
    }
}

/// Whatever bytes stand in a file, each row is recorded or rejected, and the file again adds nothing.
#[test]
fn any_bytes_are_rows_or_rejects() {
    let mapping = notebook();
    let mut seed = 0x2026_u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let header = NOTEBOOK.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for round in 0..400 {
        let mut text = NOTEBOOK.to_vec();
        for _ in 0..=draw(12) {
            let at = header + draw(text.len() - header);
            match draw(4) {
                0 => text[at] = u8::try_from(draw(256)).unwrap(),
                1 => text[at] = b"\";\n\r,."[draw(6)],
                2 => drop(text.remove(at)),
                _ => text.extend_from_within(at..(at + 20).min(text.len())),
            }
        }
        let mut target = empty();
        let (summary, rejects) = import(&text, &mapping, &mut target);
        assert_eq!(summary.rows, summary.recorded + summary.rejected, "round {round}");
        assert_eq!(summary.rejected, u64::try_from(rejects.len()).unwrap(), "round {round}");
        let (again, _) = import(&text, &mapping, &mut target);
        assert_eq!((again.recorded, again.already_there), (0, summary.recorded), "round {round}");
    }
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_in_few_words() {
    let deep = format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let said = Mapping::read(&deep).unwrap_err().to_string();
    assert!(said.contains("line 1") && said.len() < 2000, "{} bytes", said.len());
}
