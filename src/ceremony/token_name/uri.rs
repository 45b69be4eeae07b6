//! `pkcs11:` URIs (RFC 7512).

use std::collections::BTreeMap;

use super::{NameProblem, Pkcs11Name};

const BY_SERIAL: &str =
    "a token is found by its serial and label, in whichever slot or reader it is; slots change";
const NO_PIN: &str = "a PIN never comes in a name, nor does the place where one is kept";

/// Reads what stands behind `pkcs11:`.
pub(super) fn parse(rest: &str) -> Result<Pkcs11Name, NameProblem> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut values = BTreeMap::new();
    // RFC 7512, section 2.3: the path's attributes are parted by `;`, the query's by `&`
    collect(path, ';', "&", &mut values, |name| match name {
        "token" | "serial" | "manufacturer" | "model" | "object" | "id" | "type" => Ok(()),
        _ if name.starts_with("slot-") => Err(Some(BY_SERIAL)),
        _ => Err(None),
    })?;
    collect(query, '&', "/?|", &mut values, |name| match name {
        "module-path" | "module-name" => Ok(()),
        _ if name.starts_with("pin-") => Err(Some(NO_PIN)),
        _ => Err(None),
    })?;
    let mut text = |attribute: &str| {
        values
            .remove(attribute)
            .map(|value| as_text(attribute, value))
            .transpose()
    };
    let (module_path, module_name) = (text("module-path")?, text("module-name")?);
    let name = Pkcs11Name {
        module_path: check_module(module_path, module_name.as_deref())?,
        token: text("token")?,
        serial: text("serial")?,
        manufacturer: text("manufacturer")?,
        model: text("model")?,
        object: text("object")?,
        id: None,
    };
    if let Some(kind) = text("type")?
        && kind != "private"
        && kind != "public"
    {
        let why = "only keys that sign are used here: type=private or type=public";
        return Err(NameProblem::Refused {
            attribute: "type".to_owned(),
            why,
        });
    }
    if name.serial.is_none() && name.token.is_none() {
        return Err(NameProblem::Missing {
            what: "which token: give serial, token (its label), or both",
        });
    }
    Ok(Pkcs11Name {
        id: values.remove("id"),
        ..name
    })
}

/// Reads `name=value` parts into `values`. `known` says of each name that it is taken, refused
/// for a reason, or unknown.
fn collect(
    part: &str,
    separator: char,
    allowed: &str,
    values: &mut BTreeMap<String, Vec<u8>>,
    known: impl Fn(&str) -> Result<(), Option<&'static str>>,
) -> Result<(), NameProblem> {
    for part in part.split(separator).filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(NameProblem::NotAnAttribute {
                part: part.to_owned(),
            });
        };
        let attribute = name.to_owned();
        match known(name) {
            Ok(()) => {}
            Err(Some(why)) => return Err(NameProblem::Refused { attribute, why }),
            Err(None) => return Err(NameProblem::Unknown { attribute }),
        }
        let value = percent_decode(name, value, allowed)?;
        if value.is_empty() {
            return Err(NameProblem::Empty { attribute });
        }
        if values.insert(attribute.clone(), value).is_some() {
            return Err(NameProblem::Repeated { attribute });
        }
    }
    Ok(())
}

/// RFC 7512, section 2.3: `pk11-pchar` or `pk11-qchar`, by what `more` allows besides the common
/// characters.
fn percent_decode(attribute: &str, value: &str, more: &str) -> Result<Vec<u8>, NameProblem> {
    let refuse = |found: String| NameProblem::Encoding {
        attribute: attribute.to_owned(),
        found,
    };
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        if c == '%' {
            let digits: String = rest.by_ref().take(2).collect();
            let byte = (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
                .then(|| u8::from_str_radix(&digits, 16).ok())
                .flatten()
                .ok_or_else(|| refuse(format!("%{digits}")))?;
            decoded.push(byte);
        } else if c.is_ascii_alphanumeric() || "-._~:[]@!$'()*+,=".contains(c) || more.contains(c) {
            // every character allowed is ASCII: one byte
            decoded.extend(u8::try_from(c));
        } else {
            return Err(refuse(c.to_string()));
        }
    }
    Ok(decoded)
}

fn as_text(attribute: &str, value: Vec<u8>) -> Result<String, NameProblem> {
    String::from_utf8(value)
        .ok()
        .filter(|text| !text.chars().any(char::is_control))
        .ok_or_else(|| NameProblem::NotText {
            attribute: attribute.to_owned(),
        })
}

/// The module is a file that the plan names in full: a bare name would let the loader's search
/// path choose the code that sees the PIN.
fn check_module(path: Option<String>, name: Option<&str>) -> Result<String, NameProblem> {
    let Some(path) = path else {
        return Err(NameProblem::Missing {
            what: "the module: give ?module-path=/…",
        });
    };
    if !path.starts_with('/') {
        return Err(NameProblem::Path {
            path,
            why: "the module's path must be absolute",
        });
    }
    if let Some(name) = name {
        // section 2.3: the name is that of the file without `lib` before and the ending behind it
        let file = path.rsplit('/').next().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        if name != stem && Some(name) != stem.strip_prefix("lib") {
            return Err(NameProblem::Path {
                path,
                why: "module-name is not the name of this file",
            });
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::super::{ParsedName, parse};
    use super::{NameProblem, Pkcs11Name};
    use crate::ceremony::token::TokenName;

    fn pkcs11(uri: &str) -> Result<Pkcs11Name, NameProblem> {
        match parse(&TokenName(uri.to_owned()))? {
            ParsedName::Pkcs11(name) => Ok(name),
            ParsedName::YubiKey(_) | ParsedName::File(_) => panic!("not a pkcs11 name"),
        }
    }

    const MODULE: &str = "?module-path=/usr/lib/softhsm/libsofthsm2.so";

    #[test]
    fn reads_every_attribute_decoded() {
        let name = pkcs11(
            "pkcs11:token=Root%20key%3B%20A;serial=0a1b;manufacturer=SoftHSM%20project;\
             model=SoftHSM%20v2;object=root-1;id=%00%ff;type=private\
             ?module-path=/usr/lib/softhsm/libsofthsm2.so&module-name=softhsm2",
        )
        .unwrap();
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(
            name,
            Pkcs11Name {
                module_path: "/usr/lib/softhsm/libsofthsm2.so".to_owned(),
                token: said("Root key; A"),
                serial: said("0a1b"),
                manufacturer: said("SoftHSM project"),
                model: said("SoftHSM v2"),
                object: said("root-1"),
                id: Some(vec![0, 255]),
            }
        );
    }

    #[test]
    fn refuses_by_name_and_says_why() {
        let problem = |path: &str| pkcs11(&format!("pkcs11:{path}")).unwrap_err().to_string();
        for (path, words) in [
            (
                format!("serial=1{MODULE}&pin-value=1234"),
                "pin-value is refused: a PIN never",
            ),
            (
                format!("serial=1{MODULE}&pin-source=file:/x"),
                "pin-source is refused: a PIN never",
            ),
            (
                format!("slot-id=3{MODULE}"),
                "slot-id is refused: a token is found by its serial",
            ),
            (
                format!("serial=1;serial=2{MODULE}"),
                "serial is given more than once",
            ),
            (
                format!("serial=1;colour=red{MODULE}"),
                "unknown attribute colour",
            ),
            (
                format!("serial=1{MODULE}&x-pin=red"),
                "unknown attribute x-pin",
            ),
            (format!("token=a b{MODULE}"), "the value of token has \" \""),
            (
                format!("token=a%2{MODULE}"),
                "the value of token has \"%2\"",
            ),
            (
                format!("token=%ff{MODULE}"),
                "the value of token is not text",
            ),
            (
                format!("token=a%00{MODULE}"),
                "the value of token is not text",
            ),
            (format!("token={MODULE}"), "token has no value"),
            (
                format!("token{MODULE}"),
                "\"token\" is not of the form name=value",
            ),
            (
                format!("object=a{MODULE}"),
                "the name does not say which token",
            ),
            (format!("serial=1;type=cert{MODULE}"), "type is refused"),
            ("serial=1".to_owned(), "the name does not say the module"),
            (
                "serial=1?module-name=softhsm2".to_owned(),
                "the name does not say the module",
            ),
            (
                "serial=1?module-path=libx.so".to_owned(),
                "\"libx.so\": the module's path must be",
            ),
            (
                "serial=1?module-path=/l/libx.so&module-name=y".to_owned(),
                "module-name is not",
            ),
        ] {
            let said = problem(&path);
            assert!(said.contains(words), "{path}: {said}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(pkcs11:|file:)?[a-z=;&?%/\\-0-9 é\\n]{0,60}") {
            let _ = parse(&TokenName(text));
        }

        #[test]
        fn every_value_survives_its_encoding(label in "[^\\p{Cc}]{1,32}") {
            use std::fmt::Write as _;
            let mut uri = "pkcs11:token=".to_owned();
            for byte in label.bytes() {
                write!(uri, "%{byte:02X}").unwrap();
            }
            let name = pkcs11(&format!("{uri}{MODULE}")).unwrap();
            proptest::prop_assert_eq!(name.token, Some(label));
        }
    }
}
