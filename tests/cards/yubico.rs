//! Cards of two firmwares under the hands of Yubico's tools, `OpenSC`, `OpenSSL` and the crate `yubikey`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cards::{CardRoom, CardSpec};
use crate::{installed, judge, said};

const SERIAL: &str = "1001";
const PIN: &str = "24681357";
const FACTORY_MANAGEMENT: &str = "010203040506070801020304050607080102030405060708";

/// A room with one card, and a directory for what the judges write.
struct Bench {
    room: CardRoom,
    home: PathBuf,
}

impl Bench {
    fn new(firmware: &str) -> Option<Self> {
        let room = CardRoom::new(&[CardSpec::new(1001).firmware(firmware)])?;
        let home = room.home().to_owned();
        Some(Self { room, home })
    }

    fn command(&self, program: impl AsRef<Path>, arguments: &str) -> Command {
        let mut command = self.room.command(program.as_ref());
        command
            .args(arguments.split_whitespace())
            .current_dir(&self.home);
        command
    }

    fn run(&self, program: impl AsRef<Path>, arguments: &str) -> String {
        said(&mut self.command(program, arguments))
    }

    /// The attestation and the device's certificate lead to the TEST root.
    fn leads_to_the_root(&self, attestation: &str) {
        let text = self.run(
            "openssl",
            &format!("verify -CAfile roots/test-root.pem -untrusted f9.pem {attestation}"),
        );
        assert!(text.contains("OK"), "{text}");
    }

    /// The signature in this file is one of `message` by the key in `pub.pem`.
    fn is_signed(&self, signature: &str) {
        let text = self.run(
            "openssl",
            &format!("dgst -sha384 -verify pub.pem -signature {signature} message"),
        );
        assert!(text.contains("Verified OK"), "{text}");
    }
}

/// The whole life of a card: from the factory, a key, an attestation, signatures by several judges, and
/// back to the factory.
fn a_life(firmware: &str) {
    let (Some(ykman), Some(module)) = (judge(".venv/bin/ykman"), ykcs11()) else {
        return;
    };
    let Some(bench) = Bench::new(firmware) else {
        return;
    };
    let card = bench.room.card(0);
    let ykman = |arguments: &str| bench.run(&ykman, &format!("--device {SERIAL} {arguments}"));

    let text = ykman("info");
    assert!(
        text.contains(&format!("Firmware version: {firmware}")),
        "{text}"
    );
    assert!(text.contains("Form factor: Keychain (USB-A)"), "{text}");

    ykman(&format!("piv access change-pin -P 123456 -n {PIN}"));
    ykman("piv access change-puk -p 12345678 -n 87654321");
    ykman(&format!(
        "piv access change-management-key -a AES256 -m {FACTORY_MANAGEMENT} -g --protect -P {PIN} -f"
    ));
    let status = card.status();
    assert!(!status.pin_factory && !status.puk_factory && !status.management_factory);
    assert_eq!(status.management_algorithm, 12);
    let text = ykman("piv info");
    assert!(text.contains("Management key algorithm: AES256"), "{text}");

    ykman(&format!(
        "piv keys generate -a ECCP384 --pin-policy ALWAYS --touch-policy ALWAYS -P {PIN} 9c pub.pem"
    ));
    let text = ykman("piv keys info 9c");
    for line in [
        "Algorithm:              ECCP384",
        "Origin:                 GENERATED",
        "PIN required for use:   ALWAYS",
        "Touch required for use: ALWAYS",
    ] {
        assert!(text.contains(line), "{text}");
    }
    ykman("piv keys attest 9c attestation.pem");
    ykman("piv certificates export f9 f9.pem");
    bench.leads_to_the_root("attestation.pem");
    // OpenSC takes keys with a certificate only
    ykman(&format!(
        "piv certificates generate -P {PIN} -s CN=judge 9c pub.pem"
    ));
    assert_eq!(card.status().signatures, 1);

    std::fs::write(bench.home.join("message"), "what is signed\n").unwrap();
    bench.run("openssl", "dgst -sha384 -binary -out digest message");
    opensc(&bench);
    pkcs11(&bench, &module);
    yubico_piv_tool(&bench);
    assert_eq!(card.status().signatures, 4);
    assert_eq!(card.status().touches, 4);

    ykman("piv reset -f");
    let status = card.status();
    assert!(status.pin_factory && status.puk_factory && status.management_factory);
    assert!(status.slots.is_empty());
}

fn ykcs11() -> Option<PathBuf> {
    let machine = std::env::consts::ARCH;
    installed(format!("/usr/lib/{machine}-linux-gnu/libykcs11.so"))
}

fn opensc(bench: &Bench) {
    let text = bench.run("opensc-tool", "--list-readers");
    assert!(text.contains("Yes"), "{text}");
    bench.run("piv-tool", "--serial");
    bench.run(
        "pkcs11-tool",
        &format!(
            "--login --pin {PIN} --id 02 --sign -m ECDSA -i digest -o opensc.sig --signature-format openssl"
        ),
    );
    bench.is_signed("opensc.sig");
}

fn pkcs11(bench: &Bench, module: &Path) {
    let module = format!("--module {}", module.display());
    let text = bench.run("pkcs11-tool", &format!("{module} --list-slots"));
    assert!(text.contains("YubiKey PIV #1001"), "{text}");
    bench.run(
        "pkcs11-tool",
        &format!(
            "{module} --login --pin {PIN} --id 02 --sign -m ECDSA -i digest -o ykcs11.sig --signature-format openssl"
        ),
    );
    bench.is_signed("ykcs11.sig");
}

fn yubico_piv_tool(bench: &Bench) {
    let text = bench.run("yubico-piv-tool", "-a status");
    assert!(text.contains("Algorithm:\tECCP384"), "{text}");
    assert!(text.contains("PIN tries left:\t3"), "{text}");
    bench.run("yubico-piv-tool", "-a attest -s 9c -o attested-again.pem");
    bench.leads_to_the_root("attested-again.pem");
    bench.run(
        "yubico-piv-tool",
        &format!(
            "-a verify-pin -P {PIN} --sign -s 9c -A ECCP384 -H SHA384 -i message -o piv-tool.sig"
        ),
    );
    bench.is_signed("piv-tool.sig");
}

#[test]
fn a_life_with_firmware_5_4() {
    a_life("5.4.3");
}

#[test]
fn a_life_with_firmware_5_7() {
    a_life("5.7.1");
}

#[test]
fn yubico_piv_tool_generates_a_key() {
    // of this version it knows no AES management key: the other firmware is not for it
    let (Some(bench), Some(tool)) = (Bench::new("5.4.3"), installed("/usr/bin/yubico-piv-tool"))
    else {
        return;
    };
    bench.run(
        &tool,
        "-a generate -s 9a -A ECCP256 --pin-policy=once --touch-policy=cached -o pub.pem",
    );
    let slot = bench.room.card(0).status().slots.remove("9a").unwrap();
    assert_eq!(
        (slot.algorithm.as_str(), slot.pin, slot.touch),
        ("p256", 2, 3)
    );
}

#[test]
fn the_crate_named_yubikey_provisions_generates_attests_and_signs() {
    let Some(judge) = judge("rust_yubikey/target/debug/judge-yubikey") else {
        return;
    };
    for (firmware, algorithms) in [
        ("5.4.3", &["p256", "p384"][..]),
        ("5.7.1", &["p384", "ed25519"]),
    ] {
        for algorithm in algorithms {
            let Some(bench) = Bench::new(firmware) else {
                return;
            };
            bench.run(&judge, &format!("{SERIAL} {algorithm}"));
            let slot = bench.room.card(0).status().slots.remove("9c").unwrap();
            assert_eq!(slot.algorithm, *algorithm);
        }
    }
}

#[test]
fn the_long_chain_leads_to_the_root_over_its_intermediates() {
    let spec = CardSpec::new(1001).firmware("5.7.4").long_chain().fips();
    let (Some(room), Some(ykman)) = (CardRoom::new(&[spec]), judge(".venv/bin/ykman")) else {
        return;
    };
    let home = room.home().to_owned();
    let bench = Bench { room, home };
    let export = "--device 1001 piv certificates export f9 f9.pem";
    bench.run(&ykman, export);
    let verify = "verify -CAfile roots/test-root.pem";
    let between = "-untrusted roots/test-intermediates.pem";
    let text = bench.run("openssl", &format!("{verify} {between} f9.pem"));
    assert!(text.contains("OK"), "{text}");
    let without = bench.command("openssl", &format!("{verify} f9.pem"));
    assert!(!{ without }.output().unwrap().status.success());
    let text = bench.run("openssl", "x509 -in f9.pem -noout -text");
    for part in ["9999", "1.3.6.1.4.1.41482.3.10", "CA:TRUE, pathlen:0"] {
        assert!(text.contains(part), "{text}");
    }
}
