//! The rooms: which way dependencies point, held against the manifests; and what every file and page must keep.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which room may use which. A new arrow is a change of architecture and shows up as a difference here.
const ARROWS: &[(&str, &[&str])] = &[
    ("thads", &["thads-cli"]),
    (
        "thads-benches",
        &["thads-cases", "thads-demo", "thads-ledger", "thads-projections", "thads-proof", "thads-service"],
    ),
    ("thads-cases", &[]),
    (
        "thads-cli",
        &[
            "thads-cases",
            "thads-demo",
            "thads-interop",
            "thads-ledger",
            "thads-projections",
            "thads-proof",
            "thads-service",
            "thads-texts",
            "thads-web",
        ],
    ),
    ("thads-codec", &[]),
    ("thads-demo", &["thads-cases", "thads-projections", "thads-service"]),
    ("thads-interop", &["thads-cases", "thads-ledger", "thads-proof", "thads-service"]),
    ("thads-ledger", &["thads-proof"]),
    ("thads-projections", &["thads-cases", "thads-codec", "thads-proof"]),
    ("thads-proof", &["thads-codec"]),
    (
        "thads-reliability",
        &["thads-cases", "thads-cli", "thads-ledger", "thads-projections", "thads-proof", "thads-service"],
    ),
    (
        "thads-service",
        &["thads-cases", "thads-codec", "thads-ledger", "thads-projections", "thads-proof", "thads-texts"],
    ),
    ("thads-texts", &["thads-cases"]),
    ("thads-web", &["thads-cases", "thads-ledger", "thads-service"]),
];

/// Who alone may name a crate from outside.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("sled", &["thads-ledger", "thads-reliability"]),
    ("bincode", &["thads-codec"]),
    ("axum", &["thads-web"]),
    ("fluent-bundle", &["thads-texts"]),
    ("tokio", &["thads-cli", "thads-web"]),
    ("clap", &["thads-benches", "thads-cli", "thads-reliability"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of the workspace, with what each names for its own build.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let own = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        dependencies.filter(|one| one["kind"] != "dev").map(|one| text(&one["name"])).collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (text(&package["name"]), own(package))).collect()
}

#[test]
fn dependencies_point_where_the_architecture_says() {
    let packages = packages();
    let rooms: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    assert_eq!(packages.keys().map(String::as_str).collect::<Vec<_>>(), rooms, "the rooms");
    for (room, may_use) in ARROWS {
        let uses: Vec<&str> =
            packages[*room].iter().map(String::as_str).filter(|name| name.starts_with("thads")).collect();
        assert_eq!(uses, *may_use, "{room}");
    }
    for (name, wrappers) in WRAPPERS {
        let named_by: Vec<&str> = packages
            .iter()
            .filter(|(_, dependencies)| dependencies.contains(*name))
            .map(|(package, _)| package.as_str())
            .collect();
        assert_eq!(named_by, *wrappers, "{name}");
    }
}

#[test]
fn every_file_of_these_tests_is_in_the_table_of_contents() {
    let folder = root().join("tests/end_to_end");
    let contents = fs::read_to_string(folder.join("main.rs")).unwrap();
    let named: BTreeSet<&str> =
        contents.lines().filter_map(|line| line.trim().strip_prefix("mod ")?.strip_suffix(';')).collect();
    let present: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "main")
        .collect();
    assert_eq!(named, present.iter().map(String::as_str).collect());
}

/// The files below a folder with an ending, without what is built or hidden.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_symlink() || name.starts_with('.') || name == "target" || name == "shared" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_source_file_says_its_subject_first() {
    let sources: Vec<PathBuf> =
        ["src", "projections", "tests"].iter().flat_map(|room| files(&root().join(room), ".rs")).collect();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    let silent: Vec<&PathBuf> = sources
        .iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            !text.starts_with("//! ") || text.lines().next().unwrap().len() < 10
        })
        .collect();
    assert_eq!(silent, Vec::<&PathBuf>::new());
}

/// The targets of a page's links, without what stands in code.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        // Outside of `code`: every other piece.
        let text: String = line.split('`').step_by(2).collect();
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, to)| to);
        found.extend(inline.chain(reference).map(|to| to.split(' ').next().unwrap_or_default().to_owned()));
    }
    found
}

/// The anchors that a page's headings give, as its readers' renderers make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        text.chars()
            .filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'))
            .map(|one| if one == ' ' { '-' } else { one })
            .collect()
    };
    headings.map(slug).collect()
}

#[test]
fn links_of_the_pages_lead_somewhere() {
    let mut broken = Vec::new();
    let pages = files(root(), ".md");
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let leads = target.exists()
                && (anchor.is_empty()
                    || !target.to_string_lossy().ends_with(".md")
                    || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
            if !leads {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(!pages.is_empty(), "no page was found");
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn links_are_found_in_text_and_not_in_code() {
    let page = "# Một tiêu đề\n[a](docs/a.md#b) and `[x](y)` and ![i](i.png)\n```\n[c](d)\n```\n[e]: f.md\n";
    assert_eq!(links(page), ["docs/a.md#b", "i.png", "f.md"]);
    assert_eq!(anchors(page), BTreeSet::from(["một-tiêu-đề".to_owned()]));
}

#[test]
fn nothing_of_another_country_s_law_is_left() {
    let output = Command::new("git")
        .args(["grep", "-n", "-E", "Create Fine|Prefecture", "--", "src", "projections"])
        .current_dir(root())
        .output();
    match output {
        Ok(output) if output.status.code() == Some(1) => {}
        Ok(output) if output.status.success() => panic!("{}", String::from_utf8_lossy(&output.stdout)),
        other => println!("SKIPPED: no git here, or no repository: {other:?}"),
    }
}
