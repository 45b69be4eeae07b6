//! Reads the open question off the screen and answers it by keys, as the people of the plan would.

use std::collections::BTreeMap;

use super::pty::{Look, Terminal};

/// Somebody in the room.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub initials: String,
    pub duty: String,
}

/// The people in the room, and their secrets by name.
#[derive(Clone)]
pub struct People {
    pub all: Vec<Person>,
    pub secrets: BTreeMap<String, String>,
    pub rehearsal: bool,
}

/// Words that choose; the first of a question that is on screen is chosen.
const CHOICES: [&str; 7] = [
    "present",
    "same",
    "again",
    "sign-again",
    "use-last-try",
    "make-again",
    "go-on",
];

/// An open question, as it stands on the screen.
pub struct Question {
    /// Step, as the second row says it.
    pub step: String,
    /// What the words say, from beginning to end.
    pub body: Vec<String>,
    /// Labels of the fields.
    pub fields: Vec<String>,
    /// What is to be typed back.
    pub phrase: Option<String>,
}

impl Question {
    /// Its first row.
    pub fn title(&self) -> &str {
        self.body.first().map_or("", |l| l.trim())
    }

    /// Whether `words` are in it, wherever its lines break.
    pub fn says(&self, words: &str) -> bool {
        let all = self.body.join(" ");
        let all: Vec<&str> = all.split_whitespace().collect();
        all.join(" ").contains(words)
    }

    /// Whether it asks for a PIN or passphrase.
    pub fn wants_secret(&self) -> bool {
        self.fields.iter().any(|f| is_secret(f))
    }
}

/// Whether a field of this label takes a secret; the label says whose.
fn is_secret(label: &str) -> bool {
    let what = label.split(" of ").next().unwrap_or(label);
    [
        "PIN",
        "New PIN",
        "PUK",
        "New PUK",
        "Passphrase",
        "New passphrase",
        "Once more",
    ]
    .contains(&what)
}

/// Plays at a terminal.
pub struct Player<'a> {
    pub terminal: &'a Terminal,
    pub people: &'a People,
    records: u64,
    /// How many questions were answered.
    pub answered: usize,
}

impl<'a> Player<'a> {
    pub fn new(terminal: &'a Terminal, people: &'a People) -> Self {
        Self {
            terminal,
            people,
            records: 0,
            answered: 0,
        }
    }

    /// Waits for the next question and reads all of it; `None` at the end of the ceremony.
    pub fn question(&mut self) -> Option<Question> {
        let before = self.records;
        let look = self.terminal.wait("the next question", |look| {
            assert!(!look.has("┃ No:"), "refused:\n{}", look.text());
            let asks = is_asking(look) || look.has("Type DONE to leave");
            look.records() != before && asks && look.has(" F1 help")
        });
        self.records = look.records();
        self.frame_is_whole(&look);
        if look.has("Type DONE to leave") {
            self.terminal.keep("end");
            return None;
        }
        let at = rule(&look).unwrap();
        let mut fields = Vec::new();
        let mut phrase = None;
        let end = status(&look).expect("what is to be done is on screen");
        for row in &look.main[at + 1..end] {
            if row.contains('┃') {
                continue;
            }
            if let Some(words) = row.strip_prefix(" Exactly") {
                phrase = Some(words.trim().to_owned());
                continue;
            }
            let mut rest = row.as_str();
            while let Some((label, after)) = rest.split_once('[') {
                let (_, next) = after
                    .split_once(']')
                    .unwrap_or_else(|| panic!("a field is cut off:\n{}", look.text()));
                fields.push(label.trim().to_owned());
                rest = next;
            }
        }
        assert!(!fields.is_empty(), "no field on screen:\n{}", look.text());
        let question = Question {
            step: look.rows[1].trim().to_owned(),
            body: self.read(),
            fields,
            phrase,
        };
        self.terminal.keys("\x1b[H");
        self.terminal.wait("the beginning again", |look| {
            position(look).is_none_or(|(from, _, _)| from == 1)
        });
        self.keep(&question, "open");
        self.terminal.keys("\x1b[F");
        self.terminal.wait("the end", |look| {
            position(look).is_none_or(|(_, to, of)| to == of)
        });
        Some(question)
    }

    fn keep(&self, question: &Question, what: &str) {
        let name = format!(
            "{:03} {} {} {what}",
            self.records,
            question.step,
            question.title()
        );
        self.terminal.keep(&name);
    }

    /// What must be on every screen, whatever is asked.
    fn frame_is_whole(&self, look: &Look) {
        let text = look.text();
        let banner = if self.people.rehearsal {
            " REHEARSAL "
        } else {
            " PRODUCTION "
        };
        assert!(look.rows[0].starts_with(banner), "banner:\n{text}");
        assert!(
            look.rows[0].contains(" UTC ") && look.rows[0].contains("air gap"),
            "{text}"
        );
        assert!(
            look.rows[1].contains("Step ") || look.rows[1].contains("All "),
            "step:\n{text}"
        );
        let last = look.rows.last().unwrap();
        assert!(last.contains("F1 help"), "keys:\n{text}");
        let digests = &look.rows[look.rows.len() - 2];
        assert!(digests.contains("Transcript"), "digests:\n{text}");
    }

    /// Reads the words from their beginning to their end, with the keys that scroll.
    fn read(&self) -> Vec<String> {
        self.terminal.keys("\x1b[H");
        let first = self.terminal.wait("the beginning of the text", |look| {
            position(look).is_none_or(|(from, _, _)| from == 1)
        });
        let rows = |look: &Look| -> Vec<String> {
            let end = rule(look).unwrap();
            look.main[3..end]
                .iter()
                .map(|r| r.trim_end().to_owned())
                .collect()
        };
        let mut text = rows(&first);
        let Some((_, mut shown, of)) = position(&first) else {
            while text.last().is_some_and(String::is_empty) {
                text.pop();
            }
            return text;
        };
        assert!(
            shown == text.len(),
            "the position is not what is shown:\n{}",
            first.text()
        );
        while shown < of {
            self.terminal.keys("\x1b[6~");
            let next = self.terminal.wait("the next page", |look| {
                position(look).is_some_and(|(_, to, _)| to > shown)
            });
            let (from, to, _) = position(&next).unwrap();
            assert!(
                from <= shown + 1,
                "a line was passed over:\n{}",
                next.text()
            );
            text.extend(rows(&next).into_iter().skip(shown + 1 - from));
            shown = to;
        }
        text
    }

    /// Answers as it asks to be answered.
    pub fn answer(&mut self, question: &Question) {
        self.answer_with(question, None);
    }

    /// The same, with another secret.
    pub fn answer_with(&mut self, question: &Question, secret: Option<&str>) {
        self.type_answer(question, secret);
        self.terminal.see("Complete. Enter answers.");
        self.keep(question, "typed");
        self.terminal.keys("\r");
        self.answered += 1;
    }

    /// Fills the fields and does not answer.
    pub fn type_answer(&self, question: &Question, secret: Option<&str>) {
        let mut taken: Vec<&str> = Vec::new();
        for (number, label) in question.fields.iter().enumerate() {
            let value = self.value(question, label, secret, &mut taken);
            self.terminal.keys(&value);
            if !is_secret(label) {
                // what is typed is seen
                let box_start = format!("{label} [{value}");
                self.terminal.wait(&box_start, |look| {
                    look.text()
                        .replace("  ", " ")
                        .contains(&box_start.replace("  ", " "))
                        || look.has(&format!("[{value}"))
                });
            }
            if number + 1 < question.fields.len() {
                self.terminal.keys("\r");
            }
        }
    }

    fn value(
        &self,
        question: &Question,
        label: &str,
        secret: Option<&str>,
        taken: &mut Vec<&'a str>,
    ) -> String {
        if let Some(role) = label.strip_suffix("'s initials") {
            let free = |p: &&&Person| !taken.contains(&p.name.as_str());
            let person = match role.to_lowercase().as_str() {
                "keyholder" => self.holder(question),
                "participant" if question.title().ends_with("are you here?") => self
                    .people
                    .all
                    .iter()
                    .find(|p| question.title().starts_with(&p.name)),
                duty @ ("administrator" | "witness") => {
                    self.people.all.iter().find(|p| p.duty == duty)
                }
                _ => [&self.people.all[1], &self.people.all[0]]
                    .iter()
                    .find(free)
                    .copied(),
            };
            let person = person.unwrap_or_else(|| panic!("who is {role} in {}?", question.step));
            taken.push(&person.name);
            return person.initials.clone();
        }
        if let Some(number) = label.strip_prefix("Word ") {
            return word(question, number);
        }
        match label {
            "Your choice" => question
                .body
                .iter()
                .filter_map(|row| {
                    row.split_whitespace()
                        .next()
                        .filter(|_| row.starts_with("   "))
                })
                .find(|w| CHOICES.contains(w))
                .unwrap_or_else(|| panic!("no choice known in {:?}", question.body))
                .to_owned(),
            "Type it back" => question.phrase.clone().unwrap(),
            "Your watch, UTC, HH:MM" => {
                let look = self.terminal.look();
                let (before, _) = look.rows[0].split_once(" UTC").unwrap();
                before[before.len() - 5..].to_owned()
            }
            label if is_secret(label) => {
                let puk = |label: &str| label.starts_with("PUK") || label.starts_with("New PUK");
                // what is typed twice is what the field before asked for
                let before = question
                    .fields
                    .iter()
                    .rev()
                    .skip_while(|f| *f != "Once more");
                let asked = match label {
                    "Once more" => before.skip(1).map(String::as_str).next(),
                    other => Some(other),
                };
                if asked.is_some_and(puk) {
                    return self.people.secrets["PUK"].clone();
                }
                let holder = &self.holder(question).expect("a keyholder").name;
                secret.map_or_else(|| self.people.secrets[holder].clone(), str::to_owned)
            }
            other => panic!("what goes into {other}?"),
        }
    }

    fn holder(&self, question: &Question) -> Option<&'a Person> {
        self.people
            .all
            .iter()
            .find(|p| question.step.contains(&format!("{}:", p.name)))
            .or_else(|| {
                // at a desk there is nobody else
                let first = self.people.all.first()?;
                let alone = self.people.all.iter().all(|p| p.name == first.name);
                alone.then_some(first)
            })
    }

    /// Chooses `word`, whatever else could be chosen.
    pub fn choose(&mut self, question: &Question, word: &str) {
        assert_eq!(question.fields[0], "Your choice", "{:#?}", question.body);
        self.terminal.keys(&format!("{word}\r"));
        let mut taken: Vec<&str> = Vec::new();
        for (number, label) in question.fields.iter().enumerate().skip(1) {
            let value = self.value(question, label, None, &mut taken);
            self.terminal.keys(&value);
            if number + 1 < question.fields.len() {
                self.terminal.keys("\r");
            }
        }
        self.terminal.see("Complete. Enter answers.");
        self.keep(question, "chosen");
        self.terminal.keys("\r");
        self.answered += 1;
    }

    /// Plays on until a question for which `wanted` is true, and does not answer it.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Question) -> bool) -> Question {
        loop {
            let question = self
                .question()
                .unwrap_or_else(|| panic!("no question: {what}"));
            if wanted(&question) {
                return question;
            }
            self.answer(&question);
        }
    }

    /// Plays on until a question has received its file, and does not answer it.
    pub fn until_received(&mut self) {
        loop {
            let look = self.terminal.wait("a question, or a file", |look| {
                let next = look.records() != self.records && is_asking(look);
                look.has("Initials take it.") || next && !look.has("The file is not complete yet")
            });
            if look.has("Initials take it.") {
                self.records = look.records();
                return;
            }
            let question = self.question().expect("a question that wants a file");
            self.answer(&question);
        }
    }

    /// Plays to the last screen; gives the head that it shows.
    pub fn play_out(&mut self) -> String {
        while let Some(question) = self.question() {
            self.answer(&question);
        }
        head(&self.terminal.look())
    }
}

/// The head on the last screen, in hexadecimal.
pub fn head(look: &Look) -> String {
    let groups: Vec<&str> = look
        .main
        .iter()
        .flat_map(|row| {
            let groups: Vec<&str> = row.split_whitespace().collect();
            let hex = groups.len() == 8
                && groups
                    .iter()
                    .all(|g| g.len() == 4 && g.bytes().all(|b| b.is_ascii_hexdigit()));
            if hex { groups } else { Vec::new() }
        })
        .collect();
    assert_eq!(groups.len(), 16, "one digest in full:\n{}", look.text());
    groups.concat()
}

/// Whether a question is open and can be answered now.
fn is_asking(look: &Look) -> bool {
    rule(look).is_some() && status(look).is_some()
}

fn rule(look: &Look) -> Option<usize> {
    look.main
        .iter()
        .position(|row| row.contains("── Answer ─") || row.contains("── Leave ─"))
}

fn status(look: &Look) -> Option<usize> {
    look.main.iter().position(|row| row.starts_with(" To do:"))
}

/// `lines 1–13 of 20`: first, last, all.
fn position(look: &Look) -> Option<(usize, usize, usize)> {
    let row = &look.main[rule(look)?];
    let (_, words) = row.split_once(" lines ")?;
    let (from, rest) = words.split_once(['–', '-'])?;
    let (to, rest) = rest.split_once(" of ")?;
    let of: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((from.parse().ok()?, to.parse().ok()?, of.parse().ok()?))
}

/// The word of this number in the drawn grid.
fn word(question: &Question, number: &str) -> String {
    question
        .body
        .iter()
        .find_map(|row| {
            let parts: Vec<&str> = row.split_whitespace().collect();
            let grid = parts.len() == 8 && parts.iter().step_by(2).all(|p| p.parse::<u8>().is_ok());
            grid.then(|| {
                parts
                    .chunks(2)
                    .find(|pair| pair[0] == number)
                    .map(|pair| pair[1].to_owned())
            })
            .flatten()
        })
        .unwrap_or_else(|| panic!("word {number} is not in the grid: {:#?}", question.body))
}
