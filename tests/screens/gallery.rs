//! Prints screens with their colours, to look at them in a real terminal:
//! `GALLERY=words:120x40:unicode cargo test --test screens gallery -- --nocapture --ignored`

use ratatui::backend::Backend;
use rootstage::tui::backend::Screen;
use rootstage::tui::keys::Burst;
use rootstage::tui::{Colour, GlyphSet, HomeChoice};

use crate::samples;

#[test]
#[ignore = "for looking at"]
fn gallery() {
    let wish = std::env::var("GALLERY").unwrap_or_else(|_| "words:80x24:unicode:".to_owned());
    let parts: Vec<&str> = wish.splitn(4, ':').collect();
    let (columns, rows) = parts[1].split_once('x').unwrap();
    let size = (columns.parse().unwrap(), rows.parse().unwrap());
    let glyphs = match parts[2] {
        "console" => GlyphSet::Console,
        "ascii" => GlyphSet::Ascii,
        _ => GlyphSet::Unicode,
    };
    let typed = parts
        .get(3)
        .unwrap_or(&"")
        .replace("\\e", "\x1b")
        .replace("\\r", "\r")
        .replace("\\t", "\t");
    let buffer = if parts[0] == "home" {
        let mut home = rootstage::tui::screens::home::Home::new(
            samples::settings(glyphs, Colour::Sixteen),
            size,
            String::new(),
        );
        let choice: Option<HomeChoice> = home.input(&Burst::from(typed.as_bytes()));
        assert!(choice.is_none());
        let mut buffer =
            ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, size.0, size.1));
        home.draw(&mut buffer);
        buffer
    } else {
        let mut model = samples::named(parts[0], size, glyphs);
        for key in typed.split_inclusive('\r') {
            model.input(&Burst::from(key.as_bytes()));
        }
        samples::frame(&model)
    };
    let mut screen = Screen::default();
    screen
        .draw(buffer.content.iter().enumerate().map(|(i, c)| {
            let (x, y) = buffer.pos_of(i);
            (x, y, c)
        }))
        .unwrap();
    screen.flush().unwrap();
}
