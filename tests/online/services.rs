//! A Sigstore of real services on loopback: an issuer of identities, Fulcio, a log (Rekor v2) and a timestamp
//! authority. Their keys and certificates are offered by a repository of ours, cosign learns them from it, signs
//! with them, and verifies against them.
//!
//! What was needed, and what cannot be run: there is no log of certificates, so Fulcio runs with `--ct-log-url=`
//! (empty) and verifying takes `--insecure-ignore-sct`; for the same reason sigstore-python, which has no such
//! option, reads the trust configuration (`clients.rs`) and does not verify here. The log's name (`--hostname`) is
//! the host of its address: cosign looks for the log's signature under that name alone. cosign 2 signs with
//! `--use-signing-config`, and verifies with `--new-bundle-format` and `--use-signed-timestamps`: entries of this
//! log carry no time of their own.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rootstage::digest::Sha256;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::online::{Server, alone, cosign_at, get, go, words};
use crate::place::Place;

static ONE: Mutex<()> = Mutex::new(());

const WHO: &str = "ada@example.com";

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Ports that nobody listens on, all different.
fn ports<const N: usize>() -> [u16; N] {
    let taken = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    taken.map(|listener| listener.local_addr().unwrap().port())
}

fn at(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Starts a service and waits for it to answer `ready`.
fn started(mut command: Command, port: u16, ready: &str, log: &Path) -> Running {
    let out = std::fs::File::create(log).unwrap();
    command.stdin(Stdio::null());
    command.stdout(out.try_clone().unwrap()).stderr(out);
    let mut running = Running(command.spawn().unwrap());
    let began = Instant::now();
    while !matches!(get(at(port), ready, 1_000_000), Ok(Some(_))) {
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        assert!(
            running.0.try_wait().unwrap().is_none(),
            "{command:?} ended: {}",
            said()
        );
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "{command:?}: {}",
            said()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// Who people are: an issuer of identity tokens with one key.
struct Issuer {
    server: Server,
    key: SigningKey,
}

impl Issuer {
    fn new() -> Self {
        let key = SigningKey::from_slice(&Sha256::of(b"issuer").0).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        let number = |bytes: Option<&_>| {
            let bytes: &p256::FieldBytes = bytes.unwrap();
            BASE64URL_NOPAD.encode(bytes)
        };
        let keys = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "one",
            "x": number(point.x()), "y": number(point.y()),
        }] });
        // it must name its own address, which is known when it listens
        let address = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
        let server = Server::answering({
            let address = std::sync::Arc::clone(&address);
            move |path| {
                let url = address.get()?;
                let document = match path {
                    "/.well-known/openid-configuration" => json!({
                        "issuer": url, "jwks_uri": format!("{url}/keys"),
                        "authorization_endpoint": format!("{url}/authorize"),
                        "token_endpoint": format!("{url}/token"),
                        "response_types_supported": ["id_token"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["ES256"],
                    }),
                    "/keys" => keys.clone(),
                    _ => return None,
                };
                Some(document.to_string().into_bytes())
            }
        });
        address.set(server.url()).unwrap();
        Self { server, key }
    }

    fn token(&self) -> String {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let head = part(json!({ "alg": "ES256", "kid": "one", "typ": "JWT" }));
        let claims = part(json!({
            "iss": self.server.url(), "sub": "ada", "aud": "sigstore", "email": WHO,
            "email_verified": true, "iat": now, "nbf": now, "exp": now + 600,
        }));
        let text = format!("{head}.{claims}");
        let made: p256::ecdsa::Signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", BASE64URL_NOPAD.encode(&made.to_bytes()))
    }
}

/// The services, and their keys and certificates in files of the place.
struct Services {
    issuer: Issuer,
    fulcio: String,
    rekor: String,
    tsa: String,
    _running: [Running; 3],
}

impl Services {
    /// `None` where they are not installed.
    fn start(place: &Place) -> Option<Self> {
        let (fulcio, rekor, tsa) = (go("fulcio"), go("rekor-server"), go("timestamp-server"));
        let (fulcio, rekor, tsa) = (fulcio?, rekor?, tsa?);
        let issuer = Issuer::new();
        let url = issuer.server.url();
        let [f, f_grpc, f_metrics, r, r_grpc, r_metrics, t] = ports();

        // YAML and not JSON: of a file that is JSON, Fulcio wants other names of members
        let configuration = format!(
            "oidc-issuers:\n  {url}:\n    issuer-url: {url}\n    client-id: sigstore\n    type: email\n"
        );
        std::fs::write(place.at("fulcio.yaml"), configuration).unwrap();
        let mut command = alone(fulcio);
        command
            .args([
                "serve",
                "--ca",
                "ephemeralca",
                "--ct-log-url=",
                "--config-path",
            ])
            .arg(place.at("fulcio.yaml"))
            .args(["--host", "127.0.0.1", "--grpc-host", "127.0.0.1"])
            .args(["--port", &f.to_string(), "--grpc-port", &f_grpc.to_string()])
            .args(["--metrics-port", &f_metrics.to_string()])
            .args([
                "--legacy-unix-domain-socket",
                &format!("@rootstage-test-{f}"),
            ])
            .current_dir(place.at(""));
        let fulcio = started(command, f, "api/v2/trustBundle", &place.at("fulcio.log"));

        let key = SigningKey::from_slice(&Sha256::of(b"the log").0).unwrap();
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        std::fs::write(place.at("rekor.key"), pem.as_bytes()).unwrap();
        let public = key
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .unwrap();
        std::fs::write(place.at("rekor.pub"), public).unwrap();
        std::fs::create_dir(place.at("tiles")).unwrap();
        let mut command = alone(rekor);
        command
            .arg("serve")
            .args([
                "--http-port",
                &r.to_string(),
                "--grpc-port",
                &r_grpc.to_string(),
            ])
            .args([
                "--http-metrics-port",
                &r_metrics.to_string(),
                "--hostname",
                "127.0.0.1",
            ])
            // answers when an entry is in the log, which is at its next checkpoint
            .args(["--checkpoint-interval", "100ms", "--batch-max-age", "20ms"])
            .arg("--signer-filepath")
            .arg(place.at("rekor.key"))
            .arg("--storage-dir")
            .arg(place.at("tiles"));
        let rekor = started(command, r, "healthz", &place.at("rekor.log"));

        let mut command = alone(tsa);
        command
            .args(["serve", "--host", "127.0.0.1", "--port", &t.to_string()])
            .args(["--disable-ntp-monitoring", "--timestamp-signer", "memory"]);
        let tsa = started(command, t, "ping", &place.at("tsa.log"));

        let bundle = get(at(f), "api/v2/trustBundle", 1_000_000)
            .unwrap()
            .unwrap();
        let bundle: Value = serde_json::from_slice(&bundle).unwrap();
        let chain: String = bundle["chains"][0]["certificates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pem| pem.as_str().unwrap())
            .collect();
        std::fs::write(place.at("fulcio.pem"), chain).unwrap();
        let chain = get(at(t), "api/v1/timestamp/certchain", 1_000_000).unwrap();
        std::fs::write(place.at("tsa.pem"), chain.unwrap()).unwrap();
        Some(Self {
            issuer,
            fulcio: format!("http://{}", at(f)),
            rekor: format!("http://{}", at(r)),
            tsa: format!("http://{}/api/v1/timestamp", at(t)),
            _running: [fulcio, rekor, tsa],
        })
    }
}

/// Who describes the services.
#[derive(Clone, Copy)]
enum DescribedBy {
    /// `repo add --sigstore`.
    Us,
    /// `cosign trusted-root create` and `cosign signing-config create`; their files are added as they are.
    Cosign,
}

fn described(place: &Place, services: &Services, by: DescribedBy) {
    let start = "2020-01-01T00:00:00Z";
    let (fulcio, rekor, tsa) = (&services.fulcio, &services.rekor, &services.tsa);
    let oidc = services.issuer.server.url();
    match by {
        DescribedBy::Us => {
            let mut call = "add --expires 90d --operator example.com".to_owned();
            for service in [
                format!("fulcio=fulcio.pem,uri={fulcio}"),
                format!("rekor=rekor.pub,uri={rekor},origin=127.0.0.1,start={start}"),
                format!("tsa=tsa.pem,uri={tsa}"),
                format!("oidc={oidc}"),
            ] {
                let _ = write!(call, " --sigstore {service}");
            }
            place.repo(&call);
        }
        DescribedBy::Cosign => {
            let common = format!("start-time={start}");
            done(
                cosign(place)
                    .args(["trusted-root", "create", "--out", "trusted_root.json"])
                    .args([
                        "--fulcio",
                        &format!("url={fulcio},certificate-chain=fulcio.pem"),
                    ])
                    .args(["--tsa", &format!("url={tsa},certificate-chain=tsa.pem")])
                    .args([
                        "--rekor",
                        &format!("url={rekor},public-key=rekor.pub,{common},origin=127.0.0.1"),
                    ]),
            );
            let service = |url: &str, version: u32| {
                format!("url={url},api-version={version},{common},operator=example.com")
            };
            done(
                cosign(place)
                    .args([
                        "signing-config",
                        "create",
                        "--out",
                        "signing_config.v0.2.json",
                    ])
                    .args([
                        "--fulcio",
                        &service(fulcio, 1),
                        "--oidc-provider",
                        &service(&oidc, 1),
                    ])
                    .args(["--rekor", &service(rekor, 2), "--rekor-config", "ANY"])
                    .args(["--tsa", &service(tsa, 1), "--tsa-config", "ANY"]),
            );
            place
                .repo("add --from trusted_root.json --from signing_config.v0.2.json --expires 90d");
        }
    }
}

/// A call of cosign 3 in the place, with a home and a cache there.
fn cosign(place: &Place) -> Command {
    cosign_of(place, "cosign3")
}

fn cosign_of(place: &Place, name: &str) -> Command {
    let mut command = cosign_at(name, &place.at(format!("home-{name}"))).unwrap();
    command.current_dir(place.at(""));
    command
}

fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", words(&output));
    words(&output)
}

fn refused(command: &mut Command, why: &str) {
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?}");
    assert!(words(&output).contains(why), "{}", words(&output));
}

fn story(by: DescribedBy) {
    if go("cosign3").is_none() || go("cosign2").is_none() {
        return;
    }
    // the timestamp server counts for others at a port that cannot be chosen (2112): one at a time
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let place = Place::begin(true);
    let Some(services) = Services::start(&place) else {
        return;
    };
    place.root(&["ada", "ben"], &[], 2, &["ada", "ben"], "");
    described(&place, &services, by);
    place.upkeep();
    place.repo("commit");
    let server = Server::of(&place.at("tuf/repository"));
    std::fs::write(place.at("blob"), "what is signed\n").unwrap();
    std::fs::write(place.at("other"), "something else\n").unwrap();
    std::fs::write(place.at("token"), services.issuer.token()).unwrap();
    let issuer = services.issuer.server.url();

    for name in ["cosign3", "cosign2"] {
        let call = || cosign_of(&place, name);
        done(
            call()
                .args(["initialize", "--mirror", &server.url(), "--root"])
                .arg(place.at("tuf/repository/1.root.json")),
        );
        // every address comes from what was published
        let bundle = format!("{name}.json");
        let mut sign = call();
        sign.args([
            "sign-blob",
            "-y",
            "--identity-token",
            "token",
            "--bundle",
            &bundle,
        ]);
        let verify = |blob: &str, bundle: &str| {
            let mut verify = call();
            verify
                .args(["verify-blob", "--bundle", bundle, "--insecure-ignore-sct"])
                .args([
                    "--certificate-identity",
                    WHO,
                    "--certificate-oidc-issuer",
                    &issuer,
                ]);
            if name == "cosign2" {
                verify.args(["--new-bundle-format", "--use-signed-timestamps"]);
            }
            verify.arg(blob);
            verify
        };
        if name == "cosign2" {
            sign.args(["--new-bundle-format", "--use-signing-config"]);
        }
        let signed = sign.arg("blob").output().unwrap();
        let log = || std::fs::read_to_string(place.at("fulcio.log")).unwrap();
        assert!(signed.status.success(), "{}\n{}", words(&signed), log());
        let said = done(&mut verify("blob", &bundle));
        assert!(said.contains("Verified OK"), "{said}");
        // each also verifies what the other has signed
        done(&mut verify("blob", "cosign3.json"));
        refused(&mut verify("other", &bundle), "");
        let mut other = verify("blob", &bundle);
        other.args(["--certificate-identity", "eve@example.com"]);
        refused(&mut other, "");
    }
    assert!(
        std::fs::metadata(place.at("tiles/checkpoint"))
            .unwrap()
            .len()
            > 0
    );
}

#[test]
fn cosign_signs_and_verifies_with_what_its_own_files_say_through_our_repository() {
    story(DescribedBy::Cosign);
}

#[test]
fn cosign_signs_and_verifies_with_the_services_that_we_describe() {
    story(DescribedBy::Us);
}
