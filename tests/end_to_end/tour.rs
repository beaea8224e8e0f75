//! The README's tour: every command of its console blocks, run in order, prints what the page says.
//!
//! A block's lines that start with `$ ` are commands (a `\` at the end goes on in the next line); what follows is the
//! output, where `…` stands for anything. All commands run in one shell in an empty folder, so `cd`, variables and what
//! was put behind with `&` live on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::THADS;

const HEADING: &str = "## A tour of five minutes";

/// A command and the output that the page shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Step {
    command: String,
    output: String,
}

/// The steps of a page's console blocks.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut in_block, mut goes_on) = (false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            in_block = line.trim_end() == "```console";
            goes_on = false;
        } else if !in_block {
        } else if let (true, Some(step)) = (goes_on, steps.last_mut()) {
            step.command.push('\n');
            step.command.push_str(line.strip_prefix("> ").unwrap_or(line));
            goes_on = line.ends_with('\\');
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), output: String::new() });
            goes_on = line.ends_with('\\');
        } else if let Some(step) = steps.last_mut() {
            step.output.push_str(line);
            step.output.push('\n');
        }
    }
    steps
}

/// Whether a text is what a page shows, where `…` stands for anything; ends of lines and of the text may be blank.
fn fits(shown: &str, text: &str) -> bool {
    let trimmed = |text: &str| text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let (shown, text) = (trimmed(shown), trimmed(text));
    let pieces: Vec<&str> = shown.split('…').collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return shown == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for piece in middle {
        // A line of nothing but `…` may stand for no line at all.
        let Some((_, behind)) = rest.split_once(piece.trim_start_matches('\n')) else { return false };
        rest = behind;
    }
    rest.ends_with(last) || rest == last.trim_start()
}

/// The script that runs the steps and puts the output of the n-th into the file n.
fn script(steps: &[Step]) -> String {
    let mut script = String::new();
    for (nth, step) in steps.iter().enumerate() {
        let behind = step.command.trim_end().ends_with('&');
        script += &format!("{{ {}\n}} >\"$OUT/{nth}\" 2>&1 </dev/null\n", step.command);
        if behind {
            // Until it has said that it is there; a minute at most.
            script += &format!("for _ in $(seq 600); do [ -s \"$OUT/{nth}\" ] && break; sleep 0.1; done\n");
        }
    }
    script + "kill $(jobs -p) 2>/dev/null\nwait\nexit 0\n"
}

#[test]
fn the_tour_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(page) = fs::read_to_string(root.join("README.md")) else {
        println!("SKIPPED: there is no README.md");
        return;
    };
    let steps = steps(&page);
    if !page.contains(HEADING) && steps.is_empty() {
        println!("SKIPPED: README.md has no tour yet ({HEADING:?})");
        return;
    }
    assert!(
        !steps.is_empty(),
        "README.md has {HEADING:?} but no ```console block with a line that starts with `$ `"
    );
    let folder = tempfile::tempdir().unwrap();
    let (place, out) = (folder.path().join("place"), folder.path().join("out"));
    fs::create_dir_all(&place).unwrap();
    fs::create_dir_all(&out).unwrap();
    for given in ["examples", "docs", "tests"] {
        std::os::unix::fs::symlink(root.join(given), place.join(given)).unwrap();
    }
    let programs = Path::new(THADS).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&others))).unwrap();
    let status = Command::new("bash")
        .args(["-c", &script(&steps)])
        .current_dir(&place)
        .env_remove("THADS_DATA")
        .env("PATH", path)
        .env("OUT", &out)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "the shell: {status}");
    let mut wrong = String::new();
    for (nth, step) in steps.iter().enumerate() {
        let said = fs::read_to_string(out.join(nth.to_string())).unwrap_or_default();
        if !fits(&step.output, &said) {
            wrong += &format!("$ {}\n--- the page\n{}--- the program\n{said}\n", step.command, step.output);
        }
    }
    assert!(wrong.is_empty(), "README.md is not what happens:\n{wrong}");
}

#[test]
fn steps_are_read_from_console_blocks_only() {
    let page = "text\n```sh\n$ not this\n```\n```console\n$ one \\\n>   two\nout\n$ three\n```\n```console\n$ four\n…\n```\n";
    let step = |command: &str, output: &str| Step { command: command.to_owned(), output: output.to_owned() };
    assert_eq!(steps(page), [step("one \\\n  two", "out\n"), step("three", ""), step("four", "…\n")]);
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    let table = [
        ("a\nb\n", "a\nb", true),
        ("a\n", "a\nb", false),
        ("", "", true),
        ("", "something", false),
        ("…\n", "anything\nat all", true),
        ("a …\n", "a 5", true),
        ("a … c\n", "a b c", true),
        ("a … c\n", "a b d", false),
        ("root …\n…\nend\n", "root 12\nx\ny\nend\n", true),
        ("root …\n…\nend\n", "root 12\nend\n", true),
        ("first\n…\n", "first\nsecond\nthird", true),
        ("first\n…\n", "second", false),
        ("…\nlast\n", "x\nlast", true),
        ("…\nlast\n", "x\nlast but one", false),
    ];
    for (shown, text, expected) in table {
        assert_eq!(fits(shown, text), expected, "{shown:?} for {text:?}");
    }
}
