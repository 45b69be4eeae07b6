use crate::ceremony::script::{Each, Script};
use crate::ceremony::scripts;

fn shipped() -> String {
    let bytes = scripts::bytes_of("first-root").expect("shipped");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The shipped script with one change, and what is said of it.
fn told(from: &str, to: &str) -> String {
    let text = shipped();
    assert!(text.contains(from), "{from}");
    match Script::parse(text.replacen(from, to, 1).as_bytes()) {
        Ok(_) => String::new(),
        Err(problems) => problems.in_file("s"),
    }
}

/// The step of this id, with everything up to the next header.
fn block(id: &str) -> String {
    let text = shipped();
    let start = text
        .find(&format!("[[act.step]]\nid = \"{id}\""))
        .expect("step");
    let end = text
        .get(start + 5..)
        .and_then(|rest| rest.find("\n[[act"))
        .map_or(text.len(), |end| start + 5 + end);
    text.get(start..end).expect("block").to_owned()
}

#[test]
fn lines_and_holders_are_kept() {
    let script = Script::parse(shipped().as_bytes()).expect("parses");
    let all: Vec<_> = script.acts.iter().flat_map(|act| &act.steps).collect();
    for step in &all {
        let index = usize::try_from(step.line).expect("line") - 1;
        assert_eq!(
            shipped().lines().nth(index),
            Some("[[act.step]]"),
            "{}",
            step.id
        );
    }
    assert!(
        all.iter()
            .filter(|s| s.each == Each::Keyholder)
            .all(|s| s.say.contains("{holder}") || s.id == "show")
    );
}

#[test]
fn a_key_of_its_own_kind_is_asked_for_at_each_fault() {
    for (from, to, says) in [
        (
            "kind = \"statement\"",
            "kind = \"statment\"",
            "Did you mean `statement`?",
        ),
        (
            "id = \"roll-call\"",
            "id = \"welcome\"",
            "The id `welcome` is taken by the step at line",
        ),
        (
            "id = \"keys\"",
            "id = \"opening\"",
            "The id `opening` is taken by the act at line",
        ),
        (
            "id = \"welcome\"",
            "id = \"Wel come\"",
            "lower-case letters",
        ),
        ("minutes = 5", "minutes = 0", "from 1 to 240"),
        ("minutes = 5", "minutes = 241", "from 1 to 240"),
        ("minutes = 5", "minuts = 5", "Did you mean `minutes`?"),
        (
            "by = [\"administrator\"]",
            "by = [\"admin\"]",
            "must be one of",
        ),
        (
            "by = [\"administrator\"]",
            "by = [\"holder\"]",
            "not done for each keyholder",
        ),
        ("by = [\"administrator\"]", "by = []", "asks people"),
        (
            "minutes = 3\neach = \"new-key\"",
            "minutes = 3\neach = \"witness\"",
            "must be one of `keyholder`",
        ),
        (
            "minutes = 3\neach = \"new-key\"\n",
            "minutes = 3\n",
            "add `each` with \"new-key\"",
        ),
        (
            "kind = \"roll-call\"\n",
            "kind = \"roll-call\"\neach = \"keyholder\"\n",
            "remove `each`",
        ),
        (
            "title = \"Welcome\"",
            "title = \"Wel\\u202Ecome\"",
            "U+202E",
        ),
        ("title = \"Welcome\"", "title = \"\"", "must not be empty"),
        ("Welcome. Today", "{holder}. Today", "no name to put there"),
        (
            "mode = \"production\"",
            "mode = \"test\"",
            "must be one of `production`, `rehearsal`",
        ),
        (
            "name = \"first-root\"\n",
            "",
            "`script` lacks the key `name`",
        ),
        (
            "[\"holder\", \"witness\"]",
            "[\"holder\", \"holder\"]",
            "that is one person",
        ),
    ] {
        let told = told(from, to);
        assert!(told.contains(says), "{from} -> {to}: {told}");
    }
}

#[test]
fn every_rule_of_order_is_kept() {
    for kind in [
        "roll-call",
        "plan-digest",
        "token",
        "generate",
        "show",
        "prove",
        "assemble",
        "sign",
        "verify",
        "write",
        "head",
        "close",
    ] {
        let told = told(&block(kind), "");
        assert!(
            told.contains("needs a step of kind") || told.contains("must be of kind"),
            "{kind}: {told}"
        );
    }
    let unread = told(&block("review"), "");
    assert!(unread.contains("not approved themselves"), "{unread}");
    // Every step once at the end of the script, behind `close`; and those that come too late.
    for kind in ["welcome", "roll-call", "sign"] {
        let text = shipped().replacen(&block(kind), "", 1) + "\n" + &block(kind);
        let told = Script::parse(text.as_bytes()).expect_err(kind).in_file("s");
        assert!(
            told.contains("closes the ceremony, but steps follow"),
            "{kind}: {told}"
        );
        assert!(told.contains("must be of kind `close`"), "{kind}: {told}");
    }
    for (late, behind) in [
        ("environment", "generate"),
        ("clock", "assemble"),
        ("show", "assemble"),
        ("prove", "assemble"),
        ("generate", "assemble"),
        ("review", "sign"),
    ] {
        let text = shipped();
        let moved = block(late);
        let text = text.replacen(&moved, "", 1).replacen(
            &block(behind),
            &(block(behind) + "\n" + &moved),
            1,
        );
        let told = Script::parse(text.as_bytes()).expect_err(late).in_file("s");
        assert!(told.contains("must stand before"), "{late}: {told}");
    }
    for twice in ["generate", "assemble", "sign", "verify"] {
        let again = block(twice).replacen(&format!("id = \"{twice}\""), "id = \"again\"", 1);
        let told = told(&block(twice), &(block(twice) + "\n" + &again));
        assert!(told.contains("is a second step of kind"), "{twice}: {told}");
    }
}

#[test]
fn a_script_of_nothing_says_so() {
    let told = |text: &str| {
        Script::parse(text.as_bytes())
            .expect_err("refused")
            .in_file("s")
    };
    assert!(told("").contains("s: The file lacks the key `script`."));
    assert!(told("").contains("no act"));
    assert!(told("[[act]]\nid = \"a\"\ntitle = \"A\"\n").contains("no step"));
}
