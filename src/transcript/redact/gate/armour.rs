//! What stands in certificates, as bytes.

use data_encoding::BASE64;

/// What is in the armour of PEM (RFC 7468) in a text: names stand in certificates as bytes.
pub fn armoured(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let Some((_, rest)) = block.split_once("-----") else {
            continue;
        };
        let body = rest.split("-----END").next().unwrap_or_default();
        let letters: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        if let Ok(bytes) = BASE64.decode(letters.as_bytes()) {
            found.push(String::from_utf8_lossy(&bytes).into_owned());
            found.push(strings(&bytes));
        }
    }
    found
}

/// Whatever may be a string in DER (X.690, section 8.23): what follows it looks like a digit beside it.
fn strings(der: &[u8]) -> String {
    /// `UTF8String`, `PrintableString`, `TeletexString`, `IA5String`.
    const TAGS: [u8; 4] = [0x0c, 0x13, 0x14, 0x16];
    let mut texts = Vec::new();
    for (at, pair) in der.windows(2).enumerate() {
        let [tag, length] = pair else { continue };
        let from = at + 2;
        let text = der.get(from..from + usize::from(*length));
        if let Some(text) = text.filter(|_| TAGS.contains(tag)) {
            texts.push(String::from_utf8_lossy(text));
        }
    }
    texts.join(" ")
}
