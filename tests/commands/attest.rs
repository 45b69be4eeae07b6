//! `attest verify`.

use crate::venue::Room;

const KEY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/attestations/15422467_key.pem"
);
const DEVICE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/attestations/15422467_device.pem"
);

fn verify<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let call = [
        "attest",
        "verify",
        "--key-cert",
        KEY,
        "--device-cert",
        DEVICE,
    ];
    [&call[..], more].concat()
}

#[test]
fn each_check_has_its_line() {
    let room = Room::new();
    let right = [
        "--serial",
        "15422467",
        "--slot",
        "9c",
        "--pin-policy",
        "always",
        "--touch-policy",
        "never",
    ];
    let said = room.rootstage(&verify(&right));
    said.is(
        0,
        &[
            "attestation.chain",
            "263751",
            "The serial number is 15422467.",
            "PIN always",
            "YSA-2024-03",
            "2016-03-14 to 2052-04-17",
        ],
    );
    assert_eq!(said.out.matches("attestation.").count(), 10);
    assert!(!said.out.contains("FAIL"));
    let found = room.rootstage(&verify(&["--json"])).is(0, &[]).json();
    assert_eq!(found["fails"], false);
    assert_eq!(found["checks"][0]["outcome"], "pass");
    // nothing was given to compare with
    assert_eq!(found["checks"][2]["outcome"], "not-proved");
    assert_eq!(found["chain"].as_array().unwrap().len(), 3);
}

#[test]
fn what_differs_fails() {
    let room = Room::new();
    room.write("online.pem", online());
    for (more, id) in [
        (&["--serial", "1"][..], "attestation.serial"),
        (&["--slot", "9a"], "attestation.slot"),
        (&["--key", "online.pem"], "attestation.key"),
        (
            &["--pin-policy", "once", "--touch-policy", "never"],
            "attestation.pin-policy",
        ),
        (
            &["--pin-policy", "always", "--touch-policy", "always"],
            "attestation.touch-policy",
        ),
    ] {
        let said = room.rootstage(&verify(more));
        said.is(1, &[]);
        let failing = said.out.lines().find(|line| line.starts_with("FAIL"));
        assert!(failing.is_some_and(|line| line.contains(id)), "{said:?}");
    }
    // the device certificate in the place of the key's, and the key's alone
    for (key, device) in [(DEVICE, DEVICE), (KEY, KEY)] {
        let call = [
            "attest",
            "verify",
            "--key-cert",
            key,
            "--device-cert",
            device,
        ];
        room.rootstage(&call).is(1, &["FAIL"]);
    }
}

#[test]
fn files_that_are_none_are_named() {
    let room = Room::new();
    room.write("hello.pem", "hello");
    room.write("large.pem", vec![b'x'; 70_000]);
    for name in ["absent.pem", "hello.pem", "large.pem"] {
        let call = [
            "attest",
            "verify",
            "--key-cert",
            name,
            "--device-cert",
            DEVICE,
        ];
        room.rootstage(&call)
            .is(3, &["--key-cert", name, "Nothing was judged"]);
        room.rootstage(&verify(&["--intermediates", name]))
            .is(3, &["--intermediates", name]);
        room.rootstage(&verify(&["--key", name]))
            .is(3, &["--key", name]);
    }
    room.rootstage(&verify(&["--slot", "f9"]))
        .is(2, &["PIV slot"]);
    room.rootstage(&verify(&["--touch-policy", "always"]))
        .is(2, &["--pin-policy"]);
    room.rootstage(&verify(&[
        "--touch-policy",
        "sometimes",
        "--pin-policy",
        "once",
    ]))
    .is(2, &["never, always, cached"]);
}

fn online() -> String {
    use p256::pkcs8::EncodePublicKey as _;
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let pem = secret
        .public_key()
        .to_public_key_pem(p256::pkcs8::LineEnding::LF);
    pem.unwrap()
}
