//! The home screen: what the program can do, each with a sentence.

use ratatui::buffer::Buffer;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::ask::join;
use crate::tui::HomeChoice;
use crate::tui::bindings::{Act, act};
use crate::tui::entry::touch::Stray;
use crate::tui::entry::{Entered, Entry, Typed};
use crate::tui::glyphs::{self, POINT};
use crate::tui::keys::{Burst, Key, keys};
use crate::tui::model::SMALLEST;
use crate::tui::pen::{Pen, Text};
use crate::tui::settings::Settings;
use crate::tui::theme::Role;
use crate::tui::widgets::{form, frame};

/// One line of the menu.
struct Item {
    title: &'static str,
    about: &'static str,
    fields: &'static [&'static str],
    choice: fn(Vec<String>) -> HomeChoice,
}

fn nth(texts: &[String], index: usize) -> String {
    texts.get(index).cloned().unwrap_or_default()
}

const MENU: &[Item] = &[
    Item {
        title: "Start a ceremony",
        about: "from a reviewed plan, in a new directory",
        fields: &["Plan", "New directory"],
        choice: |t| HomeChoice::Start {
            plan: nth(&t, 0),
            dir: nth(&t, 1),
        },
    },
    Item {
        title: "Resume a ceremony",
        about: "that was left, or stopped by a power cut",
        fields: &["Directory"],
        choice: |t| HomeChoice::Resume { dir: nth(&t, 0) },
    },
    Item {
        title: "Audit a ceremony",
        about: "re-derive every byte from its transcript",
        fields: &["Directory"],
        choice: |t| HomeChoice::Audit { dir: nth(&t, 0) },
    },
    Item {
        title: "Replay a ceremony",
        about: "record by record, with the screens that people saw",
        fields: &["Directory"],
        choice: |t| HomeChoice::Replay { dir: nth(&t, 0) },
    },
    Item {
        title: "Rehearse",
        about: "a whole ceremony with software keys, marked as such",
        fields: &["New directory"],
        choice: |t| HomeChoice::Rehearse { dir: nth(&t, 0) },
    },
    Item {
        title: "Tokens",
        about: "YubiKeys and others: which are inserted, how their PINs stand",
        fields: &[],
        choice: |_| HomeChoice::Tokens,
    },
    Item {
        title: "Environment",
        about: "network, clock, memory and terminal of this computer",
        fields: &[],
        choice: |_| HomeChoice::Environment,
    },
    Item {
        title: "Quit",
        about: "nothing is left running",
        fields: &[],
        choice: |_| HomeChoice::Quit,
    },
];

const TOUCHED: &str =
    "A token was touched by accident: what it typed was taken out, and nothing was done.";

/// The home screen as values.
pub struct Home {
    /// How to draw.
    pub settings: Settings,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The time.
    pub now: time::OffsetDateTime,
    /// Something to say, such as why the last choice did not work.
    pub notice: String,
    selected: usize,
    entry: Option<Entry>,
    stray: Stray,
}

impl Home {
    /// A home screen.
    pub fn new(settings: Settings, size: (u16, u16), notice: String) -> Self {
        let now = (settings.clock)();
        Self {
            settings,
            size,
            now,
            notice,
            selected: 0,
            entry: None,
            stray: Stray::default(),
        }
    }

    /// Keys were typed.
    pub fn input(&mut self, burst: &Burst) -> Option<HomeChoice> {
        keys(burst.bytes()).find_map(|key| self.key(key))
    }

    fn key(&mut self, key: Key) -> Option<HomeChoice> {
        if self.entry.is_none() && self.stray.ends_with(key) {
            TOUCHED.clone_into(&mut self.notice);
            return None;
        }
        match (act(key, self.entry.is_some()), &mut self.entry) {
            (Some(Act::Leave), _) => return Some(HomeChoice::Quit),
            (Some(Act::Back), entry) => *entry = None,
            (Some(Act::Enter), Some(entry)) => {
                match entry.enter() {
                    Entered::Complete => {}
                    Entered::NotYet => return None,
                    Entered::Touch => {
                        TOUCHED.clone_into(&mut self.notice);
                        return None;
                    }
                }
                let texts = (0..entry.fields.len()).map(|i| entry.text(i)).collect();
                return MENU.get(self.selected).map(|item| (item.choice)(texts));
            }
            (Some(Act::Next | Act::Down), Some(entry)) => entry.go(1),
            (Some(Act::Previous | Act::Up), Some(entry)) => entry.go(-1),
            (Some(Act::Erase), Some(entry)) => entry.erase(),
            (Some(Act::Clear), Some(entry)) => entry.clear(),
            (None, Some(entry)) => {
                if let Key::Char(c) = key
                    && entry.push(c) == Typed::Touch
                {
                    TOUCHED.clone_into(&mut self.notice);
                }
            }
            (Some(Act::Enter), None) => return self.choose(),
            (Some(Act::Down | Act::Next), None) => {
                self.selected = (self.selected + 1).min(MENU.len() - 1);
            }
            (Some(Act::Up | Act::Previous), None) => {
                self.selected = self.selected.saturating_sub(1);
            }
            (None, None) => {
                let digit = match key {
                    Key::Char(c) => c.to_digit(10).and_then(|d| usize::try_from(d).ok()),
                    _ => None,
                };
                if let Some(index) = digit
                    .and_then(|d| d.checked_sub(1))
                    .filter(|i| *i < MENU.len())
                {
                    self.selected = index;
                    return self.choose();
                }
            }
            _ => {}
        }
        None
    }

    fn choose(&mut self) -> Option<HomeChoice> {
        let item = MENU.get(self.selected)?;
        self.notice.clear();
        if item.fields.is_empty() {
            return Some((item.choice)(Vec::new()));
        }
        self.entry = Some(Entry::paths(item.fields));
        None
    }

    /// Draws it.
    pub fn draw(&self, buffer: &mut Buffer) {
        let pen = Pen(self.settings.colour);
        let width = usize::from(self.size.0);
        let text = if self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1 {
            let (columns, rows) = self.size;
            let words = format!(
                "This window has {columns} x {rows}. Needed: {} x {}.",
                SMALLEST.0, SMALLEST.1
            );
            pen.wrapped(Role::Important, &words, 0, width)
        } else {
            self.whole(pen, width)
        };
        for (y, line) in (0..self.size.1).zip(text) {
            buffer.set_line(0, y, &line, self.size.0);
        }
        glyphs::put_into(self.settings.glyphs, buffer);
    }

    fn whole(&self, pen: Pen, width: usize) -> Text {
        let clock = format!("{:02}:{:02} UTC ", self.now.hour(), self.now.minute());
        let title = " rootstage";
        let about = "  root key ceremonies, away from every network";
        let blanks = width.saturating_sub(title.width() + about.width() + clock.width());
        let mut top: Text = vec![
            Line::from(vec![
                pen.span(Role::Title, title),
                pen.span(Role::Dim, format!("{about}{:blanks$}", "")),
                pen.span(Role::Dim, clock),
            ]),
            pen.line(Role::Dim, "─".repeat(width)),
        ];
        let menu: Text = MENU
            .iter()
            .enumerate()
            .map(|(index, item)| self.item(pen, index, item))
            .collect();
        let loose = usize::from(self.size.1) >= 30;
        top.extend(join(
            vec![
                vec![Line::default()],
                menu.iter()
                    .flat_map(|l| {
                        if loose {
                            vec![l.clone(), Line::default()]
                        } else {
                            vec![l.clone()]
                        }
                    })
                    .collect(),
            ],
            false,
        ));
        let mut bottom: Text = Vec::new();
        if !self.notice.is_empty() {
            bottom.extend(pen.wrapped(
                Role::AlertWarn,
                &crate::safe::safe(&self.notice),
                1,
                width - 1,
            ));
        }
        if let Some(entry) = &self.entry {
            bottom.push(frame::rule(
                pen,
                MENU.get(self.selected).map_or("", |i| i.title),
                "",
                width,
            ));
            bottom.extend(form::rows(pen, entry, width - 1, self.settings.strength));
        }
        bottom.push(pen.line(Role::Dim, "─".repeat(width)));
        let hints: &[(&str, &str)] = if self.entry.is_some() {
            &[
                ("Enter", "next field, then go"),
                ("Tab", "next field"),
                ("Esc", "back"),
                ("Ctrl-C", "quit"),
            ]
        } else {
            &[
                ("1-8", "choose"),
                ("Up Down", "move"),
                ("Enter", "choose"),
                ("Ctrl-C", "quit"),
            ]
        };
        bottom.push(Line::from(
            hints
                .iter()
                .flat_map(|(key, word)| {
                    [
                        pen.span(Role::Guidance, format!(" {key} ")),
                        pen.span(Role::Dim, format!("{word} ")),
                    ]
                })
                .collect::<Vec<_>>(),
        ));
        let rows = usize::from(self.size.1);
        top.truncate(rows.saturating_sub(bottom.len()));
        while top.len() + bottom.len() < rows {
            top.push(Line::default());
        }
        top.extend(bottom);
        top
    }

    fn item(&self, pen: Pen, index: usize, item: &Item) -> Line<'static> {
        let here = index == self.selected;
        let mark = if here {
            format!("  {POINT} ")
        } else {
            "    ".to_owned()
        };
        Line::from(vec![
            pen.span(Role::Guidance, mark),
            pen.span(Role::Guidance, format!("{}  ", index + 1)),
            pen.span(
                if here { Role::Important } else { Role::Text },
                format!("{:<20}", item.title),
            ),
            pen.span(Role::Dim, item.about),
        ])
    }
}
