//! How hard a passphrase is to guess: an estimate of our own.
//!
//! The known libraries (zxcvbn and its kin) build strings, maps and slices of what was typed and
//! leave them behind in memory, unwiped. This one reads the secret in place and keeps nothing.
//! It is coarse and errs on the low side.

use crate::secret::Secret;

/// What an estimate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Estimated guesses, as a power of two.
    pub bits: u32,
    /// The same in words for the entry screen.
    pub words: &'static str,
}

/// Below this many bits a passphrase falls to a single graphics card in about a day, even behind
/// scrypt at work factor 18 (about 2^10 guesses a second and card).
pub const WEAK_BELOW: u32 = 40;

/// What people choose first, and the keyboard's rows. Matched anywhere, in any case.
const COMMON: [&str; 40] = [
    "password",
    "passwort",
    "passphrase",
    "letmein",
    "welcome",
    "iloveyou",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "batman",
    "trustno1",
    "master",
    "shadow",
    "secret",
    "admin",
    "administrator",
    "changeme",
    "default",
    "login",
    "hello",
    "qwertyuiop",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "yxcvbn",
    "1q2w3e4r",
    "1qaz2wsx",
    "root",
    "ceremony",
    "rootstage",
    "keyholder",
    "sigstore",
    "yubikey",
    "softhsm",
];

/// Bits for a word from [`COMMON`]: the list, its spelling in capitals, and some doubt.
const COMMON_BITS: f64 = 7.0;
/// Bits for the second to fourth letter of a run of letters, of running text and of word lists
/// alike; with [`ENDING_BITS`], six words of a 7776-word list (77 bits) come out at about 90.
const IN_WORD_BITS: f64 = 2.5;
/// Bits for a later letter of a run: by then most words are known.
const ENDING_BITS: f64 = 1.5;
/// Bits for a character that repeats or continues a sequence (`aaa`, `123`, `cba`), and
/// for a blank or hyphen between words.
const EXPECTED_BITS: f64 = 0.5;

/// Estimates how hard `secret` is to guess.
pub fn strength(secret: &Secret) -> Strength {
    let text = secret.expose_str();
    let pool_bits = pool(text).log2();
    let mut bits = 0.0;
    let mut before: Option<char> = None;
    let mut run = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = common_prefix(rest) {
            bits += COMMON_BITS;
            before = None;
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        run = if before.is_some_and(|b| same_case(b, c)) {
            run + 1
        } else {
            1
        };
        bits += match before {
            Some(b) if (i64::from(u32::from(c)) - i64::from(u32::from(b))).abs() <= 1 => {
                EXPECTED_BITS
            }
            Some(b) if b.is_alphabetic() && (c == ' ' || c == '-') => EXPECTED_BITS,
            _ => match run {
                1 => pool_bits,
                2..=4 => IN_WORD_BITS,
                _ => ENDING_BITS,
            },
        };
        before = Some(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to a few thousand"
    )]
    let bits = bits as u32;
    let words = match bits {
        0..=27 => "guessed at once",
        28..WEAK_BELOW => "weak: falls within days",
        WEAK_BELOW..=59 => "fair: add a word or two",
        _ => "strong",
    };
    Strength { bits, words }
}

fn same_case(a: char, b: char) -> bool {
    (a.is_lowercase() && b.is_lowercase()) || (a.is_uppercase() && b.is_uppercase())
}

/// How many characters somebody would have to try who knows which classes are used.
fn pool(text: &str) -> f64 {
    // of 33 signs, people use few
    let sizes = [26.0, 26.0, 10.0, 12.0, 64.0];
    let mut used = [false; 5];
    for c in text.chars() {
        let class = match c {
            'a'..='z' => 0,
            'A'..='Z' => 1,
            '0'..='9' => 2,
            _ if c.is_ascii() => 3,
            _ => 4,
        };
        if let Some(used) = used.get_mut(class) {
            *used = true;
        }
    }
    sizes
        .iter()
        .zip(used)
        .filter(|(_, used)| *used)
        .map(|(size, _)| size)
        .sum::<f64>()
        .max(1.0)
}

/// Length in bytes of the longest common word with which `text` begins.
fn common_prefix(text: &str) -> Option<usize> {
    COMMON
        .iter()
        .map(|word| word.len())
        .zip(COMMON)
        .filter(|(length, word)| {
            text.get(..*length)
                .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
        })
        .map(|(length, _)| length)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(text: &str) -> u32 {
        strength(&Secret::copied_from(text).unwrap()).bits
    }

    #[test]
    fn what_people_choose_first_is_guessed_at_once() {
        for weak in [
            "",
            "password",
            "Password1",
            "qwerty123",
            "aaaaaaaaaaaaaaaa",
            "12345678901234567890",
            "rootCeremony2026",
        ] {
            assert!(bits(weak) < WEAK_BELOW, "{weak}: {}", bits(weak));
        }
        assert_eq!(strength(&Secret::new()).words, "guessed at once");
    }

    #[test]
    fn word_lists_and_random_strings_count_about_what_they_hold() {
        let six_words = bits("cobalt outing marmalade trekker venue squall");
        assert!((70..=110).contains(&six_words), "{six_words}");
        let random = bits("v7#Qm2!xT9@f");
        assert!((50..=80).contains(&random), "{random}");
        assert_eq!(
            strength(&Secret::copied_from("v7#Qm2!xT9@fLp").unwrap()).words,
            "strong"
        );
    }

    #[test]
    fn a_longer_passphrase_is_never_weaker_for_an_added_unrelated_word() {
        assert!(bits("cobalt outing") < bits("cobalt outing marmalade"));
        assert!(bits("émile über") > 0);
    }
}
