//! What crosses the air gap, in view of the script; and what reviewers should decide knowingly.

use super::super::{against_script, cautions, placed, script_of};
use super::text;
use crate::ceremony::plan::Plan;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;

const STAGED: &str = "[trusted]\npath = \"given/root.json\"\n\n[staged]\npath = \"new/root-2.rse\"\nrole = \
                      \"root\"\n\n";

/// A plan with this `[transport]`, and with these parts instead of `[root]` where there are any.
fn with(transport: &str, parts: &str) -> String {
    let text = text();
    let (before, rest) = text.split_once("[root]").expect("a root");
    let (root, policy) = rest.split_once("[policy]").expect("a policy");
    let root = match parts {
        "" => format!("[root]{root}"),
        parts => parts.to_owned(),
    };
    let before = if parts.is_empty() {
        before.to_owned()
    } else {
        existing(before)
    };
    format!("{before}{root}[transport]\n{transport}\n\n[policy]{policy}")
}

/// The keys exist already.
fn existing(people: &str) -> String {
    (1..=3).fold(people.to_owned(), |text, number| {
        let label = format!("key_label = \"root-{number}\"\n");
        let keyid = number.to_string().repeat(64);
        text.replacen(&label, &format!("{label}keyid = \"{keyid}\"\n"), 1)
    })
}

fn plan(text: &str) -> Plan {
    Plan::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// The shipped script, without its steps of this kind.
fn without(kind: &str) -> Script {
    let bytes = scripts::bytes_of("first-root-rehearsal").expect("shipped");
    let mut script = Script::parse(bytes).expect("parses");
    for act in &mut script.acts {
        act.steps.retain(|step| step.kind != kind);
    }
    script
}

fn told(text: &str, script: &Script) -> String {
    let plan = plan(text);
    placed(text.as_bytes(), against_script(&plan, script)).to_string()
}

/// The line of the plan at which a problem stands.
fn line_of<'a>(text: &'a str, told: &str) -> &'a str {
    let number = told.strip_prefix("line ").and_then(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<usize>().ok()
    });
    let number = number.unwrap_or_else(|| panic!("no line: {told}"));
    text.lines().nth(number - 1).unwrap_or_default()
}

#[test]
fn media_need_a_step_in_which_they_get_their_roles() {
    let lacking = without("bind-media");
    for transport in ["log = true", "out = [\"medium\"]"] {
        let text = with(transport, "");
        let told = told(&text, &lacking);
        assert!(told.contains("no step of kind `bind-media`"), "{told}");
        assert_eq!(line_of(&text, &told), "[transport]", "{told}");
        let whole = script_of(&plan(&text), None).expect("shipped");
        assert_eq!(super::super::against_script(&plan(&text), &whole), []);
    }
    // codes and files are no media
    let text = with("out = [\"file\", \"qr\"]", "");
    assert_eq!(told(&text, &lacking), "");
}

#[test]
fn what_leaves_needs_a_step_in_which_it_does() {
    let lacking = without("export");
    for way in ["file", "medium", "qr"] {
        let text = with(&format!("out = [\"{way}\"]"), "");
        let told = told(&text, &lacking);
        assert!(told.contains("no step of kind `export`"), "{told}");
        assert!(line_of(&text, &told).starts_with("out = "), "{told}");
    }
    assert_eq!(told(&with("log = true", ""), &lacking), "");
}

#[test]
fn two_paths_are_one_file_on_a_medium() {
    let script = || {
        let bytes = scripts::bytes_of("sign-staged-rehearsal").expect("shipped");
        Script::parse(bytes).expect("parses")
    };
    let twin = |path: &str| STAGED.replace("new/root-2.rse", path);
    for path in ["new/root.json", "root.json", "NEW/Root.JSON"] {
        let text = with("in = [\"file\", \"medium\"]", &twin(path));
        let told = told(&text, &script());
        assert!(told.contains("would be one file"), "{path}: {told}");
        assert!(told.contains(&format!("{path:?}")), "{path}: {told}");
        assert!(line_of(&text, &told).starts_with("in = "), "{told}");
        // elsewhere they are two
        for ways in ["in = [\"file\"]", "in = [\"qr\"]"] {
            let told = self::told(&with(ways, &twin(path)), &script());
            assert!(!told.contains("one file"), "{told}");
        }
    }
    let told = told(&with("in = [\"medium\"]", STAGED), &script());
    assert!(!told.contains("one file"), "{told}");
}

#[test]
fn what_should_be_known_of_the_ways_is_said() {
    let said = |transport: &str, parts: &str| {
        let plan = plan(&with(transport, parts));
        let lines = plan.parameters();
        let cautions = cautions(&plan);
        for caution in &cautions {
            let line = ("KNOW THIS".to_owned(), caution.clone());
            assert!(lines.contains(&line), "{lines:?}");
        }
        cautions.join("\n")
    };
    let nothing_comes = "this plan reads none";
    let codes_only = "as QR codes only";
    let one_copy = "the only copy of the record";
    for (transport, parts, told) in [
        ("log = true", "", &[][..]),
        ("out = [\"qr\"]", "", &[one_copy][..]),
        (
            "in = [\"qr\"]\nlog = true",
            "",
            &[nothing_comes, codes_only][..],
        ),
        ("in = [\"qr\"]\nlog = true", STAGED, &[codes_only][..]),
        ("in = [\"qr\", \"medium\"]\nlog = true", STAGED, &[][..]),
        ("in = [\"file\", \"qr\"]\nlog = true", STAGED, &[][..]),
        ("in = [\"medium\"]", STAGED, &[one_copy][..]),
        ("in = [\"medium\"]\nlog = true", "", &[nothing_comes][..]),
    ] {
        let said = said(transport, parts);
        for words in [nothing_comes, codes_only, one_copy] {
            assert_eq!(
                said.contains(words),
                told.contains(&words),
                "{transport}, {words}: {said}"
            );
        }
    }
    assert_eq!(
        cautions(&plan(&text())),
        [] as [String; 0],
        "as it always was"
    );
}

#[test]
fn the_ways_and_the_media_are_among_the_parameters() {
    let text = with(
        "in = [\"medium\", \"qr\"]\nout = [\"file\", \"medium\"]\nlog = true",
        STAGED,
    );
    let lines = plan(&text).parameters();
    let after = |label: &str| {
        let at = lines.iter().position(|(known, _)| known == label).unwrap();
        lines[at + 1..].iter().take(2)
    };
    let said = |label: &str| {
        let mut lines = lines.iter().filter(|(known, _)| known == label);
        lines
            .next()
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    assert_eq!(said("Files come in"), "on the IN medium, as QR codes");
    assert_eq!(
        said("Results leave"),
        "as files in a directory, on the OUT medium"
    );
    for (label, purpose) in [
        ("IN medium", "only read"),
        ("OUT medium", "empty before"),
        ("LOG medium", "stays inserted"),
    ] {
        let line = said(label);
        assert!(line.contains(purpose), "{label}: {line}");
        // on lines of their own, so that there is room to write
        assert!(
            after(label).all(|(_, room)| room.contains("____")),
            "{lines:?}"
        );
    }
    let labels: Vec<String> = plan(&self::text())
        .parameters()
        .into_iter()
        .map(|(l, _)| l)
        .collect();
    assert!(
        !labels.iter().any(|label| label.contains("medium")),
        "{labels:?}"
    );
}
