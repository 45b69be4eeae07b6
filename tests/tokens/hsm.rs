//! A `SoftHSM2` with a directory of its own, and openssl as judge.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rootstage::ceremony::token::{Algorithm, TokenName};
use rootstage::secret::Secret;

/// The real module.
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// The user PIN of every token made here.
pub const PIN: &str = "648219";
const DIRECTORY: &str = "ROOTSTAGE_TEST_SOFTHSM";

/// A directory of `SoftHSM2` tokens, in a process that has no other.
pub struct Hsm {
    /// Everything of this story.
    pub directory: PathBuf,
}

/// Runs `story` in a process of its own: this binary, asked for the one test `name`.
pub fn alone(name: &str, story: impl FnOnce(&Hsm)) {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return story(&Hsm {
            directory: directory.into(),
        });
    }
    if !Path::new(MODULE).exists() {
        eprintln!("SKIPPED: {name}: no SoftHSM2 at {MODULE} (apt-get install softhsm2)");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("tokens")).unwrap();
    let configuration = directory.path().join("softhsm2.conf");
    let tokens = directory.path().join("tokens");
    std::fs::write(
        &configuration,
        format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        ),
    )
    .unwrap();
    // module_path!() begins with the crate's name, test names do not
    let (_, test) = name.split_once("::").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", &configuration)
        .env(DIRECTORY, directory.path())
        .output()
        .unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "{test} failed in its own process:\n{out}\n{err}"
    );
    // a name that no test has would pass without having run
    assert!(out.contains("1 passed"), "{test} did not run:\n{out}");
    eprint!("{err}");
}

impl Hsm {
    /// Makes a token.
    pub fn token(&self, label: &str) -> &Self {
        run(Command::new("softhsm2-util").args([
            "--init-token",
            "--free",
            "--label",
            label,
            "--pin",
            PIN,
            "--so-pin",
            "37281946",
        ]));
        self
    }

    /// The URI of the token with this label.
    pub fn uri(label: &str) -> TokenName {
        uri(&format!("token={label}"))
    }

    /// Where the tokens are.
    pub fn tokens(&self) -> PathBuf {
        self.directory.join("tokens")
    }
}

/// A URI with this path, at the real module.
pub fn uri(path: &str) -> TokenName {
    TokenName(format!("pkcs11:{path}?module-path={MODULE}"))
}

/// A secret.
pub fn secret(text: &str) -> Secret {
    Secret::copied_from(text).unwrap()
}

/// Runs a program that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}:\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether openssl accepts the signature: an independent judge, who has the public key only.
pub fn openssl_accepts(
    directory: &Path,
    algorithm: Algorithm,
    public_pem: &str,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let key = file("judge.pem", public_pem.as_bytes());
    let message = file("judge.message", message);
    let signature = file("judge.signature", signature);
    let mut openssl = Command::new("openssl");
    match algorithm {
        Algorithm::EcdsaP256 => openssl.args(["dgst", "-sha256"]),
        Algorithm::EcdsaP384 => openssl.args(["dgst", "-sha384"]),
        Algorithm::Ed25519 => openssl.args(["pkeyutl", "-verify", "-pubin", "-rawin"]),
    };
    if algorithm == Algorithm::Ed25519 {
        openssl
            .arg("-inkey")
            .arg(&key)
            .arg("-sigfile")
            .arg(&signature)
            .arg("-in")
            .arg(&message);
    } else {
        openssl
            .arg("-verify")
            .arg(&key)
            .arg("-signature")
            .arg(&signature)
            .arg(&message);
    }
    openssl.output().unwrap().status.success()
}
