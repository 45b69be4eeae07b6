use super::flow::{Item, Kind};
use super::write::{Frame, pdf};
use super::{Block, Face, Look, Row, Sheets, Size, Style, Table};

const TEXT: Style = Style::new(Face::Plain, 9.0);

fn frame() -> Frame {
    Frame {
        title: "A title".to_owned(),
        belongs: "Ceremony 00".to_owned(),
        mark: "REHEARSAL".to_owned(),
    }
}

/// What is written on a page, a line each.
fn written(page: &[Item]) -> Vec<String> {
    let lines = page.iter().filter_map(|item| match item {
        Item::Text { line, .. } => Some(line.runs.iter().map(|run| run.text.as_str()).collect()),
        Item::Rule { .. } => None,
    });
    lines.collect()
}

fn rows(heights: &[usize]) -> Table {
    let row = |(number, lines): (usize, &usize)| {
        let lines = (0..*lines).map(|line| Block::Text(format!("r{number}l{line}"), TEXT));
        Row::of(vec![
            lines.collect(),
            vec![Block::Text("beside".to_owned(), TEXT)],
        ])
    };
    Table {
        widths: vec![200.0, 200.0],
        heads: vec!["One", "Other"],
        rows: heights.iter().enumerate().map(row).collect(),
        look: Look::Lines,
    }
}

#[test]
fn no_line_is_wider_than_its_column_and_no_letter_is_lost() {
    let sheets = Sheets::new(Size::A4).expect("fonts");
    let texts = [
        "Words of some length that stand in a column which is narrow",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "provision.keyholder-12.and/a/path_that:goes@on",
        "<script>alert(1)</script> & \"quotes\" 'and' so on",
        "Владимир Ναυσικά Łukasz Đorđe Ağaoğlu",
        "שלום עולם and الاسم العربي beside",
    ];
    for text in texts {
        for width in [18.0, 60.0, 200.0] {
            for face in [Face::Plain, Face::Bold, Face::Mono] {
                let style = Style::new(face, 9.0);
                let lines = sheets.letters.lines(text, style, width);
                assert!(
                    lines.iter().all(|line| line.width <= width + 0.01),
                    "{text}"
                );
                let mut seen: Vec<char> = lines
                    .iter()
                    .flat_map(|line| &line.runs)
                    .flat_map(|run| run.text.chars())
                    .filter(|c| *c != ' ')
                    .collect();
                let mut wanted: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
                seen.sort_unstable();
                wanted.sort_unstable();
                assert_eq!(seen, wanted, "{text}");
            }
        }
    }
    assert!(!sheets.letters.wanting());
}

#[test]
fn what_no_font_has_and_what_is_unseen_is_written_out() {
    let sheets = Sheets::new(Size::A4).expect("fonts");
    let letters = &sheets.letters;
    assert_eq!(
        letters.printable("a\nb\u{202e}c\u{1b}"),
        "a b\\u{202e}c\\u{1b}"
    );
    assert!(!letters.wanting());
    assert_eq!(letters.printable("山x\u{1f600}"), "<U+5C71>x<U+1F600>");
    assert!(letters.wanting());
}

#[test]
fn hebrew_runs_from_right_to_left() {
    let sheets = Sheets::new(Size::A4).expect("fonts");
    let line = sheets.letters.set("to דוד now", TEXT);
    let parts: Vec<&str> = line.runs.iter().map(|run| run.text.trim()).collect();
    assert_eq!(parts, ["to", "דוד", "now"]);
    let starts: Vec<usize> = line.runs[1]
        .glyphs
        .iter()
        .map(|glyph| glyph.text_range.start)
        .collect();
    assert!(starts.is_sorted_by(|one, next| one > next), "{starts:?}");
}

#[test]
fn a_row_is_on_one_page_and_the_heads_are_on_each() {
    for size in [Size::A4, Size::Letter] {
        let mut sheets = Sheets::new(size).expect("fonts");
        sheets.table(&rows(&[7; 40]));
        assert!(sheets.pages.len() > 3);
        let mut rows = 0;
        for page in &sheets.pages {
            let lines = written(page);
            assert_eq!(&lines[..2], ["One", "Other"]);
            rows += lines.iter().filter(|line| *line == "beside").count();
            let firsts = lines.iter().filter(|line| line.ends_with("l0")).count();
            let lasts = lines.iter().filter(|line| line.ends_with("l6")).count();
            assert_eq!(firsts, lasts, "{lines:?}");
        }
        assert_eq!(rows, 40);
        // for those who listen, there is one row of heads
        let heads = sheets
            .branches
            .iter()
            .filter(|branch| branch.kind == Kind::Head);
        assert_eq!(heads.count(), 2);
    }
}

#[test]
fn a_row_longer_than_a_page_is_parted_and_loses_nothing() {
    let mut sheets = Sheets::new(Size::A4).expect("fonts");
    sheets.table(&rows(&[3, 200, 3]));
    let lines: Vec<String> = sheets.pages.iter().flat_map(|page| written(page)).collect();
    for line in 0..200 {
        let name = format!("r1l{line}");
        assert_eq!(
            lines.iter().filter(|other| **other == name).count(),
            1,
            "{name}"
        );
    }
    let foot = Size::A4.points().1;
    for item in sheets.pages.iter().flatten() {
        if let Item::Text { y, .. } = item {
            assert!(*y < foot - 40.0, "{y}");
        }
    }
}

#[test]
fn seats_are_beside_their_lines() {
    let mut sheets = Sheets::new(Size::A4).expect("fonts");
    let seat = |text: &str| Block::Seat(vec![Block::Text(text.to_owned(), TEXT)], 10.0);
    let table = Table {
        widths: vec![60.0, 100.0],
        heads: Vec::new(),
        rows: vec![Row::of(vec![
            vec![seat("a name that needs several lines here"), seat("second")],
            vec![seat("first line"), seat("second line")],
        ])],
        look: Look::Grid,
    };
    sheets.table(&table);
    let at = |text: &str| {
        sheets.pages[0].iter().find_map(|item| match item {
            Item::Text { y, line, .. } if line.runs[0].text == text => Some(*y),
            _ => None,
        })
    };
    assert_eq!(at("second"), at("second line"));
    assert!(at("second").is_some());
}

#[test]
fn the_same_content_is_the_same_file() {
    let made = || {
        let mut sheets = Sheets::new(Size::Letter).expect("fonts");
        sheets.heading(1, "A heading", TEXT, 10.0);
        sheets.paragraph("Some words.", TEXT);
        sheets.boxes(4, 12.0);
        sheets.table(&rows(&[2, 3]));
        pdf(&sheets, &frame()).expect("written")
    };
    assert_eq!(made(), made());
    assert!(made().starts_with(b"%PDF-1.7"));
}
