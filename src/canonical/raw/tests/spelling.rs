//! One value, spelt in many ways: order, blanks, escapes.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

pub fn value() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        any::<String>(),
        "[a-c]{0,2}",
        "[\"\\\\!#\\]\u{1}é]{0,3}",
        "abcdefg[a-c\"]{0,3}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The value as these choices, taken one after the other, make it.
pub fn written(value: &Value, choices: &[u8]) -> String {
    let mut out = String::new();
    Choices(choices.iter().cycle()).write(&mut out, value);
    out
}

struct Choices<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl Choices<'_> {
    fn next(&mut self, of: u8) -> usize {
        usize::from(self.0.next().unwrap() % of)
    }

    fn blank(&mut self, out: &mut String) {
        out.push_str(["", "", " ", "\n", "\t \r\n"][self.next(5)]);
    }

    fn string(&mut self, out: &mut String, text: &str) {
        out.push('"');
        for c in text.chars() {
            let must = c < ' ' || c == '"' || c == '\\';
            match self.next(8) {
                0 => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        write!(out, "\\u{unit:04X}").unwrap();
                    }
                }
                1 if c == '/' => out.push_str("\\/"),
                _ if must => {
                    let quoted = Value::from(c.to_string()).to_string();
                    out.push_str(&quoted[1..quoted.len() - 1]);
                }
                _ => out.push(c),
            }
        }
        out.push('"');
    }

    fn write(&mut self, out: &mut String, value: &Value) {
        self.blank(out);
        match value {
            Value::String(text) => self.string(out, text),
            Value::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    self.write(out, item);
                }
                self.blank(out);
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                let mut members: Vec<_> = members.iter().collect();
                for at in (1..members.len()).rev() {
                    members.swap(at, self.next(u8::MAX) % (at + 1));
                }
                for (at, (name, value)) in members.into_iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    self.blank(out);
                    self.string(out, name);
                    self.blank(out);
                    out.push(':');
                    self.write(out, value);
                }
                self.blank(out);
                out.push('}');
            }
            plain => out.push_str(&plain.to_string()),
        }
        self.blank(out);
    }
}
