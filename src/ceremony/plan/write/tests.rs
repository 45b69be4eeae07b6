use time::macros::datetime;

use super::{Outline, rehearsal, template};
use crate::ceremony::plan::{Mode, Plan, check};

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
        let text = template(mode, &outline(keyholders, threshold));
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
