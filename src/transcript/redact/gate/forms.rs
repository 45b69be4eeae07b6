//! The encodings of a string that is withheld.

use std::fmt::Write as _;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use super::is_word;
use crate::ceremony::plan::plain;
use crate::digest::Sha256;
use crate::safe::safe;
use crate::transcript::redact::strings::{Class, Needle};

/// Strings of fewer bytes are not sought as base64 or hex: text has such by chance.
const ENCODED: usize = 5;
/// Hex digits of a digest by which a file is called in `in/`: as many tell which it is.
const DIGITS: usize = 12;

/// One way to write a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What is sought; in lower case unless `exact`.
    pub text: String,
    /// Whether it stands alone, with neither letter nor digit beside it.
    pub word: bool,
    /// Whether upper and lower case differ.
    pub exact: bool,
    /// Whether it is the string as people write it.
    pub plain: bool,
}

/// Every form of a string.
pub fn forms(needle: &Needle) -> Vec<Form> {
    let mut forms = Forms {
        word: is_word(needle),
        found: Vec::new(),
    };
    let text = needle.text.as_str();
    match needle.class {
        Class::Digest => {
            forms.digest(text);
            return forms.found;
        }
        Class::Initials => {
            // as ordinary words have them in lower case
            forms.found.push(Form {
                text: text.to_owned(),
                word: true,
                exact: true,
                plain: true,
            });
            return forms.found;
        }
        Class::Part => {
            forms.spelled(text, true);
            return forms.found;
        }
        Class::Name | Class::Serial | Class::Location => {}
    }
    forms.spelled(text, true);
    // white space as one space, as a browser shows it
    let words: Vec<&str> = text.split_whitespace().collect();
    forms.spelled(&words.join(" "), true);
    forms.spelled(&safe(text), true);
    for letters in plain(text) {
        forms.spelled(&letters, true);
        forms.spelled(&percent(&letters, is_unreserved), false);
    }
    for spelt in spellings(text) {
        forms.spelled(&json(&spelt, char::is_control), false);
        forms.spelled(&json(&spelt, |c| !c.is_ascii() || c.is_control()), false);
        forms.spelled(&markup(&spelt), false);
        for plain in [is_unreserved, is_of_pkcs11, |b: u8| {
            b.is_ascii_alphanumeric()
        }] {
            forms.spelled(&percent(&spelt, plain), false);
        }
        forms.spelled(&percent(&spelt, is_unreserved).replace("%20", "+"), false);
        if spelt.len() >= ENCODED {
            forms.encoded(&spelt);
        }
        for ended in [spelt.clone(), format!("{spelt}\n")] {
            forms.digest(&Sha256::of(ended.as_bytes()).hex());
        }
    }
    forms.found
}

/// The string as it is written, in lower case and in capitals.
fn spellings(text: &str) -> Vec<String> {
    let mut spelt = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
    spelt.dedup();
    spelt
}

struct Forms {
    word: bool,
    found: Vec<Form>,
}

impl Forms {
    fn push(&mut self, form: Form) {
        if !form.text.is_empty() && !self.found.contains(&form) {
            self.found.push(form);
        }
    }

    fn spelled(&mut self, text: &str, plain: bool) {
        for text in [text.to_lowercase(), text.to_uppercase().to_lowercase()] {
            self.push(Form {
                text,
                word: self.word,
                exact: false,
                plain,
            });
        }
    }

    fn anywhere(&mut self, text: String) {
        self.push(Form {
            text,
            word: false,
            exact: false,
            plain: false,
        });
    }

    fn encoded(&mut self, text: &str) {
        self.anywhere(HEXLOWER.encode(text.as_bytes()));
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend(text.as_bytes());
            for base64 in [BASE64_NOPAD.encode(&bytes), BASE64URL_NOPAD.encode(&bytes)] {
                // characters that hold bits of this string alone
                let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
                self.push(Form {
                    text: base64.get(from..to).unwrap_or_default().to_owned(),
                    word: false,
                    exact: true,
                    plain: false,
                });
            }
        }
    }

    /// A digest, as hex digits, in groups and as words.
    fn digest(&mut self, hex: &str) {
        self.anywhere(hex.get(..DIGITS).unwrap_or(hex).to_lowercase());
        let Ok(digest) = Sha256::parse(hex) else {
            return;
        };
        for parts in [digest.groups(), digest.words().map(str::to_owned).to_vec()] {
            let some: Vec<String> = parts.into_iter().take(6).collect();
            self.anywhere(some.join(" ").to_lowercase());
        }
        self.push(Form {
            text: BASE64_NOPAD.encode(&digest.0),
            word: false,
            exact: true,
            plain: false,
        });
    }
}

/// As it stands within a JSON string; `coded` characters as `\u`.
fn json(text: &str, coded: fn(char) -> bool) -> String {
    let mut written = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                written.push('\\');
                written.push(c);
            }
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if coded(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String does not fail.
                    let _ = write!(written, "\\u{unit:04x}");
                }
            }
            c => written.push(c),
        }
    }
    written
}

fn markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 7512, section 2.3: what a PKCS#11 URI has without a code.
fn is_of_pkcs11(byte: u8) -> bool {
    is_unreserved(byte) || b":[]@!$'()*+,=&".contains(&byte)
}

fn percent(text: &str, plain: fn(u8) -> bool) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        if plain(byte) {
            written.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(written, "%{byte:02x}");
        }
    }
    written
}

/// A page as it is read: without marks, for which `mark` is put, its character references as what they
/// stand for, white space as one space. Of a text without marks, its words.
pub fn read(text: &str, mark: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut parts = text.split('<');
    words.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once('>') {
            Some((_, said)) => {
                words.push_str(mark);
                words.push_str(said);
            }
            None => words.push_str(part),
        }
    }
    for (code, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        words = words.replace(code, character);
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with the escapes of JSON strings (RFC 8259, section 7) decoded, wherever they stand.
pub fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut put = |c: char| units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        if c != '\\' {
            put(c);
            continue;
        }
        match rest.next() {
            Some('n' | 'r' | 't' | 'b' | 'f') => put(' '),
            Some('u') => {
                let hex: String = rest.clone().take(4).collect();
                if let Ok(unit) = u16::from_str_radix(&hex, 16) {
                    units.push(unit);
                    rest.by_ref().take(4).for_each(drop);
                } else {
                    put('u');
                }
            }
            Some(other) => put(other),
            None => {}
        }
    }
    String::from_utf16_lossy(&units)
}
