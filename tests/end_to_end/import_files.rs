//! The files of an import: what is read is never written, whatever its name, and nothing is left behind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::fines::{HEADER, mapping};
use crate::support::{Folder, Ran, Server, THADS, head, thads};

const ROW: &str = "A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n";

fn rows(folder: &Folder) -> PathBuf {
    let path = folder.data.with_extension("csv");
    fs::write(&path, format!("{HEADER}{ROW}")).unwrap();
    path
}

fn import(data: &Path, rows: &Path, mapping: &Path, rejects: &Path) -> Ran {
    let [rows, mapping, rejects] = [rows, mapping, rejects].map(|path| path.display().to_string());
    let args = ["--lang", "en", "--quiet", "import", &rows, "--mapping", &mapping, "--rejects", &rejects];
    thads(data, &args)
}

/// A pipe without a writer, by the shell: the tests link no library that makes one.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn the_rejects_never_take_the_place_of_what_is_read() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let (rows, own_mapping) = (rows(&folder), at("mapping.toml"));
    fs::copy(mapping(), &own_mapping).unwrap();
    fs::write(at("letter"), "Dear all,\n").unwrap();
    symlink(&rows, at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    fs::hard_link(&rows, at("hard")).unwrap();
    fs::hard_link(&own_mapping, at("hard.toml")).unwrap();
    pipe(&at("pipe"));
    let before = [&rows, &own_mapping, &at("letter")].map(|path| fs::read(path).unwrap());
    let (input, own) = ("the file that is imported", "the mapping");
    for (rejects, said) in [
        (rows.clone(), input),
        (at("link"), input),
        (at("hard"), input),
        (own_mapping.clone(), own),
        (at("hard.toml"), own),
        (at("letter"), "a file that holds no rejects"),
        (at("pipe"), "no plain file"),
        (at("dangling"), "dangling"),
        (at("no/folder"), "/no:"),
    ] {
        for dry in [&[][..], &["--dry-run"]] {
            let [rows, mapping, rejects] =
                [&rows, &own_mapping, &rejects].map(|path| path.display().to_string());
            let mut args =
                vec!["--lang", "en", "import", &rows, "--mapping", &mapping, "--rejects", &rejects];
            args.extend(dry);
            let ran = thads(&folder.data, &args);
            assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{rejects}: {ran:?}");
            assert!(ran.err.contains("--rejects") && ran.err.contains("Hint:"), "{}", ran.err);
            assert!(ran.err.contains(said), "{rejects}: {}", ran.err);
            assert!(!folder.data.exists(), "{rejects}: nothing is founded");
        }
    }
    let after = [&rows, &own_mapping, &at("letter")].map(|path| fs::read(path).unwrap());
    assert_eq!(before, after);
    // Rejects of an earlier import are replaced.
    import(&folder.data, &rows, &own_mapping, &at("rejects")).ok();
    import(&folder.data, &rows, &own_mapping, &at("rejects")).ok();
    // Rejects that are imported are an input like any other.
    fs::write(at("rejects"), format!("row,column,value,reason,way_out,code,file,{HEADER},,,,,,,{ROW}"))
        .unwrap();
    let there = fs::read(at("rejects")).unwrap();
    let ran = import(&folder.data, &at("rejects"), &own_mapping, &at("rejects"));
    assert!(ran.status == 1 && ran.err.contains(input), "{ran:?}");
    assert_eq!(fs::read(at("rejects")).unwrap(), there);
    // A file of the ledger is none, by its own name or another.
    let segment = fs::read_dir(folder.data.join("wal")).unwrap().next().unwrap().unwrap().path();
    fs::hard_link(&segment, at("segment")).unwrap();
    for rejects in [segment, at("segment"), folder.data.join("rejects"), folder.data.join("wal/rejects")] {
        let ran = import(&folder.data, &rows, &own_mapping, &rejects);
        assert!(ran.status == 1 && ran.err.contains("ledger"), "{rejects:?}: {ran:?}");
    }
    thads(&folder.data, &["verify"]).ok();
}

#[test]
fn a_pipe_is_read_once_and_one_that_nobody_writes_to_is_refused() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    pipe(&at("rows"));
    let writer = {
        let (path, text) = (at("rows"), format!("{HEADER}{ROW}"));
        std::thread::spawn(move || fs::write(path, text).unwrap())
    };
    import(&folder.data, &at("rows"), &mapping(), &at("rejects")).ok();
    writer.join().unwrap();
    assert_eq!(thads(&folder.data, &["--quiet", "cases"]).ok().out.lines().count(), 1);
    for (rows, mapping) in
        [(at("rows"), mapping()), (rows(&folder), at("rows")), ("/dev/zero".into(), mapping())]
    {
        let ran = import(&at("none"), &rows, &mapping, &at("rejects"));
        assert!(ran.status == 1 && ran.err.contains("Hint:"), "{rows:?}: {ran:?}");
        assert!(!at("none").exists());
    }
}

#[test]
fn an_import_that_is_broken_off_leaves_nothing_among_the_temporary_files() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    fs::create_dir(at("tmp")).unwrap();
    pipe(&at("rows"));
    let mut importing = Command::new(THADS)
        .env("TMPDIR", at("tmp"))
        .arg("--data")
        .arg(&folder.data)
        .arg("import")
        .arg(at("rows"))
        .arg("--mapping")
        .arg(mapping())
        .arg("--rejects")
        .arg(at("rejects"))
        .arg("--dry-run")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Held open: the import waits for more rows.
    let held = fs::OpenOptions::new().write(true).open(at("rows")).unwrap();
    let left = || fs::read_dir(at("tmp")).unwrap().count();
    while left() == 0 {
        assert_eq!(importing.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let id = importing.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    importing.wait().unwrap();
    drop(held);
    assert_eq!((left(), at("rejects").exists(), folder.data.exists()), (0, false, false));
}

/// Of what lies among the temporary files only what the program itself made there is a leftover, not what bears such a name.
#[test]
fn a_killed_import_is_cleared_away_and_folders_with_such_names_stay() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let temporary = at("tmp");
    let own =
        ["import-2024", "dry-run-2024", "sled-before-doctor", "rejects-0123456789abcdef", "init-letters"];
    let own = own.map(|name| temporary.join(format!("thads-{name}")));
    for folder in &own {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("file"), "mine").unwrap();
    }
    let importing = |rows: &Path, more: &[&str]| {
        let mut command = Command::new(THADS);
        command.env("TMPDIR", &temporary).arg("--data").arg(&folder.data).arg("import").arg(rows);
        command.arg("--mapping").arg(mapping()).arg("--rejects").arg(at("rejects")).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    pipe(&at("rows"));
    let mut killed = importing(&at("rows"), &["--dry-run"]).spawn().unwrap();
    let held = fs::OpenOptions::new().write(true).open(at("rows")).unwrap();
    let count = || fs::read_dir(&temporary).unwrap().count();
    let ledger = || {
        let mut all = fs::read_dir(&temporary).unwrap().flatten();
        all.any(|one| one.path().join("ledger/wal").exists())
    };
    while !ledger() {
        assert_eq!(killed.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    drop(held);
    assert!(count() > own.len());
    // The file that is imported lies in such a folder itself.
    let rows = own[0].join("rows.csv");
    fs::write(&rows, format!("{HEADER}{ROW}")).unwrap();
    for more in [&["--dry-run"][..], &[]] {
        assert!(importing(&rows, more).status().unwrap().success());
    }
    let verify = Command::new(THADS)
        .env("TMPDIR", &temporary)
        .arg("--data")
        .arg(&folder.data)
        .arg("verify")
        .output()
        .unwrap();
    assert!(verify.status.success(), "{verify:?}");
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(left.len(), own.len(), "{left:?}");
    assert!(rows.exists() && own.iter().all(|folder| folder.join("file").exists()), "{left:?}");
}

#[test]
fn an_import_that_takes_no_row_founds_nothing() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let text = |rows: &str| format!("{HEADER}{rows}");
    for (text, said) in [
        (String::new(), "empty"),
        ("a,b\n1,2\n".to_owned(), "no column"),
        (text("A1,Payment,2008-01-02,,,,100,,,,\n"), "more than half"),
        (text("A1,Create Fine,2008-01-02,1,,,,157,NIL,A,\n"), "more than half"),
    ] {
        fs::write(at("rows"), text).unwrap();
        let ran = import(&folder.data, &at("rows"), &mapping(), &at("rejects"));
        assert!(ran.status == 1 && ran.err.contains(said), "{ran:?}");
        assert!(!folder.data.exists());
        let _ = fs::remove_file(at("rejects"));
    }
    let init = [
        "init",
        "--name",
        "Sổ",
        "--origin",
        "o.example/x",
        "--office",
        "A",
        "--office-name",
        "B",
        "--head",
        "C",
    ];
    thads(&folder.data, &init).ok();
}

#[test]
fn a_ledger_that_an_import_founded_goes_on_by_its_head_and_its_administrator() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let [rows, mapping] = [rows(&folder), mapping()].map(|path| path.display().to_string());
    let args = ["import", &rows, "--mapping", &mapping, "--administrator", "Quản Trị"];
    thads(&folder.data, &args).ok();
    // The staff of the mapping is appointed first: the head is 1, the administrator 2.
    let mut actions = String::new();
    for (number, actor) in [(20, 1), (21, 2)] {
        actions += &format!(
            r#"{{"stream":"officer:{number}","kind":"officer_appointed","number":{number},"office":1,"role":"enforcer","person":{{"name":"Ân"}},"actor":{actor}}}"#
        );
        actions.push('\n');
    }
    actions += r#"{"case":"POLIZIA/2008/0001","kind":"note_added","text":"x","actor":20}"#;
    fs::write(at("actions"), actions).unwrap();
    thads(&folder.data, &["record", &at("actions").display().to_string()]).ok();
    thads(&folder.data, &["verify"]).ok();
}

/// What an import is told of people counts or is refused, and what it could not do as a reader expects it is said.
#[test]
fn what_an_import_is_told_counts_and_what_it_could_not_do_is_said() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let text = fs::read_to_string(mapping()).unwrap();
    let staff = "[[staff]]\nname = \"Comandante\"\nrole = \"provincial_head\"\n";
    let (with_staff, headless, dollars) = (at("with.toml"), at("headless.toml"), at("dollars.toml"));
    fs::write(&with_staff, &text).unwrap();
    fs::write(&headless, text.replace(staff, "")).unwrap();
    fs::write(&dollars, text.replace("code = \"EUR\"", "code = \"USD\"")).unwrap();
    let written = |name: &str, rows: &str| {
        fs::write(at(name), format!("{HEADER}{rows}")).unwrap();
        at(name).display().to_string()
    };
    let rows = written("rows", ROW);
    let import = |data: &str, rows: &str, mapping: &Path, more: &[&str]| {
        let mapping = mapping.display().to_string();
        let mut args = vec!["--lang", "en", "import", rows, "--mapping", &mapping];
        args.extend(more);
        thads(&at(data), &args)
    };
    let heads = |data: &str| {
        let log = thads(&at(data), &["--json", "log"]).ok().json_lines();
        log.iter().filter(|record| record["fields"]["role"] == "provincial_head").count()
    };

    let none = import("none", &rows, &headless, &[]).ok();
    assert!(none.err.contains("has no head") && heads("none") == 0, "{none:?}");
    let one = import("one", &rows, &headless, &["--head", "Trần Thị A"]).ok();
    assert!(!one.err.contains("has no head") && heads("one") == 1, "{one:?}");
    import("same", &rows, &with_staff, &["--head", " Comandante"]).ok();
    assert_eq!(heads("same"), 1, "a name of the mapping is one person");
    import("role", &rows, &with_staff, &["--administrator", "Comandante"]).ok();
    assert_eq!(heads("role"), 0, "and what is said here counts");
    for option in ["--head", "--administrator"] {
        let refused = import("refused", &rows, &with_staff, &[option, "\u{200b} "]);
        assert!(refused.status == 1 && refused.err.contains(&option[2..]), "{refused:?}");
        assert!(!at("refused").exists());
    }

    let other = import("one", &rows, &dollars, &[]);
    assert!(other.status == 1 && other.err.contains("EUR") && other.err.contains("USD"), "{other:?}");

    let some =
        written("some", &format!("{ROW}{}A9,Create Fine,x,1,3500,,,157,NIL,A,\n", ROW.replace("A1", "A2")));
    let lost = import("lost", &some, &with_staff, &[]);
    assert!(lost.status == 1 && lost.err.contains("1 rows were rejected and noted down nowhere"), "{lost:?}");
    let rejects = at("rejects").display().to_string();
    import("lost", &some, &with_staff, &["--rejects", &rejects]).ok();

    let later = written("later", "A1,Payment,2008-03-02,,,,3500,,,,\n");
    let earlier = written("earlier", "A1,Send Fine,2008-02-02,,,1350,,,,,\n");
    assert!(!import("one", &later, &headless, &[]).ok().err.contains("later rows of their cases"));
    let late = import("one", &earlier, &headless, &[]).ok();
    assert!(late.err.contains("1 rows came after later rows of their cases"), "{late:?}");
}

/// Every file of a folder: its bytes and when it was last written.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, there) = (entry.path(), entry.metadata().unwrap());
        if there.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), (fs::read(path).unwrap(), there.modified().unwrap()));
        }
    }
    all
}

#[test]
fn a_dry_run_leaves_every_file_as_it_is_and_needs_no_lock() {
    let whole = Folder::new();
    import(&whole.data, &rows(&whole), &mapping(), &whole.data.with_file_name("rejects")).ok();
    let dry = |data: &Path| {
        let more = data.with_extension("more");
        fs::write(&more, format!("{HEADER}A2,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n")).unwrap();
        let [more, mapping] = [more, mapping()].map(|path| path.display().to_string());
        thads(data, &["--json", "import", &more, "--mapping", &mapping, "--dry-run"])
    };
    for damage in ["nothing", "lock", "no copy", "cut", "server"] {
        let folder = Folder::copy_of(&whole.data);
        let data = &folder.data;
        let segment = || fs::read_dir(data.join("wal")).unwrap().next().unwrap().unwrap().path();
        let server = (damage == "server").then(|| Server::start(data));
        match damage {
            "lock" => fs::write(data.join("LOCK"), "12345\n").unwrap(),
            "no copy" => fs::remove_dir_all(data.join("sled")).unwrap(),
            "cut" => fs::File::options().write(true).open(segment()).unwrap().set_len(2000).unwrap(),
            _ => {}
        }
        let before = files(data);
        let ran = dry(data);
        assert!(files(data) == before, "{damage}: {ran:?}");
        if damage != "cut" {
            assert_eq!(ran.ok().json()["import"]["recorded"], 1, "{damage}");
        }
        drop(server);
    }
}

/// What a mapping says of the ledger and its offices is held against one that is there.
#[test]
fn a_mapping_of_another_ledger_or_office_records_nothing() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    import(&folder.data, &rows(&folder), &mapping(), &at("rejects")).ok();
    fs::write(at("more"), format!("{HEADER}A2,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n")).unwrap();
    let (text, before) = (fs::read_to_string(mapping()).unwrap(), head(&folder.data));
    for (field, there, said) in [
        ("[ledger] origin", "fines.example/road-traffic", "fines.example/other"),
        ("[ledger] name", "Road traffic fines", "Other fines"),
        ("code", "code = \"POLIZIA\"", "code = \"POLIZIA2\""),
        ("office POLIZIA name", "Polizia locale", "Polizia di altri"),
        ("office POLIZIA level", "level = \"sub_department\"    #", "level = \"department\" #"),
        ("office POLIZIA opened", "opened = \"2000-01-01\"", "opened = \"2001-01-01\""),
    ] {
        assert!(text.contains(there), "{there}");
        fs::write(at("other.toml"), text.replace(there, said)).unwrap();
        let ran = import(&folder.data, &at("more"), &at("other.toml"), &at("rejects"));
        assert!(
            ran.status == 1 && ran.err.contains(field) && ran.err.contains("--data DIR"),
            "{field}: {ran:?}"
        );
        assert_eq!(head(&folder.data), before, "{field}");
    }
    import(&folder.data, &at("more"), &mapping(), &at("rejects")).ok();
}

#[test]
fn a_file_whose_rows_are_not_seen_is_no_import_of_nothing() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let header = HEADER.trim_end();
    let rows = [at("rows").display().to_string(), mapping().display().to_string()];
    let args = ["--lang", "en", "import", &rows[0], "--mapping", &rows[1]];
    // The last column is none of the mapping's: all else of the file lies in its header.
    fs::write(at("rows"), format!("{header},more\n{ROW}").replace('\n', "\r")).unwrap();
    let ran = thads(&folder.data, &args);
    assert!(
        ran.status == 1 && ran.err.contains("carriage return") && ran.err.contains("LF or CRLF"),
        "{ran:?}"
    );
    fs::write(at("rows"), format!("{header}\r\n")).unwrap();
    let ran = thads(&folder.data, &args).ok();
    assert!(ran.err.contains("rows: it holds a header and no row"), "{ran:?}");
}

/// Rejects of another import, which may be corrected by hand, are never replaced; those of the same rows are.
#[test]
fn rejects_of_another_import_are_not_lost() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let broken = "A2,Create Fine,x,1,3500,,,157,NIL,A,\n";
    fs::write(at("one"), format!("{HEADER}{ROW}{broken}A3,\"Create\n")).unwrap();
    fs::write(at("two"), format!("{HEADER}A4,Payment,x,,,,100,,,,\n{}", ROW.replace("A1", "A5"))).unwrap();
    fs::write(at("unreadable"), "a,b\n").unwrap();
    let take = |rows: &str| import(&folder.data, &at(rows), &mapping(), &at("rejects"));
    for _ in 0..2 {
        let ran = take("one");
        assert!(ran.err.contains("more than half"), "replaced by those of the same rows: {ran:?}");
    }
    let written = fs::read_to_string(at("rejects")).unwrap();
    assert_eq!(written.lines().count(), 3, "{written}");
    let corrected = written.replace(",x,1,3500", ",2008-01-02,1,3500");
    for (rows, there, said) in [
        ("two", &written, "holds 2 rejects of another import"),
        ("one", &corrected, "holds 1 rejects of another import"),
        ("unreadable", &corrected, "no column"),
    ] {
        fs::write(at("rejects"), there).unwrap();
        let ran = take(rows);
        assert!(
            ran.status == 1 && ran.err.contains(said) && ran.err.contains("nothing was recorded"),
            "{ran:?}"
        );
        assert_eq!(fs::read_to_string(at("rejects")).unwrap(), *there);
        assert_eq!(thads(&folder.data, &["--quiet", "cases"]).ok().out.lines().count(), 1);
    }
    // The same cells under other headers are another row.
    let (header, cells) = written.split_once('\n').unwrap();
    let (before, [behind, last]) = match header.rsplitn(3, ',').collect::<Vec<_>>()[..] {
        [last, behind, before] => (before, [behind, last]),
        _ => panic!("{header}"),
    };
    let exchanged = format!("{before},{last},{behind}\n{cells}");
    fs::write(at("rejects"), &exchanged).unwrap();
    let ran = take("one");
    assert!(ran.status == 1 && ran.err.contains("holds 2 rejects of another import"), "{ran:?}");
    assert_eq!(fs::read_to_string(at("rejects")).unwrap(), exchanged);
}
