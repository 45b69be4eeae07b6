use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::qr::Transfer;
use crate::tui::glyphs::{self, GlyphSet};
use crate::tui::pen::Pen;
use crate::tui::theme::Colour;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn transfer() -> Transfer {
    let file: Vec<u8> = (0..1500_u32).map(|n| (n * 7 % 253) as u8).collect();
    Transfer::new(&file, 300).unwrap()
}

fn screen(scan: &Scan, columns: u16, rows: u16, now: Duration) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    let area = buffer.area;
    scan.draw(Pen(Colour::Mono), GlyphSet::Unicode, area, now, &mut buffer);
    glyphs::put_into(GlyphSet::Console, &mut buffer);
    let rows = buffer.content.chunks(usize::from(columns));
    let row = |cells: &[ratatui::buffer::Cell]| -> String {
        cells.iter().map(ratatui::buffer::Cell::symbol).collect()
    };
    rows.map(|cells| row(cells).trim_end().to_owned() + "\n")
        .collect()
}

#[test]
fn the_screen_says_how_far_it_is_and_then_shows_the_digest() {
    let transfer = transfer();
    let needed = transfer.needed();
    let mut scan = Scan::new(Eyes::HandScanner, "scanner");
    assert!(screen(&scan, 80, 20, secs(1)).contains("in any order"));
    for number in 1..needed {
        scan.line(&transfer.text(number), secs(number as u64));
    }
    let text = screen(&scan, 80, 20, secs(needed as u64));
    let expected = format!("{} of {needed} frames; 1 still needed", needed - 1);
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("left"), "{text}");
    assert!(
        text.contains(&format!("·{}", "█".repeat(needed - 1))),
        "{text}"
    );
    assert_eq!(scan.file(), None);
    // a frame that makes up for the missing one
    assert_eq!(scan.line(&transfer.text(needed), secs(40)), Taken::Complete);
    let text = screen(&scan, 80, 20, secs(40));
    assert!(text.contains("sender's screen"), "{text}");
    for word in transfer.digest().words() {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let narrow = screen(&scan, 40, 30, secs(40));
    for group in transfer.digest().groups() {
        assert!(narrow.contains(&group), "{group}\n{narrow}");
    }
}

#[test]
fn what_is_foreign_or_damaged_takes_nothing_away() {
    let transfer = transfer();
    let mut scan = Scan::new(Eyes::Pictures, "/dev/video0");
    scan.line(&transfer.text(0), secs(1));
    scan.line(&transfer.text(1), secs(2));
    scan.line("https://example.com", secs(3));
    let text = screen(&scan, 100, 20, secs(3));
    assert!(text.contains("something else"), "{text}");
    let mut damaged = transfer.text(2);
    damaged.pop();
    scan.line(&damaged, secs(4));
    let text = screen(&scan, 100, 20, secs(4));
    assert!(text.contains("was not read right"), "{text}");
    assert!(
        text.contains("new 2, repeated 0, foreign 1, unreadable 1"),
        "{text}"
    );
    scan.line(&transfer.text(1), secs(5));
    assert_eq!(scan.progress().received, 2);
}

#[test]
fn where_nothing_is_seen_there_is_a_hint() {
    let mut scan = Scan::new(Eyes::Pictures, "/dev/video0");
    let picture = Sighting {
        texts: Vec::new(),
        preview: Luma {
            width: 16,
            height: 12,
            pixels: vec![200; 192],
        },
    };
    scan.sighting(picture, secs(1));
    assert!(!screen(&scan, 80, 20, secs(4)).contains("closer"));
    let text = screen(&scan, 80, 20, secs(6));
    assert!(text.contains("closer"), "{text}");
    assert!(text.contains('▓') || text.contains('█'), "{text}");
}

#[test]
fn a_camera_that_went_away_takes_nothing_with_it() {
    let transfer = transfer();
    let mut scan = Scan::new(Eyes::Pictures, "/dev/video0");
    scan.line(&transfer.text(0), secs(1));
    scan.ended(Blind {
        source_name: "/dev/video0".to_owned(),
        reason: "the camera went away".to_owned(),
    });
    let text = screen(&scan, 80, 20, secs(60));
    assert!(
        text.contains("went away") && text.contains("1 of"),
        "{text}"
    );
    scan.sighting(Sighting::default(), secs(61));
    assert_eq!(scan.trouble(), None);
}

#[test]
fn every_size_of_window_is_drawn() {
    let transfer = transfer();
    let mut scan = Scan::new(Eyes::Pictures, "camera");
    for (columns, rows) in [(1, 1), (7, 3), (80, 24), (200, 60)] {
        screen(&scan, columns, rows, secs(9));
    }
    for number in 0..transfer.needed() {
        scan.line(&transfer.text(number), secs(1));
        for (columns, rows) in [(1, 1), (7, 3), (80, 24), (200, 60)] {
            screen(&scan, columns, rows, secs(1));
        }
    }
}
