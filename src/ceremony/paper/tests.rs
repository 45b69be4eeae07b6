use time::macros::datetime;

use super::{Paper, html::html, markdown::markdown};
use crate::ceremony::plan::{Outline, Plan, check, rehearsal};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;

fn procedure(title: &str) -> Procedure {
    let text = rehearsal(&Outline {
        title: title.to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 5,
        threshold: 3,
        expires: datetime!(2027-06-30 12:00 UTC),
    });
    let plan = Plan::parse(text.as_bytes()).expect("parses");
    let script = check::script_of(&plan, None).expect("shipped");
    Procedure::new(script, plan)
}

#[test]
fn every_step_of_the_day_is_on_the_paper() {
    let procedure = procedure("Rehearsal");
    let paper = Paper::of_day(&procedure);
    let (html, markdown) = (html(&paper), markdown(&paper));
    for step in &procedure.steps {
        assert!(
            html.replace("<wbr>", "")
                .contains(&format!("<code>{}</code>", step.id)),
            "{}",
            step.id
        );
        assert!(
            markdown.contains(&format!("| `{}` |", step.id)),
            "{}",
            step.id
        );
    }
    for person in &procedure.plan.participants {
        assert!(html.contains(&person.name) && markdown.contains(&person.name));
    }
    for text in [&html, &markdown] {
        assert!(text.contains("REHEARSAL"));
        assert!(text.contains(&procedure.plan.digest.groups().join(" ")));
        assert!(text.contains("3 of 5 keys"));
        assert!(text.contains("E1") && text.contains("2027-06-30T12:00:00Z"));
    }
    assert_eq!(html.matches("class=\"print\"").count(), 5);
    for outside in ["http://", "https://", "<script", "url(", "@import"] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn a_script_without_a_plan_is_a_form() {
    for (name, bytes) in scripts::shipped() {
        let script = Script::parse(bytes).expect("parses");
        let paper = Paper::of_script(&script);
        let (html, markdown) = (html(&paper), markdown(&paper));
        for step in script.acts.iter().flat_map(|act| &act.steps) {
            assert!(
                html.replace("<wbr>", "")
                    .contains(&format!("<code>{}</code>", step.id))
            );
            assert!(markdown.contains(&format!("| `{}` |", step.id)));
        }
        let marked = name.ends_with("rehearsal");
        assert_eq!(html.contains("REHEARSAL"), marked);
        assert_eq!(markdown.contains("REHEARSAL"), marked);
        assert!(!html.contains("{holder}") && !markdown.contains("{holder}"));
    }
}

#[test]
fn text_from_outside_stays_text() {
    let title = "<img src=x onerror=alert(1)> | `a` **b** & \"c\"";
    let paper = Paper::of_day(&procedure(title));
    let html = html(&paper);
    assert!(!html.contains("<img"));
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt; | `a` **b** &amp; &quot;c&quot;"));
    let markdown = markdown(&paper);
    assert!(
        markdown.contains("# \\<img src=x onerror=alert(1)\\> \\| \\`a\\` \\*\\*b\\*\\* \\& \"c\"")
    );
}

#[test]
fn every_row_of_a_markdown_table_has_the_cells_of_its_head() {
    let markdown = markdown(&Paper::of_day(&procedure("a | b")));
    let mut width = None;
    for line in markdown.lines() {
        if !line.starts_with('|') {
            width = None;
            continue;
        }
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(cells, *width.get_or_insert(cells), "{line}");
    }
}

#[test]
fn tokens_have_room_for_what_is_written_down() {
    let script = scripts::bytes_of("provision-token").expect("shipped");
    let paper = Paper::of_script(&Script::parse(script).expect("parses"));
    let (html, markdown) = (html(&paper), markdown(&paper));
    for blank in [
        "Serial number on the token",
        "PUK: chosen and sealed by, bag",
        "Attested serial number",
    ] {
        assert!(
            html.contains(&format!("<p class=\"blank\"><small>{blank}</small></p>")),
            "{blank}"
        );
        assert!(markdown.contains(&format!("{blank}: ____")), "{blank}");
    }
}

#[test]
fn what_nobody_should_read_past_is_red() {
    let mut procedure = procedure("Rehearsal");
    procedure.plan.policy.attestation.test_roots = vec!["root.pem".to_owned()];
    let paper = Paper::of_day(&procedure);
    assert!(html(&paper).contains("<b class=\"alarm\">TEST ROOTS</b>"));
    assert!(markdown(&paper).contains("| **TEST ROOTS** | root.pem vouches"));
}
