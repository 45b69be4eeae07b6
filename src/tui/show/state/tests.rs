use ratatui::buffer::Buffer;

use super::*;
use crate::qr::{Collector, Taken};
use crate::tui::keys::Key;

const LOOK: Look = Look {
    colour: Colour::Sixteen,
    glyphs: GlyphSet::Unicode,
    graphics: None,
};
const SMALL: (u16, u16) = (80, 24);

fn file(length: u32, seed: u32) -> Vec<u8> {
    (0..length)
        .map(|n| (n * n * 7 + seed * 31 + n).to_le_bytes()[0])
        .collect()
}

fn show(length: u32, size: (u16, u16)) -> Show {
    let mut show = Show::new("root-2.rse".to_owned(), file(length, 1), LOOK).unwrap();
    show.fit(size, None);
    show
}

fn drawn(show: &Show) -> String {
    let (columns, rows) = show.window.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    show.draw(buffer.area, &mut buffer);
    let cells: Vec<&str> = buffer
        .content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    let rows: Vec<String> = cells
        .chunks(usize::from(columns.max(1)))
        .map(<[&str]>::concat)
        .collect();
    rows.join("\n")
}

#[test]
fn the_code_is_as_large_as_the_window_allows() {
    for (size, version) in [
        (SMALL, 5),
        ((120, 40), 13),
        ((200, 60), 22),
        ((400, 200), 22),
    ] {
        assert_eq!(show(16 << 10, size).showing().version, version, "{size:?}");
    }
    // where smaller codes need as few frames, they are smaller
    let show = show(1500, (120, 40));
    assert_eq!((show.showing().needed, show.showing().version), (5, 12));
}

#[test]
fn the_smallest_window_has_room_for_every_digest() {
    // the longest file has the longest counter, and takes the longest to divide
    let lengths = (0..500).map(|seed| if seed % 25 == 0 { 16 << 10 } else { 500 });
    for (seed, length) in (0..).zip(lengths) {
        let mut show = Show::new("n".repeat(300), file(length, seed), LOOK).unwrap();
        show.fit(SMALL, None);
        let text = drawn(&show);
        assert!(
            text.contains("any 208 are enough") || text.contains("are enough"),
            "{text}"
        );
        for word in show.digest.words() {
            assert!(text.contains(word), "{word}\n{text}");
        }
        for group in show.digest.groups() {
            assert!(text.contains(&group), "{group}\n{text}");
        }
        assert!(text.contains("q close"), "{text}");
    }
}

#[test]
fn the_beat_is_kept_and_what_was_missed_is_left_out() {
    let mut show = show(1774, SMALL);
    let begin = Instant::now();
    let beat = Duration::from_secs(1) / 6;
    show.start(begin);
    assert_eq!(show.next_deadline(), Some(begin + beat));
    show.tick(begin + beat / 2);
    assert_eq!(show.number, 0);
    show.tick(begin + beat);
    assert_eq!(
        (show.number, show.next_deadline()),
        (1, Some(begin + 2 * beat))
    );
    // four and a half beats later there is one frame more, and the beat is the old one
    show.tick(begin + beat * 13 / 2);
    assert_eq!(
        (show.number, show.next_deadline()),
        (2, Some(begin + 7 * beat))
    );
}

#[test]
fn every_frame_comes_and_after_the_last_the_first() {
    let mut show = show(1774, (120, 40));
    let mut now = Instant::now();
    show.start(now);
    let frames = show.showing().frames;
    let mut seen = Vec::new();
    for _ in 0..frames {
        seen.push(show.number);
        now = show.next_deadline().unwrap();
        show.tick(now);
    }
    assert_eq!(seen, (0..frames).collect::<Vec<_>>());
    assert_eq!(show.number, 0);
}

#[test]
fn keys_step_pause_and_change_the_speed() {
    let mut show = show(1774, (120, 40));
    let now = Instant::now();
    show.start(now);
    assert_eq!(show.key(Key::Char('.'), now), None);
    assert_eq!((show.number, show.showing().speed), (1, 0));
    assert_eq!(show.next_deadline(), None);
    for _ in 0..2 {
        show.key(Key::Left, now);
    }
    assert_eq!(show.number, show.showing().frames - 1);
    show.key(Key::Char(' '), now);
    assert_eq!(show.showing().speed, 6);
    for _ in 0..20 {
        show.key(Key::Char('+'), now);
    }
    assert_eq!(show.showing().speed, 12);
    assert_eq!(
        show.next_deadline(),
        Some(now + Duration::from_secs(1) / 12)
    );
    for _ in 0..20 {
        show.key(Key::Down, now);
    }
    assert_eq!(show.showing().speed, 2);
    assert_eq!(show.key(Key::Char('q'), now), Some(Wish::Quit));
    assert_eq!(show.key(Key::Ctrl('c'), now), Some(Wish::Quit));
    assert_eq!(show.key(Key::Enter, now), None);
}

#[test]
fn density_goes_down_and_up_and_frames_of_each_give_the_file() {
    let mut show = show(3401, (200, 60));
    let now = Instant::now();
    let mut before = show.showing();
    for _ in 0..6 {
        assert_eq!(show.key(Key::Char('s'), now), Some(Wish::Repaint));
        let after = show.showing();
        assert!(after.needed > before.needed && after.version < before.version);
        assert_eq!(after.number, 0);
        before = after;
        let division = show.division.clone().unwrap();
        let mut collector = Collector::default();
        let numbers = division.transfer.needed()..2 * division.transfer.needed();
        let last = numbers
            .map(|number| collector.take(&division.transfer.text(number)))
            .last();
        assert_eq!(last, Some(Taken::Complete));
        assert_eq!(collector.file().unwrap().0, show.file);
    }
    while show.key(Key::Char('m'), now) == Some(Wish::Repaint) {
        assert!(show.showing().needed < before.needed);
        before = show.showing();
    }
    assert!(before.version >= 22, "{before:?}");
    assert!(show.notice.contains("No larger code"));
    while show.key(Key::Char('s'), now) == Some(Wish::Repaint) {}
    assert!(show.notice.contains("Smaller codes"));
}

#[test]
fn one_code_stands_still_and_is_corrected_more() {
    let mut show = show(200, (120, 40));
    show.start(Instant::now());
    let division = show.division.as_ref().unwrap();
    assert_eq!(division.level, crate::qr::symbol::Level::Medium);
    assert_eq!(show.next_deadline(), None);
    let text = drawn(&show);
    assert!(text.contains("One code. It stands still."), "{text}");
}

#[test]
fn another_window_keeps_the_frame_where_the_codes_stay_the_same() {
    let mut show = show(1774, (120, 40));
    let now = Instant::now();
    for _ in 0..3 {
        show.key(Key::Right, now);
    }
    show.fit((130, 41), None);
    assert_eq!(show.number, 3);
    show.fit(SMALL, None);
    assert_eq!((show.number, show.showing().version), (0, 5));
    assert!(
        drawn(&show).contains("In a window of 120 x 40:"),
        "{}",
        drawn(&show)
    );
}

#[test]
fn a_window_that_is_too_small_says_what_is_needed() {
    let mut show = show(1774, (60, 20));
    let text = drawn(&show);
    assert!(text.contains("This window is too small."), "{text}");
    assert!(text.contains("It has 60 x 20. Needed: 80 x 24."), "{text}");
    show.fit((8, 2), None);
    drawn(&show);
    show.fit((0, 0), None);
    drawn(&show);
    show.fit(SMALL, None);
    assert!(!drawn(&show).contains("too small"));
    // whole cells need more, and what is said to be needed is enough
    show.key(Key::Char('w'), Instant::now());
    let text = drawn(&show);
    assert!(
        text.contains("too small") && text.contains("press w"),
        "{text}"
    );
    show.fit(
        super::super::fit::needed(&show.file, show.window.drawing),
        None,
    );
    assert!(!drawn(&show).contains("too small"));
}

#[test]
fn without_glyphs_there_are_whole_cells() {
    let look = Look {
        glyphs: GlyphSet::Ascii,
        colour: Colour::Mono,
        ..LOOK
    };
    let mut show = Show::new("root-2.rse".to_owned(), file(300, 1), look).unwrap();
    show.fit((120, 40), None);
    assert_eq!(show.showing().version, 3);
    assert!(drawn(&show).is_ascii(), "{}", drawn(&show));
}

#[test]
fn pixels_are_asked_for_and_drawn_where_there_are_some() {
    let mut show = show(1774, SMALL);
    let (now, area) = (Instant::now(), Rect::new(0, 0, 80, 24));
    assert_eq!(show.key(Key::Char('x'), now), Some(Wish::Ask));
    show.answered(None);
    assert!(drawn(&show).contains("no pixels"));
    assert_eq!(show.showing().version, 5);
    assert_eq!(show.key(Key::Char('x'), now), Some(Wish::Ask));
    show.answered(Some(Graphics::Sixel));
    assert!(
        drawn(&show).contains("does not say how"),
        "{}",
        drawn(&show)
    );
    show.fit(SMALL, Some((10, 20)));
    assert!(show.pixels(area).is_empty());
    assert_eq!(show.key(Key::Char('x'), now), Some(Wish::Ask));
    show.answered(Some(Graphics::Sixel));
    assert!(show.showing().version > 15);
    let bytes = show.pixels(area);
    assert!(
        bytes.starts_with(b"\x1b[1;1H\x1bP"),
        "{}",
        bytes.escape_ascii()
    );
    assert_eq!(show.key(Key::Char('x'), now), Some(Wish::Repaint));
    assert_eq!(show.showing().version, 5);
    assert!(show.pixels(area).is_empty());
}

#[test]
fn one_code_is_taken_where_it_fits_and_offered_where_pixels_would_make_it() {
    // two signatures
    let large = show(543, (200, 60));
    assert_eq!(large.showing().frames, 1);
    let larger = show(800, (400, 200));
    assert_eq!((larger.showing().frames, larger.showing().version), (1, 25));
    assert!(show(1700, (400, 200)).showing().version <= 22);
    let mut small = show(543, (120, 40));
    assert!(small.showing().frames > 1);
    assert_eq!(small.question(), b"", "the pixels are not known");
    small.fit((120, 40), Some((10, 20)));
    assert_eq!(small.question(), graphics::QUESTION);
    let before = small.showing();
    small.answered(Some(Graphics::Sixel));
    assert_eq!(small.showing(), before, "nobody has asked for pixels");
    assert_eq!(small.question(), b"");
    let text = drawn(&small);
    assert!(text.contains("Press x to draw in pixels: one"), "{text}");
    assert_eq!(
        small.key(Key::Char('x'), Instant::now()),
        Some(Wish::Repaint)
    );
    assert!(drawn(&small).contains("One code. It stands still."));
}

#[test]
fn pixels_of_an_unknown_number_are_not_drawn() {
    let mut show = show(1774, SMALL);
    show.in_pixels(Graphics::Kitty);
    show.fit(SMALL, None);
    let text = drawn(&show);
    assert!(text.contains("does not say how many pixels"), "{text}");
    assert!(text.contains("Press x for cells"), "{text}");
    show.key(Key::Char('x'), Instant::now());
    assert_eq!(show.showing().version, 5);
}

#[test]
fn what_is_said_has_room_in_the_smallest_window() {
    let mut show = show(16 << 10, SMALL);
    show.say(crate::tui::show::NO_COLOURS);
    let text = drawn(&show);
    assert!(
        text.contains("codes black") && text.contains("q close"),
        "{text}"
    );
}

#[test]
fn help_names_every_key() {
    let mut show = show(1774, SMALL);
    show.key(Key::Char('?'), Instant::now());
    let text = drawn(&show);
    for binding in super::super::bindings::BINDINGS {
        assert!(text.contains(binding.label), "{}\n{text}", binding.label);
    }
    show.key(Key::Esc, Instant::now());
    assert!(!drawn(&show).contains("Draw anew."));
}
