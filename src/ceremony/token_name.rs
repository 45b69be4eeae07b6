//! Reading the names of tokens: `yubikey:SERIAL[/SLOT]`, `pkcs11:` URIs (RFC 7512) and
//! `file:PATH`.
//!
//! Pure string checking, so that a plan can be checked on any machine. A name that is accepted
//! here says one thing only: what it does not understand is an error that names it, never
//! something skipped.

use super::token::piv::Slot;
use super::token::{TokenKind, TokenName};

mod uri;

/// A token's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedName {
    /// A `YubiKey`.
    YubiKey(YubiKeyName),
    /// A PKCS#11 token.
    Pkcs11(Pkcs11Name),
    /// A software key file.
    File(FileName),
}

/// What a `yubikey:` name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YubiKeyName {
    /// Serial number, as printed on the device.
    pub serial: u32,
    /// Slot of the key; 9c where the name has none.
    pub slot: Slot,
}

/// What a `pkcs11:` URI says (RFC 7512, section 2.3), percent-decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pkcs11Name {
    /// Absolute path of the vendor's module (`module-path`).
    pub module_path: String,
    /// Label of the token (`token`).
    pub token: Option<String>,
    /// Serial number of the token (`serial`).
    pub serial: Option<String>,
    /// Manufacturer of the token (`manufacturer`).
    pub manufacturer: Option<String>,
    /// Model of the token (`model`).
    pub model: Option<String>,
    /// Label of the key (`object`, `CKA_LABEL`).
    pub object: Option<String>,
    /// Identifier of the key (`id`, `CKA_ID`), any bytes.
    pub id: Option<Vec<u8>>,
}

/// What a `file:` name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Path of the key file, as written.
    pub path: String,
}

/// Why a token's name cannot be used. The words need no token and no machine to be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// No kind of token has this scheme.
    #[error("a token's name begins with yubikey:, pkcs11: or file:, not {scheme:?}")]
    Scheme {
        /// What stands before the colon.
        scheme: String,
    },
    /// A part of the URI is not `name=value`.
    #[error("{part:?} is not of the form name=value")]
    NotAnAttribute {
        /// The part.
        part: String,
    },
    /// A character that RFC 7512 wants percent-encoded, or a percent sign without two hex digits.
    #[error("the value of {attribute} has {found:?}, which must be percent-encoded as %XX")]
    Encoding {
        /// Attribute.
        attribute: String,
        /// The character, or the broken escape.
        found: String,
    },
    /// The value is not UTF-8 text, or has control characters.
    #[error("the value of {attribute} is not text")]
    NotText {
        /// Attribute.
        attribute: String,
    },
    /// The value is empty, and so says nothing.
    #[error("{attribute} has no value")]
    Empty {
        /// Attribute.
        attribute: String,
    },
    /// This binary does not know the attribute.
    #[error("unknown attribute {attribute}")]
    Unknown {
        /// Attribute.
        attribute: String,
    },
    /// The attribute is given twice.
    #[error("{attribute} is given more than once")]
    Repeated {
        /// Attribute.
        attribute: String,
    },
    /// RFC 7512 has the attribute, and it is refused here.
    #[error("{attribute} is refused: {why}")]
    Refused {
        /// Attribute.
        attribute: String,
        /// The reason, as half a sentence.
        why: &'static str,
    },
    /// What stands behind `yubikey:` is no serial number, or its slot is none.
    #[error("{part:?} is not {wanted}")]
    YubiKey {
        /// The part.
        part: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Something needed is not said.
    #[error("the name does not say {what}")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// The path cannot be that of a module, or of a key file.
    #[error("{path:?}: {why}")]
    Path {
        /// The path.
        path: String,
        /// The reason.
        why: &'static str,
    },
}

/// Checks that `name` can be understood; says nothing of whether the token is there.
pub fn check_name(name: &TokenName) -> Result<(), NameProblem> {
    parse(name).map(|_| ())
}

/// Takes `name` apart.
pub fn parse(name: &TokenName) -> Result<ParsedName, NameProblem> {
    let (scheme, rest) = name.0.split_once(':').unwrap_or((&name.0, ""));
    match name.kind() {
        Some(TokenKind::YubiKey) => parse_yubikey(rest).map(ParsedName::YubiKey),
        Some(TokenKind::Pkcs11) => uri::parse(rest).map(ParsedName::Pkcs11),
        Some(TokenKind::File) => parse_file(rest).map(ParsedName::File),
        None => Err(NameProblem::Scheme {
            scheme: scheme.to_owned(),
        }),
    }
}

fn parse_yubikey(rest: &str) -> Result<YubiKeyName, NameProblem> {
    let (serial, slot) = match rest.split_once('/') {
        Some((serial, slot)) => (serial, Some(slot)),
        None => (rest, None),
    };
    let wrong = |part: &str, wanted| NameProblem::YubiKey {
        part: part.to_owned(),
        wanted,
    };
    // one spelling for one token: no sign, no leading zero
    let plain = serial.bytes().all(|b| b.is_ascii_digit()) && !serial.starts_with('0');
    let number = plain.then(|| serial.parse().ok()).flatten();
    Ok(YubiKeyName {
        serial: number
            .ok_or_else(|| wrong(serial, "the serial number of a YubiKey, in decimal digits"))?,
        slot: match slot {
            None => Slot::SIGNATURE,
            Some(slot) => Slot::parse(slot)
                .filter(|parsed| parsed.to_string() == slot)
                .ok_or_else(|| wrong(slot, "a PIV slot: 9a, 9c, 9d, 9e, or 82 to 95"))?,
        },
    })
}

/// The serial number and the slot of a `YubiKey`'s name; `None` for other tokens.
pub fn yubikey(name: &TokenName) -> Option<YubiKeyName> {
    match parse(name) {
        Ok(ParsedName::YubiKey(named)) => Some(named),
        _ => None,
    }
}

fn parse_file(path: &str) -> Result<FileName, NameProblem> {
    let refuse = |why| {
        Err(NameProblem::Path {
            path: path.to_owned(),
            why,
        })
    };
    if path.is_empty() {
        return Err(NameProblem::Missing {
            what: "the path of the key file",
        });
    }
    if path.starts_with("//") {
        return refuse("write file:/path, without the slashes of a URL");
    }
    if path.chars().any(char::is_control) {
        return refuse("control characters are not taken in paths");
    }
    match path.rsplit('/').next() {
        None | Some("" | "." | "..") => refuse("a key file is a file, not a directory"),
        Some(name)
            if std::path::Path::new(name)
                .extension()
                .is_some_and(|e| e == "pub") =>
        {
            refuse(".pub is the ending of the public half, which stands beside the key file")
        }
        Some(_) => Ok(FileName {
            path: path.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yubikeys_are_named_by_serial_and_slot() {
        let parsed = |name: &str| parse(&TokenName(name.to_owned()));
        let named = |serial, slot| {
            Ok(ParsedName::YubiKey(YubiKeyName {
                serial,
                slot: Slot::parse(slot).unwrap(),
            }))
        };
        assert_eq!(parsed("yubikey:18158855"), named(18_158_855, "9c"));
        assert_eq!(parsed("yubikey:1/9a"), named(1, "9a"));
        for name in [
            "yubikey:",
            "yubikey:0",
            "yubikey:012",
            "yubikey:+1",
            "yubikey:4294967296",
            "yubikey:1/",
            "yubikey:1/9b",
            "yubikey:1/9C",
            "yubikey:1/9c/9a",
            "yubikey: 1",
        ] {
            assert!(parsed(name).is_err(), "{name}");
        }
    }

    #[test]
    fn file_names_are_paths_of_files() {
        let check = |name: &str| check_name(&TokenName(name.to_owned()));
        assert_eq!(check("file:keys/root-1.age"), Ok(()));
        for name in [
            "file:",
            "file:///keys/a",
            "file:keys/",
            "file:..",
            "file:a.pub",
            "file:a\nb",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
        assert!(
            check("tpm:123")
                .unwrap_err()
                .to_string()
                .contains("\"tpm\"")
        );
        assert!(check("nothing").is_err());
    }
}
