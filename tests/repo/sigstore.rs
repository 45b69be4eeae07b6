//! `repo add --sigstore` as people call it; its documents beside those that cosign itself makes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::made::listing;
use crate::targets::Here;

const FROM: &str = "2026-01-01T00:00:00Z";

fn openssl(here: &Here, call: &str) {
    let output = Command::new("openssl")
        .args(call.split(' '))
        .current_dir(here.dir())
        .output()
        .expect("openssl: run tests/setup");
    assert!(output.status.success(), "{call}: {output:?}");
}

/// A place with the material of services in it: chains `fulcio.pem` and `tsa.pem`, keys of logs.
fn with_material() -> Here {
    let here = Here::new();
    // without the extensions that a distribution's own configuration adds
    fs::write(
        here.path("plain.cnf"),
        "[req]\ndistinguished_name = dn\n[dn]\n",
    )
    .unwrap();
    let request = "req -x509 -config plain.cnf -nodes -days 365";
    let authority =
        "-addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign";
    let signed = "-CA root.pem -CAkey root.key";
    openssl(
        &here,
        &format!(
            "{request} -newkey ec -pkeyopt ec_paramgen_curve:P-384 -keyout root.key -out root.pem -subj /O=example.com/CN=root {authority}"
        ),
    );
    openssl(
        &here,
        &format!(
            "{request} -newkey rsa:2048 -keyout between.key -out between.pem -subj /O=example.com/CN=between {signed} {authority} -addext extendedKeyUsage=codeSigning"
        ),
    );
    openssl(
        &here,
        &format!(
            "{request} -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout tsa.key -out leaf.pem -subj /O=example.com/CN=tsa {signed} -addext extendedKeyUsage=critical,timeStamping"
        ),
    );
    let join = |name: &str, parts: [&str; 2]| {
        let all: String = parts
            .iter()
            .map(|part| fs::read_to_string(here.path(part)).unwrap())
            .collect();
        fs::write(here.path(name), all).unwrap();
    };
    join("fulcio.pem", ["between.pem", "root.pem"]);
    join("tsa.pem", ["leaf.pem", "root.pem"]);
    join("reversed.pem", ["root.pem", "between.pem"]);
    for (name, kind) in [
        ("rekor", "EC -pkeyopt ec_paramgen_curve:P-256"),
        ("rekor2", "ED25519"),
        ("ctfe", "RSA -pkeyopt rsa_keygen_bits:3072"),
    ] {
        openssl(&here, &format!("genpkey -algorithm {kind} -out {name}.key"));
        openssl(
            &here,
            &format!("pkey -in {name}.key -pubout -out {name}.pub"),
        );
    }
    here
}

/// The value of `--sigstore` with the file in the place.
fn spec(here: &Here, kind: &str, file: &str, rest: &str) -> String {
    format!("{kind}={},{rest}", here.path(file).display())
}

/// Every kind of service.
fn all(here: &Here) -> Vec<String> {
    vec![
        spec(
            here,
            "fulcio",
            "fulcio.pem",
            "uri=https://fulcio.example.com",
        ),
        spec(
            here,
            "tsa",
            "tsa.pem",
            "uri=https://tsa.example.com/api/v1/timestamp",
        ),
        spec(
            here,
            "rekor",
            "rekor.pub",
            &format!("uri=https://rekor.example.com,start={FROM}"),
        ),
        spec(
            here,
            "rekor",
            "rekor2.pub",
            "uri=https://log.example.com,origin=log.example.com,start=2026-02-01T00:00:00Z",
        ),
        spec(
            here,
            "ctfe",
            "ctfe.pub",
            &format!("uri=https://ct.example.com/log,start={FROM}"),
        ),
        format!("oidc=https://oauth.example.com,start={FROM}"),
    ]
}

fn words<'a>(specs: &'a [String], rest: &[&'a str]) -> Vec<&'a str> {
    let specs = specs.iter().flat_map(|spec| ["--sigstore", spec]);
    ["add", "--expires", "90d"]
        .into_iter()
        .chain(rest.iter().copied())
        .chain(specs)
        .collect()
}

fn add(here: &Here, specs: &[String]) -> Value {
    here.json(&words(specs, &["--operator", "example.com"]))
}

/// A target as a file: staged, or published under its name alone or with a digest.
fn offered(here: &Here, name: &str) -> Value {
    let staged = fs::read(here.path("staged/targets").join(name));
    let bytes = staged.unwrap_or_else(|_| {
        let target = here.find(name).unwrap();
        let digest = target.hashes.sha256.unwrap().hex();
        fs::read(
            here.path("repository/targets")
                .join(format!("{digest}.{name}")),
        )
        .unwrap()
    });
    serde_json::from_slice(&bytes).unwrap()
}

/// `custom.sigstore` of what is staged.
fn said_of(here: &Here, name: &str) -> Value {
    let staged = fs::read(here.path("staged/targets.json")).unwrap();
    let staged: Value = serde_json::from_slice(&staged).unwrap();
    staged["signed"]["targets"][name]["custom"]["sigstore"].clone()
}

/// cosign 3, where it is installed.
fn cosign() -> Option<PathBuf> {
    let named = std::env::var_os("ROOTSTAGE_COSIGN3").map(PathBuf::from);
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges/go/bin/cosign3");
    let found = named.unwrap_or(built);
    if found.is_file() {
        return Some(found);
    }
    let wanted = ["ROOTSTAGE_REQUIRE_JUDGES", "CI"];
    let is_wanted = wanted.iter().any(|name| std::env::var_os(name).is_some());
    assert!(
        !is_wanted,
        "no cosign 3 at {}: run tests/setup",
        found.display()
    );
    eprintln!(
        "SKIPPED: no cosign 3 at {}; run tests/setup",
        found.display()
    );
    None
}

fn made_by_cosign(here: &Here, call: &[String]) -> Option<Value> {
    let output: Output = Command::new(cosign()?)
        .args(call)
        .env("HOME", here.dir())
        .current_dir(here.dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{call:?}: {output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_documents_are_those_that_cosign_makes() {
    let here = with_material();
    add(&here, &all(&here));
    let trusted = offered(&here, "trusted_root.json");
    let mut call: Vec<String> = ["trusted-root", "create"].map(str::to_owned).to_vec();
    let mut service = |flag: &str, words: &str| call.extend([flag.to_owned(), words.to_owned()]);
    service(
        "--fulcio",
        "url=https://fulcio.example.com,certificate-chain=fulcio.pem",
    );
    service(
        "--tsa",
        "url=https://tsa.example.com/api/v1/timestamp,certificate-chain=tsa.pem",
    );
    service(
        "--rekor",
        &format!("url=https://rekor.example.com,public-key=rekor.pub,start-time={FROM}"),
    );
    service(
        "--rekor",
        "url=https://log.example.com,public-key=rekor2.pub,start-time=2026-02-01T00:00:00Z,origin=log.example.com",
    );
    service(
        "--ctfe",
        &format!("url=https://ct.example.com/log,public-key=ctfe.pub,start-time={FROM}"),
    );
    let Some(theirs) = made_by_cosign(&here, &call) else {
        return;
    };
    assert_eq!(trusted, theirs);

    let start = |list: &str| trusted[list][0]["validFor"]["start"].as_str().unwrap();
    let mut call: Vec<String> = ["signing-config", "create"].map(str::to_owned).to_vec();
    let mut service = |flag: &str, url: &str, version: u32, start: &str| {
        let words =
            format!("url={url},api-version={version},start-time={start},operator=example.com");
        call.extend([flag.to_owned(), words]);
    };
    service(
        "--fulcio",
        "https://fulcio.example.com",
        1,
        start("certificateAuthorities"),
    );
    service("--oidc-provider", "https://oauth.example.com", 1, FROM);
    service(
        "--rekor",
        "https://log.example.com",
        2,
        "2026-02-01T00:00:00Z",
    );
    service("--rekor", "https://rekor.example.com", 1, FROM);
    service(
        "--tsa",
        "https://tsa.example.com/api/v1/timestamp",
        1,
        start("timestampAuthorities"),
    );
    call.extend(["--rekor-config", "ANY", "--tsa-config", "ANY"].map(str::to_owned));
    let theirs = made_by_cosign(&here, &call).unwrap();
    assert_eq!(offered(&here, "signing_config.v0.2.json"), theirs);
}

#[test]
fn services_are_added_changed_and_ended() {
    let here = with_material();
    let said = add(&here, &all(&here));
    assert_eq!(said["complete"], true, "{said}");
    let notices = said["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(
        notices[0]
            .as_str()
            .unwrap()
            .contains("in trusted_root.json only")
    );
    assert_eq!(said_of(&here, "rekor.pub")["usage"], "Rekor");
    assert_eq!(said_of(&here, "tsa_root.crt.pem")["usage"], "TSA");
    assert_eq!(said_of(&here, "trusted_root.json"), Value::Null);
    here.commit();
    let before = (
        offered(&here, "trusted_root.json"),
        offered(&here, "signing_config.v0.2.json"),
    );

    // the same again, without a word of times: nothing is forgotten
    let said = add(
        &here,
        &[
            spec(&here, "rekor", "rekor.pub", "uri=https://rekor.example.com"),
            "oidc=https://oauth.example.com".to_owned(),
        ],
    );
    assert_eq!(
        (&said["new"], &said["changed"], &said["same"]),
        (&json!(0), &json!(0), &json!(3)),
        "{said}"
    );
    assert_eq!(said["notices"], json!([]));
    assert_eq!(offered(&here, "trusted_root.json"), before.0);
    assert_eq!(offered(&here, "signing_config.v0.2.json"), before.1);

    add(
        &here,
        &[spec(
            &here,
            "rekor",
            "rekor.pub",
            "uri=https://rekor.example.com,status=expired,end=2026-10-01T00:00:00Z",
        )],
    );
    let trusted = offered(&here, "trusted_root.json");
    assert_eq!(
        trusted["tlogs"][0]["publicKey"]["validFor"],
        json!({ "start": FROM, "end": "2026-10-01T00:00:00Z" })
    );
    assert_eq!(
        trusted["certificateAuthorities"],
        before.0["certificateAuthorities"]
    );
    let logs = offered(&here, "signing_config.v0.2.json")["rekorTlogUrls"].clone();
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert_eq!(said_of(&here, "rekor.pub")["status"], "Expired");
    here.commit();
    assert!(here.find("trusted_root.json").is_some());
}

#[test]
fn what_older_clients_would_ignore_is_tagged_as_well() {
    let here = with_material();
    let other = fs::read(here.path("rekor2.pub")).unwrap();
    here.put("rekor.pub", &other);
    here.is(
        0,
        &[
            "add",
            "--expires",
            "90d",
            "--custom",
            r#"{"owner":"ada"}"#,
            "--hash",
            "sha512",
        ],
    );
    here.commit();
    let said = add(&here, &all(&here)[2..3]);
    let notices = said["notices"].to_string();
    assert!(
        notices.contains("rekor.pub was offered without a word of its use"),
        "{notices}"
    );
    assert_eq!(said_of(&here, "rekor.pub")["usage"], "Rekor");
    assert_eq!(
        said_of(&here, "rekor_2.pub")["uri"],
        "https://rekor.example.com"
    );
    let staged: Value =
        serde_json::from_slice(&fs::read(here.path("staged/targets.json")).unwrap()).unwrap();
    assert_eq!(
        staged["signed"]["targets"]["rekor.pub"]["custom"]["owner"],
        "ada"
    );
    here.commit();
}

#[test]
fn who_runs_the_services_is_asked_once() {
    let here = with_material();
    let said = here.json(&words(&all(&here)[..1], &[]));
    let notices = said["notices"].to_string();
    assert!(
        notices.contains("fulcio.example.com runs the services"),
        "{notices}"
    );
    assert!(
        notices.contains("No transparency log is offered"),
        "{notices}"
    );
    let said = here.json(&words(&all(&here)[1..3], &[]));
    let notices = said["notices"].to_string();
    assert!(!notices.contains("runs the services"), "{notices}");
    let config = offered(&here, "signing_config.v0.2.json");
    assert_eq!(config["tsaUrls"][0]["operator"], "fulcio.example.com");
}

#[test]
fn what_is_refused_changes_nothing() {
    let here = with_material();
    fs::create_dir(here.path("directory")).unwrap();
    let before = listing(&here.path("staged"));
    let uri = "uri=https://x.example.com";
    for (status, specs, expected) in [
        (
            2,
            vec!["rekor".to_owned(), "sigsum=x".to_owned()],
            "sigsum is no kind of service",
        ),
        (
            2,
            vec![spec(&here, "rekor", "rekor.pub", "uri=x,start=now")],
            "start is a time of UTC",
        ),
        (
            3,
            vec![spec(&here, "rekor", "missing.pub", uri)],
            "there is no such file",
        ),
        (
            3,
            vec![spec(&here, "rekor", "directory", uri)],
            "it is no file",
        ),
        (
            1,
            vec![spec(&here, "rekor", "rekor.key", uri)],
            "holds a PRIVATE key",
        ),
        (
            1,
            vec![spec(&here, "fulcio", "reversed.pem", uri)],
            "Put them so: CN=between,O=example.com | CN=root,O=example.com",
        ),
        (
            1,
            vec![spec(&here, "tsa", "fulcio.pem", uri)],
            "begins with a CA",
        ),
        (
            1,
            vec![
                spec(&here, "rekor", "rekor.pub", uri),
                spec(&here, "rekor", "rekor.pub", uri),
            ],
            "is named twice",
        ),
    ] {
        let output = here.is(status, &words(&specs, &[]));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains(expected) && said.contains("Nothing was changed."),
            "{expected}: {said}"
        );
        assert!(output.stdout.is_empty());
    }
    assert_eq!(listing(&here.path("staged")), before);

    // a document of somebody else's form is not written over
    here.put(
        "trusted_root.json",
        br#"{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json"}"#,
    );
    here.is(0, &["add", "--expires", "90d"]);
    let before = listing(&here.path("staged"));
    let output = here.is(1, &words(&all(&here), &[]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("trusted_root.json cannot be used: its `mediaType` is"),
        "{said}"
    );
    fs::remove_file(here.path("staged/targets/trusted_root.json")).unwrap();
    let output = here.is(1, &words(&all(&here), &[]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("no file here is the one that is listed"),
        "{said}"
    );
    let mut after = listing(&here.path("staged"));
    after.insert(
        "targets/trusted_root.json".to_owned(),
        before["targets/trusted_root.json"].clone(),
    );
    assert_eq!(after, before);
}
