//! The shipped scripts and the plans written by the program, through the library as a user has it.

use std::collections::BTreeSet;

use rootstage::ceremony::paper::{Paper, html::html, markdown::markdown};
use rootstage::ceremony::plan::{Mode, Outline, Plan, Transport, check, rehearsal, template};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::{Act, Each, Script, Step};
use rootstage::ceremony::scripts;
use rootstage::cli::{plan::text as plan_text, script::text as script_text};
use time::macros::datetime;

fn outline() -> Outline {
    Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 5,
        threshold: 3,
        expires: datetime!(2027-06-30 12:00 UTC),
    }
}

fn shipped(name: &str) -> Script {
    Script::parse(scripts::bytes_of(name).expect("shipped")).expect("parses")
}

fn steps(script: &Script) -> impl Iterator<Item = &Step> {
    script.acts.iter().flat_map(|act| &act.steps)
}

#[test]
fn each_rehearsal_has_the_steps_of_the_real_day_and_says_what_it_is() {
    let mut seen = 0;
    for name in scripts::names() {
        seen += 1;
        let (real, practice) = (shipped(name), shipped(&scripts::rehearsal_of(name)));
        assert_eq!(
            (real.mode, practice.mode),
            (Mode::Production, Mode::Rehearsal)
        );
        assert_eq!(real.changes, practice.changes, "{name}");
        let shape = |script: &Script| -> Vec<_> {
            let of_act = |act: &Act| {
                let of_step = |s: &Step| (s.id.clone(), s.kind.clone(), s.by.clone(), s.each);
                (
                    act.id.clone(),
                    act.steps.iter().map(of_step).collect::<Vec<_>>(),
                )
            };
            script.acts.iter().map(of_act).collect()
        };
        assert_eq!(shape(&real), shape(&practice), "{name}");
        let minutes = |script: &Script| -> u32 { steps(script).map(|step| step.minutes).sum() };
        assert!(minutes(&practice) < minutes(&real), "{name}");
        for (step, other) in steps(&practice).zip(steps(&real)) {
            let say = step.say.to_lowercase();
            assert!(
                say.contains("rehears") || say.contains("practice") || say.contains("real day"),
                "{name}: {}",
                step.id
            );
            assert!(
                !other.say.to_lowercase().contains("rehears"),
                "{name}: {}",
                other.id
            );
        }
    }
    assert_eq!(seen * 2, scripts::shipped().len());
}

/// What is the same on every day is said in the same words, so that twenty files do not drift apart.
#[test]
fn the_same_step_says_the_same_in_every_script() {
    const EVERYWHERE: [&str; 4] = ["roll-call", "environment", "head", "close"];
    const AFTER_THE_FIRST: [&str; 8] = [
        "plan-digest",
        "findings",
        "token",
        "provision",
        "generate",
        "show",
        "attest",
        "prove",
    ];
    for practice in [false, true] {
        let all: Vec<Script> = scripts::names()
            .map(|name| {
                if practice {
                    shipped(&scripts::rehearsal_of(name))
                } else {
                    shipped(name)
                }
            })
            .collect();
        let said = |script: &Script, id: &str| {
            let step = steps(script).find(|step| step.id == id && step.each != Each::HeldKey);
            let held = steps(script).find(|step| step.id == "token" && id == "token");
            step.or(held)
                .map(|step| step.say.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        for id in EVERYWHERE {
            let words: BTreeSet<_> = all.iter().map(|script| said(script, id)).collect();
            assert_eq!(words.len(), 1, "{id}: {words:#?}");
        }
        for id in AFTER_THE_FIRST {
            let words: BTreeSet<_> = all
                .iter()
                .filter(|script| !script.name.starts_with("first-root"))
                .filter_map(|script| said(script, id))
                .collect();
            assert_eq!(words.len(), 1, "{id}: {words:#?}");
        }
    }
}

#[test]
fn every_script_is_listed_checked_shown_and_printed() {
    let list = script_text::list();
    for (name, bytes) in scripts::shipped() {
        let script = Script::parse(bytes);
        let read = script.as_ref().expect("parses");
        assert!(list.contains(&format!("{name} ")), "{name}");
        let checked = script_text::check(name, &script);
        assert!(checked.contains("a script without faults"), "{checked}");
        let paper = Paper::of_script(read);
        let (html, markdown) = (html(&paper), markdown(&paper));
        assert!(html.ends_with("</html>\n"), "{name}");
        let shown = script_text::show(read);
        for step in steps(read) {
            assert!(markdown.contains(&step.title), "{name}: {}", step.title);
            assert!(html.contains(&step.title), "{name}: {}", step.title);
            assert!(shown.contains(&step.title), "{name}: {}", step.title);
        }
        for line in list.lines().chain(shown.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn every_command_says_something_fit_for_80_columns() {
    let script = Script::parse(scripts::bytes_of("first-root").expect("shipped"));
    let plan = Plan::parse(rehearsal(&outline()).as_bytes());
    let read = script.as_ref().expect("parses");
    let texts = [
        script_text::list(),
        script_text::show(read),
        plan_text::show(plan.as_ref().expect("parses")),
        plan_text::check("plan.toml", &plan),
    ];
    for text in &texts {
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }
    assert!(script_text::check("s.toml", &script).starts_with("s.toml: a script without faults"));
    let broken =
        Plan::parse(template(Mode::Production, &outline(), &Transport::default()).as_bytes());
    let said = plan_text::check("plan.toml", &broken);
    assert!(said.contains("plan.toml:"), "{said}");
    assert!(said.ends_with("19 problems.\n"), "{said}");
}

#[test]
fn json_says_the_same() {
    let script = Script::parse(scripts::bytes_of("first-root").expect("shipped"));
    let json = script_text::show_json(script.as_ref().expect("parses"));
    assert_eq!(
        json.pointer("/acts/0/steps/0/id")
            .and_then(|id| id.as_str()),
        Some("welcome")
    );
    let list = script_text::list_json();
    assert_eq!(
        list.pointer("/scripts/1/mode")
            .and_then(|mode| mode.as_str()),
        Some("rehearsal")
    );
    assert_eq!(
        script_text::check_json("s", &script).pointer("/ok"),
        Some(&true.into())
    );
    let plan = Plan::parse(rehearsal(&outline()).as_bytes());
    let json = plan_text::show_json(plan.as_ref().expect("parses"));
    assert_eq!(json.pointer("/root/threshold"), Some(&3.into()));
    assert_eq!(
        json.pointer("/words")
            .and_then(|words| words.as_array())
            .map(Vec::len),
        Some(32)
    );
    let broken = Plan::parse(b"[plan]\n");
    let json = plan_text::check_json("p", &broken);
    assert_eq!(json.pointer("/problems/0/line"), Some(&0.into()));
    assert_eq!(json.pointer("/ok"), Some(&false.into()));
}

#[test]
fn the_words_of_the_plan_are_on_the_paper() {
    let plan = Plan::parse(rehearsal(&outline()).as_bytes()).expect("parses");
    let script = check::script_of(&plan, None).expect("shipped");
    let paper = Paper::of_day(&Procedure::new(script, plan.clone()));
    let (html, markdown) = (html(&paper), markdown(&paper));
    let digests = [plan.digest.words(), paper.script.1.words()];
    for (number, word) in digests.into_iter().flat_map(|words| (1..).zip(words)) {
        let number: usize = number;
        assert!(html.contains(&format!("<span class=\"num\">{number}</span> {word}")));
        assert!(markdown.contains(&format!("{number}. {word}")));
    }
    if let Some(directory) = std::env::var_os("ROOTSTAGE_KEEP_PAPER") {
        let directory = std::path::PathBuf::from(directory);
        std::fs::write(directory.join("paper.html"), html).expect("written");
        std::fs::write(directory.join("paper.md"), markdown).expect("written");
        let real =
            Script::parse(scripts::bytes_of("first-root").expect("shipped")).expect("parses");
        let form = rootstage::ceremony::paper::html::html(&Paper::of_script(&real));
        std::fs::write(directory.join("form.html"), form).expect("written");
    }
}
