use super::{Words, effect, fault, refusal};
use crate::ceremony::effect::{Contents, Effect, FileDigest, Message};
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::token::piv::{KeyPolicies, Provisioning};
use crate::ceremony::token::{Algorithm, Fault, PinState, Present, TokenName};
use crate::digest::Sha256;

fn s(text: &str) -> String {
    text.to_owned()
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::NothingToAnswer { title: s("t") },
        Refusal::NotReadToEnd { title: s("t") },
        Refusal::Incomplete { wanted: 2, got: 1 },
        Refusal::NoSuchChoice {
            typed: s("x"),
            choices: vec![s("a"), s("b")],
        },
        Refusal::PhraseDiffers {
            expected: s("ERASE"),
            typed: s("erase"),
        },
        Refusal::WordDiffers {
            of: s("plan"),
            position: 3,
            typed: s("x"),
        },
        Refusal::NotATime { typed: s("x") },
        Refusal::UnknownInitials {
            typed: s("x"),
            role: s("witness"),
        },
        Refusal::UnknownInitials {
            typed: s(""),
            role: s("witness"),
        },
        Refusal::WrongPerson {
            name: s("Bob"),
            role: s("witness"),
        },
        Refusal::NotPresent {
            name: "Bob".to_owned(),
        },
        Refusal::SamePersonTwice { name: s("Bob") },
        Refusal::NotSkippable {
            step: s("a"),
            because: s("it is the last one."),
        },
        Refusal::EmptyField {
            field: s("expected"),
        },
        Refusal::OutOfPlace {
            command: s("Skipping"),
            because: s("a token is at work."),
        },
        Refusal::NothingReceived,
        Refusal::WrongFile {
            path: s("root.json"),
            reason: s("it is encrypted"),
        },
        Refusal::SecretMissing {
            holder: ParticipantId(s("bob")),
        },
    ]
}

fn yubikey() -> TokenName {
    TokenName(s("yubikey:18158855"))
}

fn faults() -> Vec<Fault> {
    let token = || TokenName(s("pkcs11:token=alice;serial=0001"));
    vec![
        Fault::TokenAbsent {
            token: token(),
            present: vec![],
        },
        Fault::TokenAbsent {
            token: TokenName(s("file:/k/a.age")),
            present: vec![s("bob (0002)")],
        },
        Fault::Ambiguous {
            token: token(),
            object: s("root"),
            found: 2,
        },
        Fault::Module {
            module: s("/m.so"),
            reason: s("gone"),
        },
        Fault::PinWrong {
            token: token(),
            pin: PinState {
                final_try: true,
                ..PinState::default()
            },
        },
        Fault::PinLength {
            token: token(),
            len: 3,
            min: 4,
            max: 8,
        },
        Fault::PinLocked { token: token() },
        Fault::PinWrong {
            token: yubikey(),
            pin: PinState {
                tries_left: Some(2),
                ..PinState::default()
            },
        },
        Fault::TokenAbsent {
            token: yubikey(),
            present: vec![s("YubiKey 15422467")],
        },
        Fault::TokenBusy {
            token: yubikey(),
            programs: vec![],
        },
        Fault::TokenBusy {
            token: yubikey(),
            programs: vec![s("scdaemon (process 812)")],
        },
        Fault::ReaderService {
            reason: s("the service does not answer"),
        },
        Fault::TouchMissed { token: yubikey() },
        Fault::NewSecretRefused {
            token: yubikey(),
            reason: s("it is the factory PIN"),
        },
        Fault::PukWrong {
            token: yubikey(),
            tries_left: Some(1),
        },
        Fault::PukWrong {
            token: yubikey(),
            tries_left: Some(2),
        },
        Fault::PukWrong {
            token: yubikey(),
            tries_left: None,
        },
        Fault::PukLocked { token: yubikey() },
        Fault::KeyExists {
            token: token(),
            label: s("root"),
        },
        Fault::KeyAbsent {
            token: token(),
            label: s("root"),
        },
        Fault::KeyDiffers {
            token: token(),
            label: s("root"),
        },
        Fault::Unsupported {
            token: token(),
            reason: s("no Ed25519"),
        },
        Fault::BadSignature { token: token() },
        Fault::TokenFailed {
            token: token(),
            reason: s("CKR_DEVICE_REMOVED"),
        },
        Fault::Storage {
            path: s("/x"),
            reason: s("No space left on device"),
        },
        Fault::ReadBackDiffers { path: s("/x") },
    ]
}

fn acts() -> [Provisioning; 7] {
    [
        Provisioning::Reset,
        Provisioning::Tries { pin: 8, puk: 8 },
        Provisioning::Pin,
        Provisioning::Puk,
        Provisioning::ManagementKey { escrow: vec![] },
        Provisioning::ManagementKey {
            escrow: vec![s("age1example")],
        },
        Provisioning::Unblock,
    ]
}

fn effects() -> Vec<Effect> {
    let token = || TokenName(s("pkcs11:token=alice"));
    let sha256 = Sha256([7; 32]);
    vec![
        Effect::CheckEnvironment,
        Effect::ReadClock,
        Effect::Identify { token: token() },
        Effect::FindKey {
            token: token(),
            label: s("root"),
        },
        Effect::Generate {
            token: token(),
            label: s("root"),
            algorithm: Algorithm::Ed25519,
            policies: None,
            present: Present::Kept,
        },
        Effect::Sign {
            token: token(),
            label: s("root"),
            message: Message::Possession { sha256 },
        },
        Effect::Sign {
            token: token(),
            label: s("root"),
            message: Message::Payload { sha256 },
        },
        Effect::Identify { token: yubikey() },
        Effect::Generate {
            token: yubikey(),
            label: s("root"),
            algorithm: Algorithm::EcdsaP256,
            policies: Some(KeyPolicies::STRICT),
            present: Present::Overwritten,
        },
        Effect::Sign {
            token: yubikey(),
            label: s("root"),
            message: Message::Payload { sha256 },
        },
        Effect::Attest {
            token: yubikey(),
            label: s("root"),
        },
        Effect::ReadFiles {
            from: crate::ceremony::medium::Way::File,
            what: Contents::Certificates,
            paths: vec![s("a")],
        },
        Effect::ReadFiles {
            from: crate::ceremony::medium::Way::File,
            what: Contents::PublicKeys,
            paths: vec![s("a")],
        },
        Effect::ReadFiles {
            from: crate::ceremony::medium::Way::File,
            what: Contents::Metadata,
            paths: vec![s("a")],
        },
        Effect::Archive {
            file: FileDigest {
                name: s("defunct-1.root.json"),
                sha256,
                size: 1,
            },
        },
        Effect::WriteMetadata {
            directories: vec![],
            files: vec![],
        },
    ]
}

#[test]
fn every_failure_says_what_happened_what_was_not_changed_and_what_to_do() {
    // a new variant is a new arm here: the matches in the functions are exhaustive
    let all: Vec<Words> = refusals()
        .iter()
        .map(refusal)
        .chain(faults().iter().map(fault))
        .collect();
    for words in all {
        for part in [&words.happened, &words.unchanged, &words.next] {
            assert!(part.len() > 15, "{words:?}");
            assert!(
                part.is_ascii()
                    && part.starts_with(|c: char| c.is_uppercase() || "\"/0123456789".contains(c)),
                "{words:?}"
            );
            assert!(!part.contains("  ") && !part.contains(".."), "{words:?}");
        }
        assert!(words.unchanged.to_lowercase().contains("no"), "{words:?}");
    }
}

#[test]
fn every_effect_says_what_goes_on_and_what_to_do_meanwhile() {
    let provisions = acts().map(|act| Effect::Provision {
        token: yubikey(),
        act,
    });
    for doing in effects().iter().chain(&provisions).map(effect) {
        assert!(
            doing.title.len() > 10 && doing.doing.ends_with('.') && doing.meanwhile.ends_with('.'),
            "{doing:?}"
        );
    }
}

#[test]
fn text_from_outside_is_escaped() {
    let hostile = fault(&Fault::TokenFailed {
        token: TokenName(s("file:\u{1b}[2J")),
        reason: s("\u{202e}x"),
    });
    assert!(
        !hostile.happened.contains(['\u{1b}', '\u{202e}']),
        "{hostile:?}"
    );
}

#[test]
fn the_important_word_comes_first() {
    let token = yubikey;
    for (said, begins) in [
        (Fault::TouchMissed { token: token() }, "NO TOUCH SEEN: "),
        (
            Fault::TokenAbsent {
                token: token(),
                present: vec![s("YubiKey 2")],
            },
            "WRONG TOKEN: the YubiKey 18158855 was not found.",
        ),
        (
            Fault::Ambiguous {
                token: token(),
                object: s("the token"),
                found: 2,
            },
            "TWO TOKENS: ",
        ),
        (
            Fault::TokenBusy {
                token: token(),
                programs: vec![],
            },
            "TOKEN IS BUSY: ",
        ),
        (Fault::PinLocked { token: token() }, "PIN BLOCKED: "),
        (Fault::PukLocked { token: token() }, "PUK BLOCKED: "),
    ] {
        let happened = fault(&said).happened;
        assert!(happened.starts_with(begins), "{happened}");
    }
}

#[test]
fn nobody_is_told_to_touch_a_yubikey_that_needs_no_touch() {
    for doing in effects().iter().map(effect) {
        if doing.doing.contains("The YubiKey") {
            let signs = doing.doing.contains(" signs ");
            assert_eq!(doing.meanwhile.contains("TOUCH NOW"), signs, "{doing:?}");
            assert!(!doing.meanwhile.contains("touch it."), "{doing:?}");
        }
    }
}

#[test]
fn a_full_medium_is_not_said_to_have_room() {
    let full = |needed, free| {
        let medium = "a stick".to_owned();
        super::fault(&Fault::MediumFull {
            medium,
            needed,
            free,
        })
    };
    let told = full(20, 10).happened;
    assert!(told.contains("10 bytes free, and 20 are needed"), "{told}");
    let told = full(10, 20).happened;
    assert!(told.contains("took no more, although"), "{told}");
}
