//! What a row says is its identity: neither its order, its file, nor its spelling has a part in what an import does.

use proptest::prelude::*;
use thads_cases::case::{CaseStatus, Finish};

use super::*;
use crate::import::fold::FOLDED;
use crate::import::reject_file::RejectFile;

/// Draws that a seed repeats.
pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }
}

const MAPPING: &str = "ledger = { name = 'x', origin = 'x', currency = { code = 'VND', exponent = 0 } }\n\
    source = { delimiter = ',', dates = 'YYYY-MM-DD*', amounts = { unit = 'minor' } }\n\
    office = { code = 'A', name = 'x', level = 'department', opened = '2000-01-01' }\n\
    columns = { case = 'id', activity = 'what', date = 'on', officer = 'who', amounts = ['sum'], texts = ['why'] }\n\
    officers = { role = 'enforcer' }\n\
    [[staff]]\nname = 'Lê Văn Đầu'\nrole = 'provincial_head'\n\
    [[activities.in]]\nkind = 'judgment_received'\ncourt = 'x'\ndate = { column = 'on' }\njudgment = 'civil'\n\
    [[activities.in]]\nkind = 'enforcement_ordered'\nbasis = 'proactive'\n\
    obligations = [{ kind = 'fine', payee = 'budget', amount = { column = 'sum' } }]\ndebtors = []\n\
    [[activities.raise]]\nkind = 'order_amended'\nobligation = 1\namount = { column = 'sum' }\n\
    [[activities.pay]]\nkind = 'payment_collected'\npayer = { debtor = 1 }\nmeans = 'cash'\namount = { column = 'sum' }\n\
    [[activities.pay]]\nkind = 'completed'\nwhen = 'paid_in_full'\n\
    [[activities.note]]\nkind = 'note_added'\ntext = { column = 'why' }\n";

/// What follows from the rows before, added to the first mapping.
const MORE: &str = "[[activities.deliver]]\nkind = 'remitted_to_budget'\nwhen = 'money_held'\namount = { state = 'held' }\n\
    note = { join = ['of ', { state = 'owed' }] }\n\
    [[activities.send]]\nkind = 'entrusted_out'\nwhen = 'open'\nto = { office = 'A' }\n\
    [[activities.appeal]]\nkind = 'complaint_received'\ncomplainant = { column = 'who' }\nclass = 1\nlevel = 1\n\
    note = { column = 'why' }\n\
    [[activities.resolve]]\nkind = 'complaint_resolved'\noutcome = 'dismissed'\n";

const HEADER: &str = "id,what,on,who,sum,why\n";

fn mapping() -> Mapping {
    Mapping::read(MAPPING).unwrap()
}

fn more() -> Mapping {
    Mapping::read(&format!("{MAPPING}{MORE}")).unwrap()
}

fn rows(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}{}\n", rows.join("\n")).into_bytes()
}

fn collected(target: &Memory) -> i128 {
    target.cases().values().map(|entries| case_at(entries, today()).cash.collected).sum()
}

#[test]
fn what_is_spelt_otherwise_is_the_same_row() {
    let mut target = empty();
    let first = rows(&["HỒ 1,in,2024-01-02,Đỗ Ân,1000,", "HỒ 1,pay,2024-01-03,Đỗ Ân,300,"]);
    let (summary, _) = import(&first, &mapping(), &mut target);
    assert_eq!((summary.recorded, summary.cases), (2, 1));
    let next = target.next();
    for others in [
        // Another order, leading zeros, a time of day, decomposed letters, an eth, spaces, what no eye can see.
        &["HỒ 1,pay,2024-01-03,Đỗ Ân,0300,", "HỒ 1,in,2024-01-02,Đỗ Ân,01000,"][..],
        &["HỒ 1,in,2024-01-01T23:00Z,Đỗ Ân,1000,", "HỒ 1,pay,2024-01-03 08:00,Đỗ Ân,300,"],
        &[
            "HO\u{302}\u{300} 1,in,2024-01-02,Đô\u{303} A\u{302}n,1000,",
            "HỒ\u{200b} 1,pay,2024-01-03,\u{d0}ỗ  Ân ,300, ",
        ],
    ] {
        let (again, rejects) = import(&rows(others), &mapping(), &mut target);
        assert_eq!((again.already_there, rejects), (2, vec![]), "{others:?}");
        assert_eq!(target.next(), next);
    }
}

#[test]
fn an_equal_row_is_named_and_counted_only_where_that_is_asked() {
    let whole = rows(&["1,in,2024-01-02,An,1000,", "1,pay,2024-01-03,An,300,", "1,pay,2024-01-03,An,300,"]);
    let parts = [
        rows(&["1,in,2024-01-02,An,1000,", "1,pay,2024-01-03,An,300,"]),
        rows(&["1,pay,2024-01-03,An,300,"]),
    ];
    let counted = Manner { count_doubtful: true, ..Manner::default() };
    for (manner, sum) in [(Manner::default(), 300), (counted, 600)] {
        let (mut one, mut both, mut singly) = (empty(), empty(), empty());
        let (of_one, rejects) = together(&[&whole], &mapping(), manner, &mut one);
        assert_eq!(of_one.doubtful + of_one.counted_again, 1);
        assert!(rejects.iter().all(|reject| reject.code == "doubtful" && reject.reason.contains("file 0:")));
        together(&[&parts[1], &parts[0]], &mapping(), manner, &mut both);
        together(&[&parts[0]], &mapping(), manner, &mut singly);
        let (_, rejects) = together(&[&parts[1]], &mapping(), manner, &mut singly);
        assert!(rejects.iter().all(|reject| reject.reason.contains("position ")), "{rejects:?}");
        assert_eq!([&one, &both, &singly].map(collected), [sum; 3]);
        // Whatever was taken of a file is there already when it is read again.
        for (target, files) in
            [(&mut one, &[&whole][..]), (&mut both, &[&parts[0], &parts[1]]), (&mut singly, &[&parts[1]])]
        {
            let next = target.next();
            let files: Vec<&[u8]> = files.iter().map(|file| file.as_slice()).collect();
            let (again, _) = together(&files, &mapping(), manner, target);
            assert_eq!((again.recorded, target.next()), (0, next));
        }
        same(&one, &both);
    }
}

#[test]
fn rejects_that_waited_for_their_case_finish_when_they_are_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects.csv");
    let parts = [
        rows(&["=1+1,in,2024-01-02,-An,1000,", "'2,in,2024-01-02,An,1000,"]),
        rows(&[
            "=1+1,pay,2024-01-04,-An,700,",
            "'2,pay,2024-01-03,An,300,",
            "'2,note,2024-01-03,An,,@x",
            "3,pay,x,An,1,",
        ]),
    ];
    let (mut target, mut in_order) = (empty(), empty());
    let (summary, rejects) = import(&parts[1], &mapping(), &mut target);
    assert_eq!((summary.rejected, summary.case_not_yet), (4, 3));
    let mut file = RejectFile::create(&path, &mapping()).unwrap();
    rejects.iter().for_each(|line| file.write(line).unwrap());
    file.finish().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for formula in [",=1+1", ",-An", ",@x"] {
        assert!(!text.contains(formula), "{formula} is a formula in {text}");
    }
    import(&parts[0], &mapping(), &mut target);
    let (finished, left) = import(text.as_bytes(), &mapping(), &mut target);
    assert_eq!((finished.recorded, finished.rejected, left[0].code), (3, 1, "date"));
    together(&[&parts[0], &parts[1]], &mapping(), Manner::default(), &mut in_order);
    same(&target, &in_order);
}

/// A file of rejects as spreadsheets save it is read as one; without some of its columns it is refused, and never read as a
/// source whose cells begin with apostrophes.
#[test]
fn a_file_of_rejects_is_known_however_a_spreadsheet_saved_it() {
    for (delimiter, encoding) in [(',', "utf-8"), (';', "utf-8"), ('\t', "latin-1")] {
        let toml = MAPPING.replace(
            "delimiter = ','",
            &format!("delimiter = {:?}, encoding = {encoding:?}", delimiter.to_string()),
        );
        assert_ne!(toml, MAPPING);
        let mapping = Mapping::read(&toml).unwrap();
        let ours = "row,column,value,reason,way_out,code,file,";
        let row = "3,amount,x,r,w,amount,a.csv,'=Caf\u{e9},pay,2024-01-03,Ren\u{e9},300,'-x\n";
        let spelt = |text: &str| text.replace(',', &delimiter.to_string());
        let own = HEADER.strip_suffix('\n').unwrap();
        let quoted = |text: &str| format!("\"{}\"\n", text.trim_end().replace(',', "\",\""));
        let mut source = spelt(
            &String::from_utf8(rows(&[
                "=Caf\u{e9},in,2024-01-02,Ren\u{e9},1000,",
                "=Caf\u{e9},pay,2024-01-03,Ren\u{e9},300,-x",
            ]))
            .unwrap(),
        )
        .into_bytes();
        if encoding == "latin-1" {
            source = String::from_utf8(source)
                .unwrap()
                .chars()
                .map(|one| u8::try_from(u32::from(one)).unwrap())
                .collect();
        }
        let whole = format!("{ours}{own}\n{row}");
        for text in [
            whole.clone(),
            format!("\u{feff}{whole}"),
            quoted(&format!("{ours}{own}")) + &quoted(row),
            whole.replacen("row", "\"row\"", 1),
            whole.replacen("column,", " column ,", 1),
        ] {
            let mut target = empty();
            import(&source, &mapping, &mut target);
            let (again, rejects) = import(spelt(&text).as_bytes(), &mapping, &mut target);
            assert_eq!((again.rows, again.doubtful), (1, 1), "{text:?}: {rejects:?}");
            assert_eq!(collected(&target), 300, "{text:?}");
        }
        for without in [1, 4, 6] {
            let cut = |line: &str| line.splitn(without + 1, ',').last().unwrap().to_owned();
            let text = spelt(&format!("{}\n{}", cut(&format!("{ours}{own}")), cut(row)));
            let refused = take_in(
                inputs(&[text.as_bytes()]),
                &mapping,
                &mut empty(),
                Manner::default(),
                &mut Kept::default(),
            );
            let said = refused.unwrap_err().to_string();
            assert!(said.contains("without its columns row"), "{text:?}: {said}");
        }
    }
    // Names that others use too.
    let text = format!("row,value,{HEADER}1,2,1,in,2024-01-02,An,1000,\n");
    assert_eq!(import(text.as_bytes(), &mapping(), &mut empty()).0.recorded, 1);
}

#[test]
fn nothing_that_the_import_made_up_is_flagged() {
    let by_case = ["1,in,2024-05-02,An,1000,", "2,in,2024-01-02,An,1000,"];
    let mut flags = Vec::new();
    for order in [[0, 1], [1, 0]] {
        let mut singly = empty();
        let mut one = 0;
        for at in order {
            one += import(&rows(&[by_case[at]]), &mapping(), &mut singly).0.flagged;
        }
        let text = rows(&order.map(|at| by_case[at]));
        flags.extend([one, import(&text, &mapping(), &mut empty()).0.flagged]);
    }
    assert!(flags.iter().all(|count| *count == flags[0]), "{flags:?}");
}

/// Of one day the mapping's order counts, however the rows stand; a payment of 0 meets a debt of 0, and only a payment.
#[test]
fn one_day_is_ordered_by_the_mapping_and_a_debt_of_nothing_is_met_by_a_payment_of_nothing() {
    let status = |all: &[&str]| {
        let mut target = empty();
        import(&rows(all), &mapping(), &mut target);
        case_at(target.cases().values().next().unwrap(), today()).status
    };
    let raised = ["1,pay,2024-01-03,An,300,", "1,raise,2024-01-03,An,400,", "1,in,2024-01-03,An,300,"];
    assert!(matches!(status(&raised), CaseStatus::Open(_)));
    let nothing = ["1,in,2024-01-03,An,0,", "1,note,2024-01-04,An,,x"];
    assert!(matches!(status(&nothing), CaseStatus::Open(_)));
    let met = ["1,in,2024-01-03,An,0,", "1,pay,2024-01-04,An,0,"];
    assert!(matches!(status(&met), CaseStatus::Finished { how: Finish::Completed, .. }));
}

#[test]
fn nothing_is_recorded_where_no_row_is_taken() {
    let mut target = empty();
    let (summary, rejects) =
        import(&rows(&["1,pay,2024-01-03,An,300,", "1,in,2024-01-03,An,x,"]), &mapping(), &mut target);
    assert_eq!((summary.rejected, rejects.len(), target.next()), (2, 2, empty().next()));
}

/// A payment that comes in later completes the case on its day; what had followed without it is voided and stays in the log.
#[test]
fn what_followed_is_derived_anew_where_a_row_comes_late() {
    let (mut target, mut in_order) = (empty(), empty());
    let early = ["1,in,2024-01-02,An,1000,", "1,pay,2024-01-05,An,300,", "1,deliver,2024-01-08,An,,"];
    let late = ["1,pay,2024-01-04,An,700,"];
    import(&rows(&early), &more(), &mut target);
    let before = target.cases().values().next().unwrap().len();
    let dry = Manner { dry_run: true, ..Manner::default() };
    let (dry, _) = together(&[&rows(&late)], &more(), dry, &mut target);
    let (summary, _) = import(&rows(&late), &more(), &mut target);
    assert_eq!((summary.derived_anew, summary.came_late), (1, 0));
    assert_eq!(dry, Summary { dry_run: true, ..summary });
    together(&[&rows(&early), &rows(&late)], &more(), Manner::default(), &mut in_order);
    assert_eq!(status(&target), status(&in_order));
    let entries = target.cases().values().next().unwrap();
    let added: Vec<&str> = entries[before..].iter().map(|entry| entry.event.info().name).collect();
    assert_eq!(
        added,
        ["entry_voided", "payment_collected", "completed", "remitted_to_budget", "row_imported"]
    );
    // The same file again finds all of it there.
    let next = target.next();
    let (again, _) = import(&rows(&late), &more(), &mut target);
    assert_eq!((again.already_there, target.next()), (1, next));
}

/// What a row costs does not grow with the rows of its case before it: each entry is folded twice, for what its row asks and
/// for the law. A row that comes late has the whole case folded, and a case of many late rows is folded as often.
#[test]
fn the_rows_of_one_case_are_folded_once() {
    let pay = |day: u32| format!("1,pay,2024-{:02}-{:02},An,1,", 2 + day / 28, 1 + day % 28);
    let file = |first: &[&str], days: &mut dyn Iterator<Item = u32>| {
        let pays: Vec<String> = days.map(pay).collect();
        rows(&first.iter().copied().chain(pays.iter().map(String::as_str)).collect::<Vec<_>>())
    };
    let first = ["1,in,2024-01-02,An,1000,"];
    let entries = |target: &Memory| target.cases().values().next().unwrap().len();
    let mut target = empty();
    FOLDED.set(0);
    import(&file(&first, &mut (0..100)), &mapping(), &mut target);
    assert_eq!(entries(&target), 2 + 1 + 2 * 100);
    assert!(FOLDED.get() <= 2 * entries(&target), "{} folded", FOLDED.get());
    // Every second row comes after the others.
    let mut target = empty();
    import(&file(&first, &mut (0..100).step_by(2)), &mapping(), &mut target);
    FOLDED.set(0);
    let (summary, _) = import(&file(&[], &mut (1..100).step_by(2)), &mapping(), &mut target);
    assert_eq!(summary.derived_anew, 50);
    assert!(FOLDED.get() <= 50 * 4 * entries(&target), "{} folded", FOLDED.get());
}

/// Complaints that came out of their order are resolved in it, also by a row that goes behind all; none is begun twice.
#[test]
fn a_complaint_that_came_late_is_resolved_first() {
    // A result before both, which belongs to none, and without it.
    for (early, left) in [(&["1,resolve,2024-01-04,An,,"][..], &[0, 2, 2][..]), (&[], &[1, 2])] {
        let first = ["1,in,2024-01-02,An,1000,", "1,appeal,2024-01-05,An,,b"];
        let files = [
            rows(&[&first, early].concat()),
            rows(&["1,appeal,2024-01-03,An,,a"]),
            rows(&["1,resolve,2024-01-06,An,,"]),
        ];
        let (mut target, mut in_order) = (empty(), empty());
        for file in &files {
            import(file, &more(), &mut target);
        }
        together(&[&files[0], &files[1], &files[2]], &more(), Manner::default(), &mut in_order);
        assert_eq!(status(&target), status(&in_order));
        let status: Vec<usize> = target.complaints().values().map(|entries| acts(entries).count()).collect();
        assert_eq!(status, left);
    }
}

/// A file is its rows: which row of equal ones is whose does not depend on what else is imported with it, and a file that is
/// given twice is one.
#[test]
fn equal_rows_are_counted_once_for_each_file_in_whatever_company() {
    let x = "1,pay,2024-01-03,An,100,";
    let first = rows(&["1,in,2024-01-02,An,10000,"]);
    let a = rows(&[x, "1,note,2024-01-04,An,,a"]);
    let b = rows(&[x, "1,note,2024-01-04,An,,b"]);
    let thrice = rows(&[x, x, x]);
    let counted = Manner { count_doubtful: true, ..Manner::default() };
    for (imports, sum) in [
        (&[&[&a][..], &[&b], &[&a, &b]][..], 200),
        (&[&[&b], &[&a], &[&b, &a]], 200),
        (&[&[&a, &b], &[&b], &[&a]], 200),
        (&[&[&thrice], &[&thrice]], 300),
        (&[&[&thrice, &thrice], &[&thrice]], 300),
        (&[&[&thrice, &a, &thrice], &[&a]], 400),
    ] {
        let mut target = empty();
        import(&first, &mapping(), &mut target);
        for files in imports {
            let files: Vec<&[u8]> = files.iter().map(|file| file.as_slice()).collect();
            let before = collected(&target);
            let (summary, _) = together(&files, &mapping(), counted, &mut target);
            assert_eq!(summary.rejected, 0);
            assert!(summary.recorded > 0 || collected(&target) == before, "{summary:?}");
        }
        assert_eq!(collected(&target), sum);
    }
    // What was doubtful beside another file is taken where that is asked later.
    let mut target = empty();
    import(&first, &mapping(), &mut target);
    let (summary, _) = together(&[&a, &b], &mapping(), Manner::default(), &mut target);
    assert_eq!((summary.doubtful, collected(&target)), (1, 100));
    for file in [&a, &b, &a, &b] {
        together(&[file], &mapping(), counted, &mut target);
    }
    assert_eq!(collected(&target), 200);
}

/// Where what followed stands, nothing is made up from how the case stood on the row's day: what was held then may have been
/// paid over since.
#[test]
fn a_late_row_pays_nothing_over_twice() {
    let early = rows(&["1,in,2024-01-02,An,100,", "1,pay,2024-02-01,An,100,", "1,deliver,2024-02-01,An,,"]);
    for late in ["1,deliver,2024-01-10,An,,", "1,pay,2024-01-10,An,40,", "1,pay,2024-01-10,An,100,"] {
        let mut target = empty();
        import(&early, &more(), &mut target);
        let id = target.cases().keys().next().unwrap().clone();
        target.act(&id, "note_added", serde_json::json!({ "text": "x" }));
        let (summary, _) = import(&rows(&[late]), &more(), &mut target);
        assert_eq!((summary.recorded, summary.derived_anew, summary.came_late), (1, 0, 1), "{late}");
        let case = case_at(&target.cases()[&id], Date::MAX);
        assert_eq!((case.cash.remitted, case.cash.overdrawn), (100, 0), "{late}");
    }
}

/// What another case took over stands there as it was sent: no row changes it here, whether it is derived anew, comes late
/// behind what somebody did, or goes behind all that is there. What changes nothing of it is taken; so is all of it once the
/// taking over is voided.
#[test]
fn a_row_changes_nothing_that_another_case_took_over() {
    let early = rows(&["1,in,2024-01-02,An,10000,", "1,pay,2024-02-01,An,4000,", "1,send,2024-03-01,An,,"]);
    let taking = serde_json::json!({ "brought": { "from": "A/2024/0001", "basis": "proactive", "judgment": "civil",
        "obligations": [{ "kind": "fine", "payee": "budget", "amount": 10000 }], "debtors": [] } });
    for (acted, late) in [
        (false, "1,deliver,2024-02-02,An,,"),
        (false, "1,pay,2024-02-15,An,6000,"),
        (false, "1,raise,2024-02-01,An,25000,"),
        (false, "1,in,2024-01-01,An,7000,"),
        (true, "1,raise,2024-02-01,An,25000,"),
        (true, "1,in,2024-01-01,An,7000,"),
    ] {
        let mut target = empty();
        import(&early, &more(), &mut target);
        let (sent, taken) = ("A/2024/0001".parse().unwrap(), "A/2024/0009".parse().unwrap());
        if acted {
            target.act(&sent, "note_added", serde_json::json!({ "text": "x" }));
        }
        let went = case_at(&target.cases()[&sent], Date::MAX).sent_over();
        target.act(&taken, "entrusted_in", taking.clone());
        let stood = target.cases().clone();
        let (summary, rejects) = import(&rows(&[late]), &more(), &mut target);
        assert_eq!(
            (summary.recorded, summary.rejected, summary.taken_over),
            (0, 1, 1),
            "{acted} {late} {rejects:?}"
        );
        assert_eq!((rejects[0].code, target.cases()), ("taken_over", &stood), "{acted} {late} {rejects:?}");
        assert!(rejects[0].reason.contains("A/2024/0009"), "{}", rejects[0].reason);
        let (summary, rejects) = import(&rows(&["1,note,2024-02-01,An,,seen"]), &more(), &mut target);
        assert_eq!((summary.recorded, summary.rejected), (1, 0), "{acted} {late} {rejects:?}");
        assert_eq!(case_at(&target.cases()[&sent], Date::MAX).sent_over(), went);
        let entry = target.cases()[&taken][0].position;
        target.act(&taken, "entry_voided", serde_json::json!({ "entry": entry, "authority": "x" }));
        let (summary, rejects) = import(&rows(&[late]), &more(), &mut target);
        assert_eq!((summary.recorded, summary.rejected), (1, 0), "{acted} {late} {rejects:?}");
    }
}

/// What was taken over once is taken over by no other row, of the same import or of a later one.
#[test]
fn a_case_is_taken_over_once() {
    let takes = "[[activities.take]]\nkind = 'judgment_received'\ncourt = 'x'\ndate = { column = 'on' }\njudgment = 'civil'\n\
        [[activities.take]]\nkind = 'entrusted_in'\nbrought = { from = 'A/2024/0001', basis = 'proactive', judgment = 'civil', \
        obligations = [{ kind = 'fine', payee = 'budget', amount = { column = 'sum' } }], debtors = [] }\n";
    let mapping = Mapping::read(&format!("{MAPPING}{MORE}{takes}")).unwrap();
    let mut target = empty();
    let first = ["1,in,2024-01-02,An,10000,", "1,send,2024-03-01,An,,", "2,take,2024-03-05,An,10000,"];
    let (summary, rejects) =
        import(&rows(&[first[0], first[1], first[2], "3,take,2024-03-06,An,10000,"]), &mapping, &mut target);
    assert_eq!((summary.recorded, summary.taken_over), (3, 1), "{rejects:?}");
    assert!(rejects[0].row == 5 && rejects[0].reason.contains("A/2024/0001"), "{rejects:?}");
    let stood = target.cases().clone();
    let (summary, rejects) = import(&rows(&["4,take,2024-03-07,An,99999,"]), &mapping, &mut target);
    assert_eq!((summary.recorded, summary.taken_over, target.cases()), (0, 1, &stood), "{rejects:?}");
}

/// A row before what somebody did on the case is late, too.
#[test]
fn a_row_before_what_somebody_did_came_late() {
    let mut target = empty();
    import(&rows(&["1,in,2024-01-02,An,100,"]), &more(), &mut target);
    let id = target.cases().keys().next().unwrap().clone();
    let payment = serde_json::json!({ "payer": { "debtor": 1 }, "amount": 100, "means": "cash" });
    target.act(&id, "payment_collected", payment);
    let (summary, _) = import(&rows(&["1,pay,2024-01-10,An,100,"]), &more(), &mut target);
    assert_eq!((summary.recorded, summary.came_late), (1, 1));
    assert!(matches!(case_at(&target.cases()[&id], Date::MAX).status, CaseStatus::Open(_)));
}

/// Where somebody has acted on the case, or the mapping says something else now, nothing but the row is added, and that is
/// said.
#[test]
fn what_somebody_has_done_is_not_derived_away() {
    let early = ["1,in,2024-01-02,An,1000,", "1,pay,2024-01-05,An,1000,"];
    let late = rows(&["1,pay,2024-01-04,An,1000,"]);
    let other =
        Mapping::read(&format!("{MAPPING}{MORE}").replace("means = 'cash'", "means = 'transfer'")).unwrap();
    let same = more();
    for acted in [true, false] {
        let mut target = empty();
        import(&rows(&early), &more(), &mut target);
        let id = target.cases().keys().next().unwrap().clone();
        if acted {
            target.act(&id, "note_added", serde_json::json!({ "text": "x" }));
        }
        let stood = target.cases()[&id].clone();
        let (summary, _) = import(&late, if acted { &same } else { &other }, &mut target);
        assert_eq!((summary.recorded, summary.derived_anew, summary.came_late), (1, 0, 1));
        assert_eq!(target.cases()[&id][..stood.len()], stood[..]);
        assert!(target.cases()[&id].iter().all(|entry| entry.event.body.repairs().is_none()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rows of two cases, cut in files that are given one after the other in any order, come to what they come to together.
    #[test]
    fn files_given_singly_come_to_what_they_come_to_together(
        drawn in prop::collection::vec((0..2, prop::sample::select(ACTIVITIES), 1..6, 0..3, 1..4), 1..14),
        cuts in prop::collection::vec(1_usize..4, 14),
        seed in any::<u64>(),
    ) {
        let mut texts: Vec<String> = (0..2).map(|case| format!("{case},in,2024-01-02,An,1000,\n")).collect();
        for (at, (case, what, day, sum, who)) in drawn.into_iter().enumerate() {
            texts.push(format!("{case},{what},2024-01-0{day},Officer {who},{}00,row {at}\n", sum * 5));
        }
        let in_order: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let (mut together, mut target) = (empty(), empty());
        singly(HEADER.as_bytes(), std::slice::from_ref(&in_order), &more(), &mut together);
        let mut shuffled = in_order;
        Draws(seed).shuffle(&mut shuffled);
        let mut files = Vec::new();
        for size in cuts.into_iter().cycle() {
            if shuffled.is_empty() {
                break;
            }
            files.push(shuffled.drain(..size.min(shuffled.len())).collect());
        }
        let summaries = singly(HEADER.as_bytes(), &files, &more(), &mut target);
        prop_assert!(summaries.iter().all(|summary| summary.came_late == 0));
        prop_assert_eq!(status(&target), status(&together));
    }
}

const ACTIVITIES: &[&str] = &["raise", "pay", "note", "deliver", "send", "appeal", "resolve"];
