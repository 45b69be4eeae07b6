use proptest::prelude::*;

use super::{DigestError, Sha256, Sha256Stream};

const COEN: &str = "78e1b1452d62b075d5658ac652ad6eeccf15a81d25d63f55b9fc983463ba91d4";
const COEN_WORDS: &str = "island tolerance sailboat detector button gadgetry ruffled impartial sterling \
    glossary Oakland responsive Dupont perceptive goldfish unicorn stagehand bifocals retouch breakaway \
    bombast speculate cowbell equipment sentence Wilmington printer confidence flatfoot puberty pheasant souvenir";

fn coen() -> Sha256 {
    COEN.parse().unwrap()
}

#[test]
fn words_of_known_digests() {
    assert_eq!(coen().words().join(" "), COEN_WORDS);
    // the vectors of dnssec-keytools
    let known = Sha256::of(b"mekmitasdigoat");
    assert_eq!(known.hex(), "8d9eadc1f305d46f1f203886aa5df98f1ed62fcbacc23d2f6732d24d928703e8");
    assert_eq!(
        known.words().join(" "),
        "optic onlooker ringbolt recover upset almighty steamship hemisphere billiard butterfat classic \
         letterhead reward filament waffle midsummer berserk speculate cement revival ribcage repellent \
         commence combustion freedom component standard disruptive physique liberty acme typewriter"
    );
    assert_eq!(
        Sha256::of(b"The quick brown fox jumps over the lazy dog").words().join(" "),
        "stopwatch paramount watchword pocketful ahead stethoscope merit molecule gazelle revenue pupil \
         pyramid ruffled antenna buzzard document optic escapade drunken tradition goggles crossover \
         suspense impetus button aftermath stagnate rebellion clamshell retrospect topmost misnomer"
    );
}

#[test]
fn shown_in_groups() {
    let groups = coen().groups();
    assert_eq!((groups.len(), groups.concat()), (16, COEN.to_owned()));
    assert_eq!(coen().short(), "78e1 b145");
    assert_eq!(format!("{}", coen()), COEN);
}

#[test]
fn read_back_as_people_type() {
    for text in [
        COEN.to_uppercase(),
        coen().groups().join(" "),
        coen().groups().join(":"),
        format!("  {}\n{}\t", &COEN[..30], &COEN[30..]),
        COEN_WORDS.to_uppercase(),
        COEN_WORDS.replace(' ', "\n "),
    ] {
        assert_eq!(Sha256::parse(&text), Ok(coen()), "{text}");
    }
}

#[test]
fn the_first_bad_word_is_named() {
    let said = |change: &dyn Fn(&mut Vec<&str>)| {
        let mut words: Vec<_> = COEN_WORDS.split_whitespace().collect();
        change(&mut words);
        Sha256::parse(&words.join(" ")).unwrap_err()
    };
    assert_eq!(said(&|w| w[4] = "butt\u{202e}on"), DigestError::UnknownWord { position: 5, word: "butt\\u{202e}on".into() });
    assert_eq!(said(&|w| w.retain(|word| *word != "sailboat")), DigestError::WrongColumn { position: 3, word: "detector" });
    assert_eq!(said(&|w| w.insert(6, "ruffled")), DigestError::WrongColumn { position: 8, word: "ruffled" });
    assert_eq!(said(&|w| w.swap(9, 10)), DigestError::WrongColumn { position: 10, word: "Oakland" });
    assert_eq!(said(&|w| w.truncate(31)), DigestError::WordCount { got: 31 });
    assert_eq!(said(&|w| w.push("acme")), DigestError::WordCount { got: 33 });
    assert_eq!(Sha256::parse(""), Err(DigestError::WordCount { got: 0 }));
    assert_eq!(
        said(&|w| w.retain(|word| *word != "island")).to_string(),
        "word 1, \"tolerance\", belongs in an even-numbered place: a word was dropped, doubled or swapped here or just before"
    );
}

#[test]
fn bad_hex_is_named() {
    assert_eq!(Sha256::parse(&COEN[1..]), Err(DigestError::HexLength { got: 63 }));
    assert_eq!(Sha256::parse(&COEN.replace("b1452d", "b1 45 2g")), Err(DigestError::HexDigit { position: 10, found: 'g' }));
    assert_eq!(Sha256::parse("é1"), Err(DigestError::HexDigit { position: 1, found: 'é' }));
}

#[test]
fn stored_digests_are_read_strictly() {
    assert_eq!(COEN.to_uppercase().parse::<Sha256>(), Err(DigestError::UpperCase { position: 3, found: 'E' }));
    assert!(format!(" {COEN}").parse::<Sha256>().is_err());
    assert_eq!(serde_json::to_string(&coen()).unwrap(), format!("\"{COEN}\""));
    assert_eq!(serde_json::from_str::<Sha256>(&format!("\"{COEN}\"")).unwrap(), coen());
    assert!(serde_json::from_str::<Sha256>(&format!("\"{}\"", COEN.to_uppercase())).is_err());
}

#[test]
fn a_stream_hashes_what_it_is_fed() {
    let mut stream = Sha256Stream::new();
    stream.update(b"mekmit");
    stream.update(b"asdigoat");
    assert_eq!(stream.finish(), Sha256::of(b"mekmitasdigoat"));
    assert_eq!(Sha256::of_parts(&[b"mek", b"", b"mitasdigoat"]), Sha256::of(b"mekmitasdigoat"));
}

proptest! {
    #[test]
    fn every_form_reads_back(bytes: [u8; 32]) {
        let digest = Sha256(bytes);
        prop_assert_eq!(Sha256::parse(&digest.words().join(" ")), Ok(digest));
        prop_assert_eq!(Sha256::parse(&digest.groups().join(" ")), Ok(digest));
        prop_assert_eq!(digest.hex().parse(), Ok(digest));
    }

    #[test]
    fn no_text_upsets_the_reader(text: String) {
        let _ = Sha256::parse(&text);
        let _ = text.parse::<Sha256>();
    }
}
