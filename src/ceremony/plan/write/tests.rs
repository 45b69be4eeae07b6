use time::macros::datetime;

use super::{
    Crossing, Outline, Practice, Published, Staged, practice, rehearsal, template, template_after,
    template_of_tokens,
};
use crate::ceremony::medium::Way;
use crate::ceremony::plan::{Mode, Plan, Transport, check};
use crate::ceremony::scripts;
use crate::digest::Sha256;
use crate::tuf::key::KeyId;

/// A root of two keys, both of which must sign; version 1.
const GOLDEN: &[u8] = include_bytes!("../../../../tests/data/golden/1.root.json");

/// SHA-256 of its payload.
const PAYLOAD: &str = "e5c056fe304d67799cd8d975459132cfd6df3a0a242ce388630ab1d0fbf3c8a5";

/// Scripts that follow the first root.
fn after() -> impl Iterator<Item = &'static str> {
    scripts::names().filter(|name| !["first-root", "provision-token"].contains(name))
}

/// Every problem of a form stands at a line that says so.
fn to_be_filled_in(text: &str) -> usize {
    let problems = Plan::parse(text.as_bytes()).expect_err("to be filled in");
    let lines: Vec<&str> = text.lines().collect();
    for problem in &problems {
        let line = lines.get(usize::try_from(problem.line).expect("line").wrapping_sub(1));
        let known = line.is_some_and(|line| line.contains("fill in"))
            // a golden root has no spare, which the form does not decide
            || problem.sentence.contains("no spare");
        assert!(known, "{problem}\n{text}");
    }
    problems.len()
}

#[test]
fn every_form_after_the_first_says_what_to_fill_in() {
    let published = Published::read("1.root.json".to_owned(), GOLDEN).expect("a root");
    let staged = Staged::read("staged/root.json".to_owned(), GOLDEN.to_vec()).expect("a root");
    for script in after() {
        for mode in [Mode::Production, Mode::Rehearsal] {
            let outline = outline(3, 2);
            let blank = to_be_filled_in(&template_after(
                mode,
                script,
                &outline,
                None,
                None,
                &files(),
            ));
            let text = template_after(mode, script, &outline, Some(&published), None, &files());
            let known = to_be_filled_in(&text);
            assert!(known < blank, "{script}: {known} of {blank}");
            assert!(text.contains(&format!("sha256 = \"{}\"", Sha256::of(GOLDEN).hex())));
            assert_eq!(text.matches("\nkeyid = ").count(), 2, "{script}");
            assert!(
                !matches!(script, "sign-staged" | "token-check") == text.contains("version = 2")
            );
        }
    }
    let text = template_after(
        Mode::Production,
        "sign-staged",
        &outline(3, 2),
        None,
        Some(&staged),
        &files(),
    );
    to_be_filled_in(&text);
    assert!(text.contains(&format!("payload = \"{PAYLOAD}\"")));
    assert!(
        text.contains("role = \"root\"") && !text.contains("\n[trusted]"),
        "{text}"
    );
}

#[test]
fn a_form_is_made_only_from_a_root_that_its_own_keys_have_signed() {
    let text = std::str::from_utf8(GOLDEN).expect("JSON");
    let other = text.replace("\"version\": 1", "\"version\": 2");
    assert_ne!(text, other);
    for (bytes, words) in [
        (other.as_bytes(), "no client can trust it"),
        (b"{}", "no TUF metadata"),
        (b"-----BEGIN", "no TUF metadata"),
    ] {
        let error = Published::read("r".to_owned(), bytes).expect_err("no root");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(Staged::read("r".to_owned(), b"[]".to_vec()).is_err());
}

#[test]
fn every_rehearsal_after_the_first_parses() {
    let keys: Vec<KeyId> = (0..20_u8)
        .map(|n| Sha256::of(&[n]).hex().parse().expect("an id"))
        .collect();
    for script in after() {
        let rehearsal = scripts::rehearsal_of(script);
        let mut planned = 0;
        for keyholders in 1..=20_u32 {
            for threshold in 1..=keyholders {
                let plan = practice(&Practice {
                    script,
                    outline: &outline(keyholders, threshold),
                    keys: keys
                        .get(..usize::try_from(keyholders).expect("small"))
                        .expect("20 keys"),
                    trusted: Sha256::of(b"root"),
                    staged: (script == "sign-staged").then(|| Sha256::of(b"staged")),
                });
                let Ok(text) = plan else { continue };
                planned += 1;
                let plan = Plan::parse(text.as_bytes()).unwrap_or_else(|problems| {
                    panic!("{keyholders} {threshold}: {problems}\n{text}")
                });
                assert_eq!(plan.script, rehearsal);
                let shipped = check::script_of(&plan, None).expect("shipped");
                assert_eq!(check::against_script(&plan, &shipped), []);
            }
        }
        assert!(planned >= 171, "{script}: {planned}");
    }
}

fn files() -> Transport {
    Transport::default()
}

/// The form of a script.
fn form(script: &str, transport: &Transport) -> String {
    let outline = outline(3, 2);
    match script {
        "first-root" => template(Mode::Production, &outline, transport),
        "provision-token" => template_of_tokens(Mode::Production, &outline, transport),
        _ => template_after(Mode::Production, script, &outline, None, None, transport),
    }
}

/// The rehearsal of a first root with the section `[transport]` of a form.
fn carried(script: &str, form: &str) -> Plan {
    let (_, section) = form.split_once("\n[transport]").expect("the section");
    let text = format!("{}\n[transport]{section}", rehearsal(&outline(3, 2)));
    let plan = Plan::parse(text.as_bytes());
    plan.unwrap_or_else(|problems| panic!("{script}: {problems}\n{text}"))
}

#[test]
fn a_form_carries_nothing_but_files_until_somebody_says_otherwise() {
    for script in scripts::names() {
        let form = form(script, &files());
        assert_eq!(carried(script, &form).transport, files(), "{script}");
    }
}

#[test]
fn what_a_form_has_as_a_comment_is_good_for_its_script() {
    for script in scripts::names() {
        let form = form(script, &files());
        let used = ["in", "out", "log"].iter().fold(form, |form, key| {
            form.replace(&format!("\n# {key} = "), &format!("\n{key} = "))
        });
        let plan = carried(script, &used);
        let crossing = Crossing::of(script);
        assert!(plan.transport.log, "{script}");
        assert_eq!(
            plan.transport.incoming != files().incoming,
            crossing.comes_in()
        );
        assert_eq!(!plan.transport.outgoing.is_empty(), crossing.leaves());
        let shipped = scripts::bytes_of(script).expect("shipped");
        let shipped = crate::ceremony::script::Script::parse(shipped).expect("a script");
        let problems = check::against_script(&plan, &shipped);
        let ours = problems
            .iter()
            .find(|problem| problem.to_string().contains("transport"));
        assert_eq!(ours, None, "{script}");
    }
}

#[test]
fn a_form_carries_what_was_asked_for() {
    for script in scripts::names() {
        let crossing = Crossing::of(script);
        let mut asked = Transport {
            log: true,
            ..files()
        };
        if crossing.comes_in() {
            asked.incoming = vec![Way::Qr, Way::File];
        }
        if crossing.leaves() {
            asked.outgoing = vec![Way::Medium, Way::Qr];
        }
        let plan = carried(script, &form(script, &asked));
        assert_eq!(plan.transport, asked, "{script}");
    }
}

fn outline(keyholders: u32, threshold: u32) -> Outline {
    Outline {
        title: "A \"quoted\" \\ title".to_owned(),
        location: "Room 1".to_owned(),
        keyholders,
        threshold,
        expires: datetime!(2027-06-30 12:00 UTC),
    }
}

#[test]
fn every_rehearsal_parses() {
    for keyholders in 1..=20 {
        for threshold in 1..=keyholders {
            let text = rehearsal(&outline(keyholders, threshold));
            let plan = Plan::parse(text.as_bytes())
                .unwrap_or_else(|problems| panic!("{keyholders} {threshold}: {problems}\n{text}"));
            assert_eq!(plan.title, "A \"quoted\" \\ title");
            let script = check::script_of(&plan, None).expect("shipped");
            assert_eq!(check::against_script(&plan, &script), []);
            assert_eq!(
                check::against_day(&plan, datetime!(2027-01-01 12:00 UTC)),
                []
            );
        }
    }
}

#[test]
fn a_template_parses_once_it_is_filled_in() {
    for (mode, keyholders, threshold) in [
        (Mode::Production, 5, 3),
        (Mode::Rehearsal, 1, 1),
        (Mode::Rehearsal, 20, 10),
    ] {
        let text = template(mode, &outline(keyholders, threshold), &files());
        let problems = Plan::parse(text.as_bytes()).expect_err("to be filled in");
        let blanks = 4 + usize::try_from(keyholders).expect("small") * 3;
        assert_eq!(problems.len(), blanks, "{problems}");
        let lines: Vec<&str> = text.lines().collect();
        for problem in &problems {
            let line = lines.get(usize::try_from(problem.line).expect("line") - 1);
            assert!(
                line.is_some_and(|line| line.contains("fill in")),
                "{problem}"
            );
        }
        let mut person = 0_u8;
        let filled: Vec<String> = text
            .lines()
            .map(|line| {
                if line.starts_with("name = \"\"") {
                    person += 1;
                    return format!("name = \"Person {person}\"");
                }
                if line.starts_with("initials = \"\"") {
                    return format!("initials = \"P{}\"", char::from(b'A' + person));
                }
                if line.starts_with("token = \"\"") {
                    return format!("token = \"file:tokens/{person}.age\"");
                }
                line.to_owned()
            })
            .collect();
        let plan = Plan::parse(filled.join("\n").as_bytes()).unwrap_or_else(|p| panic!("{p}"));
        let script = check::script_of(&plan, None).expect("shipped");
        assert_eq!(check::against_script(&plan, &script), []);
    }
}
