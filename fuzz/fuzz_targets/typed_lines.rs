//! What a hand scanner, or a person, types: lines under any keyboard layout, and keys with times.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::qr::Collector;
use rootstage::qr::frame::{Frame, MAX_CHARS};
use rootstage::qr::keyboard::{Burst, Layout, Stroke, Typed, read};

fuzz_target!(|text: &str| {
    let line = read(text);
    if line.layout != Layout::Us {
        Frame::parse(&line.text).expect("another layout only where it makes a frame");
    }
    assert!(line.text.chars().count() <= MAX_CHARS + 64);
    Collector::default().take(&line.text);
    let (mut burst, mut at) = (Burst::default(), 0);
    let (mut typed, mut pressed) = (0, 0);
    let count = |typed: &Typed| match typed {
        Typed::Keys(keys) => keys.len(),
        Typed::Scan(line) => line.chars().count(),
    };
    for character in text.chars() {
        at += u64::from(character as u32 % 251);
        let stroke = match character {
            '\n' => Stroke::Enter,
            '\t' => Stroke::Tab,
            other => Stroke::Char(other),
        };
        pressed += 1;
        typed += burst.press(at, stroke).iter().map(count).sum::<usize>();
    }
    typed += burst.idle(u64::MAX).iter().map(count).sum::<usize>();
    assert!(typed <= pressed && burst.deadline().is_none());
});
