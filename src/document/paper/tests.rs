use time::macros::datetime;

use super::pdf;
use crate::ceremony::paper::Paper;
use crate::ceremony::plan::{Outline, Plan, check, rehearsal};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::document::press::Size;

fn paper(keyholders: u32, title: &str) -> Paper {
    let text = rehearsal(&Outline {
        title: title.to_owned(),
        location: "Room 1".to_owned(),
        keyholders,
        threshold: 1,
        expires: datetime!(2027-06-30 12:00 UTC),
    });
    let plan = Plan::parse(text.as_bytes()).expect("parses");
    let script = check::script_of(&plan, None).expect("shipped");
    Paper::of_day(&Procedure::new(script, plan))
}

#[test]
fn every_shipped_script_has_its_paper() {
    for (name, bytes) in scripts::shipped() {
        let paper = Paper::of_script(&Script::parse(bytes).expect("parses"));
        for size in [Size::A4, Size::Letter] {
            let file = pdf(&paper, size).expect(name);
            assert!(file.len() > 20_000, "{name}");
            assert_eq!(file, pdf(&paper, size).expect(name), "{name}");
        }
    }
}

#[test]
fn no_text_keeps_people_from_their_paper() {
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(5);
    for name in [
        "<script>alert(1)</script>",
        "ابن سينا الاسم الطويل جدا",
        "山田太郎",
        "e\u{301}\u{302}\u{303}",
        long.as_str(),
    ] {
        // a plan refuses most of these; the paper relies on nobody
        let mut paper = paper(3, "A title");
        name.clone_into(&mut paper.title);
        paper.signatures[0].0 = name.to_owned();
        let row = &mut paper.acts[0].rows[0];
        name.clone_into(&mut row.title);
        name.clone_into(&mut row.who[0].name);
        let file = pdf(&paper, Size::A4).expect(name);
        assert!(file.starts_with(b"%PDF-"), "{name}");
    }
}

#[test]
fn twenty_keyholders_have_room() {
    let few = pdf(&paper(1, "One"), Size::A4).expect("made");
    let many = pdf(&paper(20, "Many"), Size::A4).expect("made");
    assert!(many.len() > few.len());
}
