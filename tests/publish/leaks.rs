//! A search by decoding: whatever looks like an encoding is decoded, and the text looked for in what comes out.

use std::path::Path;

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::Value;
use sha2::Digest as _;

/// Every text in a directory, and every text that can be decoded from it; with the file it is from.
pub fn texts(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    crate::room::each_file(dir, &mut |path, bytes| {
        let name = path.display().to_string();
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut all = vec![text.clone(), read(&text)];
        for line in text.lines() {
            if let Ok(value) = serde_json::from_str::<Value>(line) {
                strings(&value, &mut all);
            }
        }
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            strings(&value, &mut all);
        }
        for text in all.clone() {
            decoded(&text, &mut all);
        }
        // a seal's payload is JSON again
        for text in all.clone() {
            if let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&text) {
                strings(&value, &mut all);
            }
        }
        found.extend(
            all.into_iter()
                .map(|text| (name.clone(), text.to_lowercase())),
        );
    });
    found
}

pub fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            into.push(name.clone());
            strings(value, into);
        }),
        _ => {}
    }
}

pub fn read(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, said)| said));
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn decoded(text: &str, into: &mut Vec<String>) {
    let push = |bytes: Vec<u8>, into: &mut Vec<String>| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.chars().any(|c| c.is_ascii_alphanumeric()) {
            into.push(text);
        }
    };
    let words = |keep: fn(char) -> bool| {
        text.split(move |c| !keep(c))
            .filter(|word| word.len() >= 8)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for word in words(|c| c.is_ascii_hexdigit()) {
        for from in 0..2 {
            let even = &word[from..from + (word.len() - from) / 2 * 2];
            if let Ok(bytes) = data_encoding::HEXLOWER_PERMISSIVE.decode(even.as_bytes()) {
                push(bytes, into);
            }
        }
    }
    for word in words(|c| c.is_ascii_alphanumeric() || "+/-_".contains(c)) {
        let word = word.replace('-', "+").replace('_', "/");
        for from in 0..4.min(word.len()) {
            let whole = &word[from..];
            let fours = &whole[..whole.len() / 4 * 4];
            for whole in [whole, fours] {
                if let Ok(bytes) = data_encoding::BASE64_NOPAD.decode(whole.as_bytes()) {
                    push(bytes, into);
                    break;
                }
            }
        }
    }
    if text.contains('%') {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let code = after.get(..2).filter(|_| *first == b'%');
            let decoded = code.and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex).ok());
            rest = if decoded.is_some() {
                &after[2..]
            } else {
                after
            };
            bytes.extend(decoded.unwrap_or_else(|| vec![*first]));
        }
        push(bytes, into);
    }
}

/// Digests of 32 bytes that stand there as base64, as hexadecimal digits.
pub fn base64_digests(dir: &Path, into: &mut std::collections::BTreeSet<String>) {
    crate::room::each_file(dir, &mut |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/".contains(c)) {
            if let Ok(bytes) = data_encoding::BASE64_NOPAD.decode(word.as_bytes())
                && bytes.len() == 32
            {
                into.insert(data_encoding::HEXLOWER.encode(&bytes));
            }
        }
    });
}

/// What of `withheld` is in the directory, and where.
pub fn found(dir: &Path, withheld: &[&str]) -> Vec<(String, String)> {
    let texts = texts(dir);
    let mut leaks = Vec::new();
    for text in withheld {
        let digest = sha2::Sha256::digest(text.as_bytes());
        let digest = data_encoding::HEXLOWER.encode(&digest);
        let lower = text.to_lowercase();
        for (file, there) in &texts {
            if has(there, &lower) || there.contains(&digest) {
                leaks.push((file.clone(), (*text).to_owned()));
            }
        }
    }
    leaks.dedup();
    leaks
}

/// Short ones as whole words: digests have them by chance.
fn has(text: &str, sought: &str) -> bool {
    if sought.chars().count() > 8 {
        return text.contains(sought);
    }
    text.match_indices(sought).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + sought.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !inside(before) && !inside(after)
    })
}

#[test]
fn the_search_finds_what_is_hidden_in_every_way() {
    let dir = tempfile::tempdir().unwrap();
    let name = "Zoë \"Zed\" O'Hara";
    let json = serde_json::to_string(name).unwrap();
    let base64 = data_encoding::BASE64.encode(format!("xy{name}").as_bytes());
    for (number, hidden) in [
        name.to_owned(),
        name.to_uppercase(),
        json,
        base64,
        data_encoding::HEXLOWER.encode(name.as_bytes()),
        "Zo%C3%AB%20%22Zed%22%20O%27Hara".to_owned(),
        "Zoë <b>&quot;Zed&quot;</b> O&#39;Hara".to_owned(),
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(name.as_bytes())),
    ]
    .into_iter()
    .enumerate()
    {
        let path = dir.path().join("file");
        std::fs::write(path, hidden).unwrap();
        assert!(!found(dir.path(), &[name]).is_empty(), "{number}");
    }
}
