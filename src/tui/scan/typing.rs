//! Who pressed a key: a person, or a hand scanner, which is a keyboard as well.

use std::time::Duration;

use crate::qr::keyboard::{self, Burst, Stroke, Typed};
use crate::tui::keys::Key;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A line of a scanner, as it was meant whatever the keyboard layouts.
    Line(String),
    /// Keys that mean what they always mean. Where there are several, they came faster than fingers
    /// press them, and are too few for a frame.
    Keys(Vec<Key>),
}

/// Tells scanners from people. Times are those since some beginning.
#[derive(Clone, Debug, Default)]
pub struct Typing {
    burst: Burst,
    advice: Option<String>,
}

impl Typing {
    /// A key was pressed. What is heard may come later than it was pressed.
    pub fn key(&mut self, key: Key, at: Duration) -> Vec<Heard> {
        let stroke = match key {
            Key::Char(c) => Stroke::Char(c),
            Key::Enter => Stroke::Enter,
            Key::Tab => Stroke::Tab,
            // no scanner types these: what was held back comes first
            other => {
                let held = self.burst.idle(u64::MAX);
                let mut heard = self.sort(held);
                heard.push(Heard::Keys(vec![other]));
                return heard;
            }
        };
        let typed = self.burst.press(milliseconds(at), stroke);
        self.sort(typed)
    }

    /// What is clear because of the time alone.
    pub fn idle(&mut self, at: Duration) -> Vec<Heard> {
        let typed = self.burst.idle(milliseconds(at));
        self.sort(typed)
    }

    /// How long until [`Self::idle`] has something to say; `None` where nothing is held back.
    pub fn wait(&self, at: Duration) -> Option<Duration> {
        let deadline = self.burst.deadline()?;
        let left = deadline.saturating_sub(milliseconds(at));
        Some(Duration::from_millis(left))
    }

    /// What to tell people of the scanner's keyboard layout.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    fn sort(&mut self, typed: impl IntoIterator<Item = Typed>) -> Vec<Heard> {
        let mut heard = Vec::new();
        for typed in typed {
            match typed {
                Typed::Scan(line) => {
                    let line = keyboard::read(&line);
                    self.advice = line.layout.advice();
                    heard.push(Heard::Line(line.text));
                }
                Typed::Keys(strokes) => {
                    let keys = strokes.into_iter().map(pressed);
                    match heard.last_mut() {
                        Some(Heard::Keys(before)) => before.extend(keys),
                        _ => heard.push(Heard::Keys(keys.collect())),
                    }
                }
            }
        }
        heard
    }
}

fn milliseconds(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}

fn pressed(stroke: Stroke) -> Key {
    match stroke {
        Stroke::Char(c) => Key::Char(c),
        Stroke::Enter => Key::Enter,
        Stroke::Tab => Key::Tab,
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, Typing};
    use crate::qr::Transfer;
    use crate::tui::keys::{Key, keys};
    use std::time::Duration;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn typed(typing: &mut Typing, bytes: &[u8], at: Duration) -> Vec<Heard> {
        keys(bytes).flat_map(|key| typing.key(key, at)).collect()
    }

    #[test]
    fn a_key_of_a_person_is_a_key_a_moment_later() {
        let mut typing = Typing::default();
        assert_eq!(typing.key(Key::Char('q'), ms(1000)), []);
        assert_eq!(typing.wait(ms(1010)), Some(ms(26)));
        assert_eq!(typing.idle(ms(1036)), [Heard::Keys(vec![Key::Char('q')])]);
        assert_eq!(typing.wait(ms(1037)), None);
        assert_eq!(
            typing.key(Key::Ctrl('c'), ms(2000)),
            [Heard::Keys(vec![Key::Ctrl('c')])]
        );
    }

    #[test]
    fn a_frame_is_a_line_whatever_the_layout_and_a_paste_is_one_too() {
        let text = Transfer::new(&[7; 200], 200).unwrap().text(0);
        let mut typing = Typing::default();
        let heard = typed(&mut typing, format!("{text}\r").as_bytes(), ms(1000));
        assert_eq!(heard, [Heard::Line(text.clone())]);
        assert_eq!(typing.advice(), None);
        let german: String = text
            .chars()
            .map(|c| match c {
                'Y' => 'z',
                'Z' => 'y',
                c => c.to_ascii_lowercase(),
            })
            .collect();
        assert_ne!(german.to_ascii_uppercase(), text);
        let pasted = format!("\x1b[200~{german}\r\x1b[201~");
        let heard = typed(&mut typing, pasted.as_bytes(), ms(3000));
        assert_eq!(heard.first(), Some(&Heard::Line(text)));
        assert!(
            typing
                .advice()
                .is_some_and(|advice| advice.contains("German"))
        );
    }

    #[test]
    fn short_codes_are_several_keys_at_once() {
        let mut typing = Typing::default();
        assert_eq!(
            typed(&mut typing, b"q\r", ms(1000)),
            [Heard::Keys(vec![Key::Char('q'), Key::Enter])]
        );
    }
}
