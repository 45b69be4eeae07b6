use super::{MAX_BYTES, Reading, line_of_key};

fn read(text: &str) -> String {
    let reading = match Reading::new(text.as_bytes()) {
        Ok(reading) => reading,
        Err(problems) => return problems.in_file("f"),
    };
    let top = reading.top();
    if let Some(plan) = top.section("plan") {
        plan.line_of_text("title", 20);
        plan.number("count", 1..=9);
        plan.optional_flag("flag");
        plan.finish();
    }
    for item in top.sections("item") {
        item.id("id");
        item.texts("by");
        item.finish();
    }
    top.finish();
    reading.into_problems().in_file("f")
}

#[test]
fn everything_is_told_at_once_with_its_line() {
    let text = "[plan]\ntitel = \"x\"\ncount = 12\nflag = 1\n\n[[item]]\nid = \"A\"\nby = [\"a\", 1]\n\n[[item]]\nid = \"b\"\n\n[other]\n";
    let told = read(text);
    let expected = [
        "f:1: `plan` lacks the key `title`.",
        "f:2: `plan` has no key `titel`. Did you mean `title`?",
        "f:3: `plan.count` must be a whole number from 1 to 9.",
        "f:4: `plan.flag` must be true or false; here it is a number.",
        "f:7: `item[0].id` must be lower-case letters, digits and hyphens",
        "f:8: `item[0].by[1]` must be text in quotes; here it is a number.",
        "f:10: `item[1]` lacks the key `by`.",
        "f:13: The file has no key `other`.",
    ];
    assert_eq!(told.lines().count(), expected.len(), "{told}");
    for (line, start) in told.lines().zip(expected) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn a_fault_of_syntax_does_not_hide_the_others() {
    let told = read("[plan]\ntitle = \ncount = 0\n\n[plan]\n= 3\n");
    assert!(told.contains("f:2: This is not TOML"), "{told}");
    assert!(told.contains("f:3: `plan.count` must be"), "{told}");
    assert!(told.contains("f:6: This is not TOML"), "{told}");
    assert!(!told.contains("lacks"), "{told}");
}

#[test]
fn not_text_and_too_large_are_said() {
    let problems = Reading::new(b"a = 1\nb = \xff\n").expect_err("not UTF-8");
    assert_eq!(problems.iter().next().map(|p| p.line), Some(2));
    let large = vec![b'#'; MAX_BYTES + 1];
    assert!(
        Reading::new(&large)
            .expect_err("too large")
            .to_string()
            .contains("1 MiB")
    );
}

#[test]
fn deep_nesting_is_a_problem_and_no_overflow() {
    let told = read(&format!("a = {}", "[".repeat(100_000)));
    assert!(told.contains("not TOML"), "{}", told.len());
    let told = read(&format!(
        "a = {}1{}",
        "{a=".repeat(50_000),
        "}".repeat(50_000)
    ));
    assert!(told.contains("not TOML"), "{}", told.len());
}

#[test]
fn a_key_is_found_by_its_path() {
    let text = b"[root]\nkeys = [\n  { path = \"a\" },\n  { path = \"b\" },\n]\n\n[[participant]]\nid = \"a\"\n\n[[participant]]\nid = \"b\"\ntoken = \"t\"\n";
    for (key, line) in [
        ("root", 1),
        ("root.keys[1]", 4),
        ("root.keys[1].path", 4),
        ("root.keys[7]", 2),
        ("root.none", 1),
        ("participant.b.token", 12),
        ("participant.b.none", 10),
        ("participant[0].id", 8),
        ("participant", 7),
        ("none", 0),
        ("", 0),
    ] {
        assert_eq!(line_of_key(text, key), line, "{key}");
    }
}
