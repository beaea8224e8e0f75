//! Questions over HTTP: no parameter is ignored, docs/api.md names them all, what costs much is bounded.

use std::collections::BTreeSet;

use serde_json::Value;

use super::clients::{LIMITS, get, heard, send, serving_within, status};
use crate::{Limits, ROUTES};

/// The address of a route, with what is there in place of what differs.
fn address_of(path: &str) -> String {
    let id = match path.split('/').nth(3) {
        Some("figures") => "cases.finished",
        Some("complaints") => "DT00-2018-K0001",
        _ => "DT00-2018-0001",
    };
    path.replace("{id}", id).replace("{period}", "2019-H1")
}

fn body(said: &str) -> Value {
    serde_json::from_str(said.split_once("\r\n\r\n").unwrap().1)
        .unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Every route with every parameter that it takes, given so that it must be refused where it is read.
#[test]
fn no_parameter_is_ignored() {
    serving_within(LIMITS, |address| {
        let ask = |route: &str, method: &str, query: &str| {
            let body = "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
            let rest = if method == "POST" { body } else { "\r\n" };
            let text = format!(
                "{method} {route}?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{rest}"
            );
            heard(send(address, &text))
        };
        for route in ROUTES {
            let (path, method) = (address_of(route.path), route.method);
            let refused = |query: &str, kind: &str, field: &str| {
                let said = ask(&path, method, query);
                assert_eq!(status(&said), "400", "{method} {path}?{query}: {said}");
                let problem = body(&said);
                assert_eq!(problem["type"], format!("urn:thads:problem:{kind}"), "{path}?{query}: {problem}");
                assert_eq!(problem["field"], field, "{path}?{query}: {problem}");
                for word in ["rule", "accepted", "vi"] {
                    assert!(!problem[word].as_str().unwrap().is_empty(), "{word}: {problem}");
                }
                problem
            };
            let unknown = refused("colour=red", "bad-query", "colour");
            for name in route.takes {
                assert!(unknown["accepted"].as_str().unwrap().contains(name), "{unknown}");
                refused(&format!("{name}=1&{name}=1"), "bad-query", name);
                refused(&format!("{name}="), "bad-query", name);
                refused(&format!("{name}=%zz"), "bad-query", name);
                // What a question needs is given, so that the parameter itself is what is refused.
                let needed =
                    if route.takes.contains(&"period") && *name != "period" { "&period=2019" } else { "" };
                let wrong = format!("{name}=%C3%A4{needed}");
                match *name {
                    // Any text may be a part of a judgment's number; a code is looked for.
                    "judgment" => {
                        assert_eq!(body(&ask(&path, method, &wrong))["cases"], Value::Array(vec![]))
                    }
                    "office" => assert_eq!(status(&ask(&path, method, &wrong)), "404", "{path}?{wrong}"),
                    // What is wrong with the body is said after the parameters.
                    name => drop(refused(&wrong, "bad-field", name)),
                }
            }
        }
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=%2B1", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("enforcer=4294967296", "enforcer"),
            ("own=true", "own"),
            ("own=1&office=DT00", "own"),
            ("standing=lost", "standing"),
            ("judgment=%E2%80%8B", "judgment"),
            ("as_known=-1", "as_known"),
            ("as_known=18446744073709551616", "as_known"),
            ("as_known=999", "as_known"),
            ("as_known=2019-02-30", "as_known"),
            ("after=DT00", "after"),
        ] {
            let said = get(address, &format!("/api/v1/cases?{query}"));
            assert_eq!(
                (status(&said), &body(&said)["field"]),
                ("400", &Value::from(field)),
                "{query}: {said}"
            );
        }
    });
}

/// docs/api.md has one row a route, with exactly the parameters that it takes; so does `/`.
#[test]
fn the_page_says_which_parameters_a_route_takes() {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let (method, path) = cells.next()?.trim_end().strip_suffix('`')?.split_once(' ')?;
        let takes = cells.next()?.split(", ").map(|name| name.trim_matches(['`', ' ']).to_owned());
        let takes: BTreeSet<String> = takes.filter(|name| !name.is_empty()).collect();
        ["GET", "POST"].contains(&method).then(|| (method.to_owned(), path.to_owned(), takes))
    };
    let page: BTreeSet<_> = include_str!("../../../docs/api.md").lines().filter_map(row).collect();
    let code = ROUTES.iter().map(|route| {
        (
            route.method.to_owned(),
            route.path.to_owned(),
            route.takes.iter().map(|name| (*name).to_owned()).collect(),
        )
    });
    assert_eq!(page, code.collect());
}

/// With no place for what costs much, all else is answered.
#[test]
fn what_costs_much_finds_no_place_and_the_rest_goes_on() {
    let none = Limits { costly: 0, costly_waiting: 0, ..LIMITS };
    serving_within(none, |address| {
        for path in [
            "/api/v1/cases",
            "/api/v1/reports/2019-H1",
            "/api/v1/figures/cases.finished?period=2019-H1",
            "/api/v1/cases/DT00-2018-0001?as_known=9",
            "/api/v1/cases/DT00-2018-0001/history?as_known=9",
        ] {
            let said = get(address, path);
            assert_eq!(status(&said), "503", "{path}: {said}");
            assert!(said.to_ascii_lowercase().contains("\r\nretry-after: "), "{said}");
            assert_eq!(body(&said)["type"], "urn:thads:problem:busy", "{path}");
        }
        for path in ["/", "/healthz", "/readyz", "/log/checkpoint", "/api/v1/cases/DT00-2018-0001/history"] {
            assert_eq!(status(&get(address, path)), "200", "{path}");
        }
        let note = r#"{"kind":"note_added","text":"x","actor":3}"#;
        let text = format!(
            "POST /api/v1/cases/DT00-2018-0001/actions HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{note}",
            note.len()
        );
        assert_eq!(status(&heard(send(address, &text))), "201");
    });
}
