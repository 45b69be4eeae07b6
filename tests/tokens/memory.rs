//! What stays in memory after a software key was made and used.

use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::Command;

use rootstage::ceremony::token::{Algorithm, TokenName};
use rootstage::ports::Tokens as _;
use rootstage::secret::Secret;
use rootstage::token::AllTokens;

const DIRECTORY: &str = "ROOTSTAGE_TEST_MEMORY";

/// Letters that stand nowhere in this program: only their distances do.
fn passphrase() -> Secret {
    let mut secret = Secret::new();
    for step in 0..40_u8 {
        assert!(secret.push(char::from(b'a' + (step % 26 * 7 + step / 4) % 26)));
    }
    secret
}

/// Every byte that this process could have written, as it stands now.
fn dump(to: &Path) {
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut out = std::fs::File::create(to).unwrap();
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") || line.ends_with("[vvar]") {
            continue;
        }
        let (begin, end) = range.split_once('-').unwrap();
        let begin = u64::from_str_radix(begin, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        memory.seek(SeekFrom::Start(begin)).unwrap();
        // a page that was never touched may refuse
        let _ = std::io::copy(&mut memory.by_ref().take(end - begin), &mut out);
    }
}

/// The child makes a key, signs, and writes its memory to a file; then the parent, who knows the
/// passphrase and so the key, searches it.
#[test]
fn neither_passphrase_nor_private_key_stays_in_memory() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let directory = Path::new(&directory);
        let name = TokenName(format!("file:{}", directory.join("k.age").display()));
        let mut tokens = AllTokens::new(2);
        tokens
            .generate(
                &name,
                "k",
                &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256),
                &passphrase(),
            )
            .unwrap();
        // before anything else can reuse the memory
        dump(&directory.join("generated"));
        tokens
            .sign(&name, "k", None, b"message", &passphrase(), &mut |_| ())
            .unwrap();
        // something that must be found, or the search proves nothing
        let mut marker = String::from("marker");
        write!(marker, "-{}", 271_828 * 3).unwrap();
        dump(&directory.join("signed"));
        assert_eq!(marker.len(), 13);
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "memory::neither_passphrase_nor_private_key_stays_in_memory",
            "--exact",
            "--test-threads=1",
        ])
        .env(DIRECTORY, directory.path())
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&child.stdout).contains("1 passed"),
        "{child:?}"
    );
    let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
    let memories = [read("generated"), read("signed")];
    let has = |bytes: &[u8]| {
        memories
            .iter()
            .any(|memory| memory.windows(bytes.len()).any(|window| window == bytes))
    };
    assert!(has(b"marker-815484"), "the search finds nothing at all");

    let secret = passphrase();
    assert!(!has(&secret.expose()[..20]), "the passphrase is in memory");
    let phrase = age::secrecy::SecretString::from(secret.expose_str());
    let encrypted = std::fs::read(directory.path().join("k.age")).unwrap();
    let text = age::decrypt(&age::scrypt::Identity::new(phrase), &encrypted).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.lines().skip(2);
    let (first, second) = (lines.next().unwrap(), lines.next().unwrap());
    // the scalar is in bytes 36 to 68 of PKCS#8 for P-256: both lines have parts of it
    assert!(
        !has(&first.as_bytes()[48..64]),
        "the private key's text is in memory"
    );
    assert!(
        !has(&second.as_bytes()[..24]),
        "the private key's text is in memory"
    );
    let der = data_encoding::BASE64
        .decode(
            text.lines()
                .skip(2)
                .take_while(|l| !l.starts_with('-'))
                .collect::<String>()
                .as_bytes(),
        )
        .unwrap();
    let scalar = &der[36..68];
    let backwards: Vec<u8> = scalar.iter().rev().copied().collect();
    assert!(
        !has(scalar) && !has(&backwards),
        "the private key is in memory"
    );
}

token_story! {
    /// The PIN is a wrong one, because the right one is written in these tests.
    fn no_pin_stays_in_memory(hsm) {
        hsm.token("A");
        let sent = AllTokens::default().find_key(&crate::hsm::Hsm::uri("A"), "k", Some(&passphrase()));
        assert!(matches!(sent, Err(rootstage::ceremony::token::Fault::PinWrong { .. })), "{sent:?}");
        let file = hsm.directory.join("memory");
        dump(&file);
        let memory = std::fs::read(&file).unwrap();
        let pin = passphrase();
        let has = |bytes: &[u8]| memory.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(b"SOFTHSM2_CONF="), "the search finds nothing at all");
        assert!(!has(&pin.expose()[..20]), "the PIN is in memory");
    }
}

/// Eight digits that stand nowhere in this program.
fn digits() -> Secret {
    let mut secret = Secret::new();
    for step in 0..8_u8 {
        assert!(secret.push(char::from(b'0' + (step * 7 + step / 3 * 5 + 4) % 10)));
    }
    secret
}

card_story! {
    /// After the card took a new PIN, made a key and signed; the card itself is another process.
    fn no_pin_of_a_yubikey_stays_in_memory(room: crate::cards::CardSpec::new(1001)) {
        use rootstage::ceremony::token::piv::{Provisioning, TouchPolicy};
        use rootstage::secret::Secrets;
        let name = crate::desk::named(1001);
        let mut tokens = AllTokens::default();
        let act = |tokens: &mut AllTokens, act: Provisioning| {
            let pin = digits();
            let secrets = Secrets { secret: Some(&pin), new_pin: None };
            tokens.provision(&name, &act, secrets, &mut |_, _| Ok(())).unwrap();
        };
        act(&mut tokens, Provisioning::Pin);
        act(&mut tokens, Provisioning::ManagementKey { escrow: Vec::new() });
        let request = rootstage::ceremony::token::KeyRequest {
            policies: Some(crate::desk::policies(TouchPolicy::Never)),
            ..rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256)
        };
        tokens.generate(&name, "k", &request, &digits()).unwrap();
        tokens.sign(&name, "k", None, b"message", &digits(), &mut drop).unwrap();
        let file = room.home().join("memory");
        dump(&file);
        let memory = std::fs::read(&file).unwrap();
        let pin = digits();
        let has = |bytes: &[u8]| memory.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(b"PCSCLITE_CSOCK_NAME="), "the search finds nothing at all");
        assert!(!has(pin.expose()), "the PIN is in memory");
    }
}
