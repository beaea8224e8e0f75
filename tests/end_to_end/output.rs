//! What cannot be written is exit 1, answers and remarks, for every command; a reader that is gone is no failure. What is printed
//! steers no terminal.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::small::FOUNDING;
use crate::support::{
    Folder, HALF_YEAR, Ran, THADS, action, demo, distraint_case, head, lines, officer, real_ledger, record,
    thads,
};

const CASE: &str = "DT03/2018/0001";

/// Where standard output, or standard error, goes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum To {
    /// A disk without room.
    FullDisk,
    /// A file that is not open for writing.
    NotWritable,
    /// A pipe whose reader is gone.
    ClosedPipe,
    /// Nowhere: it is closed before the program begins.
    Closed,
}

impl To {
    fn stdio(self) -> Stdio {
        match self {
            To::FullDisk => File::options().write(true).open("/dev/full").unwrap().into(),
            To::NotWritable => File::open("/dev/null").unwrap().into(),
            To::ClosedPipe => std::io::pipe().unwrap().1.into(),
            To::Closed => Stdio::null(),
        }
    }

    /// The program, with the descriptor of that number closed where this says so: only a shell can.
    fn program(self, descriptor: u8) -> Command {
        if self != To::Closed {
            return Command::new(THADS);
        }
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!(r#"exec "$0" "$@" {descriptor}>&-"#)).arg(THADS);
        shell
    }
}

fn run(data: &Path, args: &[&str], to: To) -> Ran {
    let child = to
        .program(1)
        .env_remove("THADS_DATA")
        .arg("--data")
        .arg(data)
        .args(["--lang", "en"])
        .args(args)
        .stdin(Stdio::null())
        .stdout(to.stdio())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    Ran { status: output.status.code().unwrap_or(-1), out: String::new(), err }
}

/// A ledger with a case, a backup of it, and a file with one action that is allowed.
fn ledger() -> (Folder, String, String) {
    let folder = real_ledger();
    record(&folder.data, &distraint_case(CASE)).ok();
    let beside = |name: &str| folder.data.parent().unwrap().join(name).to_str().unwrap().to_owned();
    let (backup, file) = (beside("backup"), beside("actions.jsonl"));
    thads(&folder.data, &["backup", &backup]).ok();
    let note = action(CASE, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": "x" }));
    fs::write(&file, lines(&[note])).unwrap();
    (folder, backup, file)
}

/// Every command that answers, as text and as JSON; `{backup}`, `{file}` and `{new}` stand for paths.
const COMMANDS: &[&str] = &[
    "log",
    "log --stream case:DT03/2018/0001",
    "report --period 2019-H1",
    "report --period 2019-H1 --by office",
    "case DT03/2018/0001",
    "case DT03/2018/0001 --history",
    "cases",
    "figure cases.total --period 2019-H1",
    "figure cases.total --period 2019-H1 --cases",
    "figure cases.total --period 2019-H1 --events",
    "replay --period 2019-M09",
    "verify",
    "checkpoint",
    "rebuild",
    "rebuild --check",
    "doctor --dry-run",
    "doctor",
    "record {file} --dry-run",
    "record {file}",
    "backup {new}",
    "--data {new} restore {backup}",
];

fn filled(command: &str, backup: &str, file: &str, new: &str) -> Vec<String> {
    let fill = |word: &str| word.replace("{backup}", backup).replace("{file}", file).replace("{new}", new);
    command.split(' ').map(fill).collect()
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure_of_every_command() {
    let (folder, backup, file) = ledger();
    for (number, command) in COMMANDS.iter().enumerate() {
        for json in [false, true] {
            for to in [To::FullDisk, To::NotWritable, To::Closed, To::ClosedPipe] {
                let new = format!("{backup}-{number}-{json}-{to:?}");
                let args = filled(command, &backup, &file, &new);
                let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
                if json {
                    args.insert(0, "--json");
                }
                // What `--data` says twice, the last one says.
                let own =
                    args.iter().position(|arg| *arg == "--data").map(|at| args.drain(at..at + 2).nth(1));
                let data = own.flatten().map_or(folder.data.as_path(), Path::new);
                let ran = run(data, &args, to);
                match to {
                    To::FullDisk | To::NotWritable | To::Closed => {
                        assert_eq!(ran.status, 1, "{args:?} to {to:?}: {}", ran.err);
                        assert!(
                            ran.err.contains("cannot be written to standard output"),
                            "{args:?}: {}",
                            ran.err
                        );
                        assert!(ran.err.contains("Hint: "), "{args:?}: {}", ran.err);
                    }
                    To::ClosedPipe => assert_eq!(ran.status, 0, "{args:?} to {to:?}: {}", ran.err),
                }
            }
        }
    }
}

#[test]
fn the_table_of_commands_holds_every_command() {
    let help = thads(Path::new("."), &["--help"]).ok().out;
    let listed = help.split_once("Commands:").unwrap().1.split_once("Options:").unwrap().0;
    let all: BTreeSet<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let tried = COMMANDS.iter().flat_map(|command| command.split(' ').filter(|word| all.contains(word)));
    // `serve` answers by HTTP; founding and what is told of an import have tests of their own, in this file and in `import`.
    let elsewhere = ["serve", "init", "demo", "import", "help"];
    assert_eq!(tried.chain(elsewhere).collect::<BTreeSet<_>>(), all);
}

#[test]
fn help_and_version_that_cannot_be_written_are_failures() {
    for args in [&["--help"][..], &["--version"], &["help"], &["help", "record"], &["record", "--help"]] {
        for to in [To::FullDisk, To::NotWritable, To::Closed] {
            let ran = run(Path::new("."), args, to);
            assert_eq!(ran.status, 1, "{args:?} to {to:?}: {}", ran.err);
            assert!(ran.err.contains("cannot be written to standard output"), "{args:?}: {}", ran.err);
        }
        assert_eq!(run(Path::new("."), args, To::ClosedPipe).status, 0, "{args:?}");
    }
    assert_eq!(run(Path::new("."), &["no-such-command"], To::FullDisk).status, 2);
}

/// The exit status with standard error where `to` says.
fn status_with_errors_to(data: &Path, args: &[&str], to: To) -> Option<i32> {
    let mut program = to.program(2);
    program.env_remove("THADS_DATA").arg("--data").arg(data).args(args).stdin(Stdio::null());
    program.stdout(Stdio::null()).stderr(to.stdio()).status().unwrap().code()
}

/// A remark that cannot be written is a failure, where there is one; what fails anyway keeps its status.
#[test]
fn remarks_that_cannot_be_written_are_failures() {
    let (folder, ..) = ledger();
    for (args, status) in [
        (&["checkpoint"][..], 1),
        (&["verify"], 1),
        (&["--quiet", "checkpoint"], 0),
        (&["--quiet", "--json", "verify"], 0),
        (&["--quiet", "cases"], 0),
        (&["case", "DT99/1999/0001"], 1),
        (&["--help"], 0),
        (&["no-such-command"], 2),
    ] {
        for to in [To::FullDisk, To::NotWritable, To::Closed] {
            assert_eq!(status_with_errors_to(&folder.data, args, to), Some(status), "{args:?} to {to:?}");
        }
        let gone = status_with_errors_to(&folder.data, args, To::ClosedPipe);
        let said = thads(&folder.data, args).status;
        assert_eq!(gone, Some(said), "{args:?}: whoever has gone need not be told");
    }
    damage(&folder.data);
    assert_eq!(status_with_errors_to(&folder.data, &["verify"], To::Closed), Some(3));
}

/// Some file systems tell a write that failed only when the file is synced or closed.
#[test]
fn an_answer_whose_sync_fails_is_a_failure() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.data).unwrap();
    let answer = folder.data.join("answer");
    let strace = |inject: &str| {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", inject, THADS, "--help"]);
        let to = File::create(&answer).unwrap();
        strace.stdin(Stdio::null()).stdout(to).stderr(Stdio::null()).status().ok()?.code()
    };
    if strace("inject=fdatasync:retval=0") != Some(0) {
        println!("SKIPPED: strace does not run here");
        return;
    }
    assert_eq!(strace("inject=fdatasync:error=EIO"), Some(1));
}

/// What the command line says repeats arguments and the environment, which may come from others.
#[test]
fn no_argument_steers_the_terminal() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    const STEERS: &str = "a\u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{2066}\u{200f}\r\u{8}b";
    let foreign = [OsStr::new(STEERS), OsStr::from_bytes(b"\x1b[2J\xff\x9b31m")];
    for steers in foreign {
        let option = |name: &str| {
            let mut option = OsStr::new(name).to_owned();
            option.push(steers);
            option
        };
        let words = |words: &[&str]| words.iter().map(|word| OsStr::new(word).to_owned()).collect::<Vec<_>>();
        let mut all =
            vec![vec![steers.to_owned()], vec![option("--")], vec![option("--lang=")], vec![option("-")]];
        for before in [
            &["--lang"][..],
            &["serve", "--listen"],
            &["serve", "--host"],
            &["log", "--from"],
            &["report", "--period"],
            &["case"],
            &["help"],
            &["record"],
            &["init", "--name"],
            &["verify", "--key"],
            &["backup", "x"],
            &["--data"],
        ] {
            let mut args = words(before);
            args.push(steers.to_owned());
            all.push(args);
        }
        for args in all {
            for env in ["THADS_OTHER", "THADS_DATA"] {
                for help in [false, true] {
                    let mut program = Command::new(THADS);
                    program.env_remove("THADS_DATA").env(env, steers).args(&args).stdin(Stdio::null());
                    // As on a terminal that shows colours.
                    program.env("CLICOLOR_FORCE", "1").args(help.then_some("--help"));
                    program.current_dir(std::env::temp_dir());
                    let ran = program.output().unwrap();
                    let said = format!(
                        "{}{}",
                        String::from_utf8(ran.stdout).unwrap(),
                        String::from_utf8(ran.stderr).unwrap()
                    );
                    let steering = |sign: char| {
                        (sign.is_control() && !"\n\t".contains(sign))
                            || "\u{202e}\u{2066}\u{200f}".contains(sign)
                    };
                    assert!(!said.is_empty() && !said.contains(steering), "{args:?} {env} {help}: {said:?}");
                }
            }
        }
    }
}

#[test]
fn what_was_done_stays_done_where_the_answer_cannot_be_written() {
    let (folder, _, file) = ledger();
    let before = head(&folder.data).0;
    assert_eq!(run(&folder.data, &["record", &file], To::FullDisk).status, 1);
    assert_eq!(head(&folder.data).0, before + 1);
    thads(&folder.data, &["verify"]).ok();

    let founded = Folder::new();
    assert_eq!(run(&founded.data, &FOUNDING, To::FullDisk).status, 1);
    assert_eq!(head(&founded.data).0, 3);
    thads(&founded.data, &["verify"]).ok();
}

/// Takes one copy away and changes a bit of the other.
fn damage(data: &Path) {
    fs::remove_dir_all(data.join("sled")).unwrap();
    let segment = data.join("wal/0000000001.seg");
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).unwrap();
}

#[test]
fn damage_is_said_by_the_exit_status_even_where_the_answer_cannot_be_written() {
    let (folder, ..) = ledger();
    damage(&folder.data);
    for args in [&["verify"][..], &["--json", "verify"], &["doctor", "--dry-run"]] {
        assert_eq!(run(&folder.data, args, To::FullDisk).status, 3, "{args:?}");
    }
}

#[test]
fn the_demo_says_it_where_its_report_cannot_be_written() {
    let folder = Folder::copy_of(&demo().data);
    for args in [&["--quiet", "demo", "--no-serve"][..], &["--quiet", "--json", "demo"]] {
        let ran = run(&folder.data, args, To::FullDisk);
        assert_eq!(ran.status, 1, "{args:?}: {}", ran.err);
        assert!(ran.err.contains("cannot be written to standard output"), "{args:?}: {}", ran.err);
    }
    assert_eq!(
        crate::support::ask(&folder.data, &["report", "--period", HALF_YEAR])["ledger"]["practice"],
        true
    );
}

/// What is closed holds no actions, and is not taken for a file without any.
#[test]
fn a_closed_input_is_a_failure() {
    let (folder, ..) = ledger();
    let mut program = To::Closed.program(0);
    program.args(["--lang", "en", "--data"]).arg(&folder.data).args(["record", "-"]).env_remove("THADS_DATA");
    let ran = program.output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(1) && said.contains("-: it is closed"), "{said}");
}

/// What this program writes it does not read in the same run: it would read without end what it has just written.
#[test]
fn no_input_is_the_file_to_which_the_output_goes() {
    let (folder, ..) = ledger();
    let beside = |name: &str| folder.data.with_file_name(name);
    let (rows, mapping) = (beside("rows.csv"), beside("mapping.toml"));
    fs::write(&rows, format!("{}A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n", crate::fines::HEADER))
        .unwrap();
    fs::copy(crate::fines::mapping(), &mapping).unwrap();
    fs::write(beside("rejects"), "").unwrap();
    let (actions, checkpoint) = (beside("actions.jsonl"), beside("checkpoint"));
    fs::write(&checkpoint, thads(&folder.data, &["checkpoint"]).ok().out).unwrap();
    std::os::unix::fs::symlink(&actions, beside("link")).unwrap();
    fs::hard_link(&actions, beside("hard")).unwrap();
    let before = head(&folder.data);
    let (import, new) = ("import rows.csv --mapping mapping.toml", beside("new"));
    for (command, same) in [
        ("record actions.jsonl", &actions),
        ("record --atomic actions.jsonl", &actions),
        ("record --dry-run link", &actions),
        ("record hard", &actions),
        ("record /proc/self/fd/0", &actions),
        ("record -", &actions),
        ("verify --checkpoint checkpoint", &checkpoint),
        (import, &rows),
        (import, &mapping),
        (&format!("{import} --rejects rejects"), &beside("rejects")),
    ] {
        let there = fs::read(same).unwrap();
        for of_errors in [false, true] {
            let to = || Stdio::from(File::options().append(true).open(same).unwrap());
            let mut program = Command::new(THADS);
            program.env_remove("THADS_DATA").current_dir(same.parent().unwrap()).arg("--data");
            program.arg(if command.starts_with("import") { &new } else { &folder.data });
            program.args(command.split(' ')).stdin(File::open(&actions).unwrap());
            let ran = if of_errors {
                program.stderr(to()).stdout(Stdio::null()).output().unwrap()
            } else {
                program.stdout(to()).stderr(Stdio::piped()).output().unwrap()
            };
            assert_eq!(ran.status.code(), Some(1), "{command}: {ran:?}");
            if of_errors {
                // Why it is refused stands there now.
                fs::write(same, &there).unwrap();
            }
            let output_alone = fs::read(same).unwrap().len().saturating_sub(there.len());
            assert!(
                output_alone < 20_000 && (of_errors || output_alone == 0 || same == &checkpoint),
                "{command}"
            );
            fs::write(same, &there).unwrap();
        }
    }
    assert!(head(&folder.data) == before && !new.exists(), "nothing is recorded");
}
