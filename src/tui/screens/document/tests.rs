use super::sections;
use crate::ceremony::ask::{Document, Remark};
use crate::tuf::diff::{Change, Class, Mark};
use crate::tuf::policy::Level;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Colour;

fn change(mark: Mark, what: &str, old: &str, new: &str) -> Change {
    Change {
        class: Class::RootKeys,
        mark,
        what: what.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
    }
}

fn remark(level: Level, rule: &str) -> Remark {
    Remark {
        rule: rule.to_owned(),
        level,
        sentence: format!("A sentence of {rule}."),
    }
}

fn document() -> Document {
    Document {
        title: "root.json".to_owned(),
        remarks: vec![
            remark(Level::Info, "one.info"),
            remark(Level::Stop, "one.stop"),
            remark(Level::Caution, "one.caution"),
        ],
        changes: vec![
            change(Mark::Changed, "root threshold", "2 of 3", "2 of 2"),
            change(Mark::Changed, "expires", "then", "later"),
            change(
                Mark::Added,
                "root key of Ada",
                "",
                &"0123456789abcdef".repeat(4),
            ),
            change(Mark::Removed, "root key of Ben", "id 7230 de22", ""),
            change(Mark::Kept, "specification", "1.0.31", "1.0.31"),
        ],
        signers: vec!["1 of 2 signatures.".to_owned()],
        lines: vec!["{".to_owned(), "}".to_owned()],
    }
}

fn plain(text: &Text) -> String {
    let line = |line: &ratatui::text::Line<'_>| {
        let spans = line.spans.iter().map(|span| span.content.to_string());
        spans.collect::<String>().trim_end().to_owned() + "\n"
    };
    text.iter().map(line).collect()
}

fn drawn(pane: usize) -> Vec<String> {
    let measure = pane.min(77);
    let drawn = sections(Pen(Colour::Mono), &document(), pane, measure);
    drawn.iter().map(plain).collect()
}

#[test]
fn the_worst_comes_first_and_is_called_by_its_word() {
    let remarks = drawn(79).swap_remove(0);
    assert!(
        remarks.starts_with("── WHAT THE RULES SAY: 1 STOP, 1 CAUTION, 1 info ─"),
        "{remarks}"
    );
    let at = |words: &str| remarks.find(words).expect(words);
    assert!(at("✗ STOP") < at("! CAUTION") && at("! CAUTION") < at("· info"));
    assert!(remarks.contains("A sentence of one.stop.  one.stop"));
}

#[test]
fn narrow_changes_are_stacked() {
    let changes = &drawn(79)[2];
    for line in [
        "── WHAT CHANGES: 2 changed, 1 added, 1 removed, 1 kept ─",
        " ~ changed root threshold\n             - 2 of 3\n             + 2 of 2\n ~         expires\n",
        " - removed root key of Ben\n             - id 7230 de22\n",
        " = kept    specification: 1.0.31\n",
    ] {
        assert!(changes.contains(line), "{line}\n{changes}");
    }
}

#[test]
fn wide_changes_are_side_by_side() {
    let changes = &drawn(110)[2];
    let row = |words: &str| {
        let row = changes.lines().find(|line| line.contains(words));
        row.unwrap_or_else(|| panic!("{words}\n{changes}"))
            .to_owned()
    };
    assert!(row("trusted now").contains("in this one"));
    let threshold = row("root threshold");
    let (old, new) = (threshold.find("2 of 3"), threshold.find("2 of 2"));
    assert!(old.is_some() && old < new, "{threshold}");
    assert!(row("root key of Ben").trim_end().ends_with("id 7230 de22"));
}

#[test]
fn digits_are_broken_between_groups() {
    for pane in [79, 99, 107, 110] {
        let changes = &drawn(pane)[2];
        let parts: Vec<&str> = changes
            .split_whitespace()
            .filter(|part| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_hexdigit()))
            .filter(|part| part.contains("0123") || part.contains("cdef") || part.contains("4567"))
            .collect();
        assert_eq!(parts.concat(), "0123456789abcdef".repeat(4), "{changes}");
        assert!(parts.iter().all(|part| part.len() % 4 == 0), "{parts:?}");
    }
}

#[test]
fn every_line_fits() {
    for pane in [79, 98, 99, 119, 200] {
        let drawn = sections(Pen(Colour::Mono), &document(), pane, pane.min(77));
        let widest = drawn.iter().flatten().map(ratatui::text::Line::width).max();
        assert!(widest <= Some(pane), "{pane}: {widest:?}");
    }
}

#[test]
fn a_text_alone_has_no_other_section() {
    let document = Document {
        title: "root.json".to_owned(),
        lines: vec!["{}".to_owned()],
        ..Document::default()
    };
    let drawn = sections(Pen(Colour::Mono), &document, 79, 77);
    assert_eq!(drawn.len(), 1);
    assert!(plain(&drawn[0]).starts_with("── root.json ─"));
}
