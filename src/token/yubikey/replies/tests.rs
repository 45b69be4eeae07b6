use super::*;
use crate::ceremony::token::piv::{PinPolicy, TouchPolicy};

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).unwrap()
}

/// Every cut of a reply, and every reply with one byte changed, is read without a panic.
fn survives<T>(reply: &[u8], read: impl Fn(&[u8]) -> Option<T>) {
    for cut in 0..reply.len() {
        let _ = read(&reply[..cut]);
    }
    for at in 0..reply.len() {
        for value in [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x83, 0xff] {
            let mut changed = reply.to_vec();
            changed[at] = value;
            let _ = read(&changed);
        }
    }
}

#[test]
fn metadata_of_keys_is_read() {
    let reply = hex("01 01 11 02 02 03 02 03 01 01 04 05 86 03 04 aa bb");
    let read = Metadata::parse(&reply).unwrap();
    assert_eq!(
        read.algorithm.and_then(algorithm_of),
        Some(Algorithm::EcdsaP256)
    );
    let strict = KeyPolicies {
        pin: PinPolicy::Always,
        touch: TouchPolicy::Always,
    };
    assert_eq!(read.policies, Some(strict));
    assert_eq!(read.generated, Some(true));
    assert_eq!(read.point, Some(vec![4, 0xaa, 0xbb]));
    survives(&reply, Metadata::parse);
}

#[test]
fn metadata_of_secrets_is_read() {
    let read = Metadata::parse(&hex("01 01 ff 05 01 01 06 02 03 02")).unwrap();
    assert_eq!(read.factory, Some(true));
    assert_eq!(read.tries, Some((3, 2)));
    assert_eq!(algorithm_of(0xff), None);
}

#[test]
fn metadata_that_makes_no_sense_is_refused() {
    for reply in [
        "01 02 11 11",
        "01 00",
        "02 01 03",
        "03 00",
        "05 02 01 01",
        "06 01 03",
        "01 01",
        "01 81 01",
    ] {
        assert_eq!(Metadata::parse(&hex(reply)), None, "{reply}");
    }
    // what is unknown is no mistake: a policy, an element, a key that is not on a curve
    let unknown = Metadata::parse(&hex("01 01 07 02 02 09 09 04 04 81 02 aa bb 77 01 00")).unwrap();
    assert_eq!((unknown.policies, unknown.point), (None, None));
    assert_eq!(Metadata::parse(&[]), Some(Metadata::default()));
}

#[test]
fn points_objects_and_answers_are_read() {
    let generated = hex("7f 49 05 86 03 04 01 02");
    assert_eq!(generated_point(&generated), Some(&[4, 1, 2][..]));
    survives(&generated, |reply| {
        generated_point(reply).map(<[u8]>::to_vec)
    });
    assert_eq!(object(&hex("53 02 01 02")), Some(&[1, 2][..]));
    assert_eq!(object(&hex("53 02 01 02 00")), None);
    assert_eq!(
        authentication(&hex("7c 04 82 02 01 02"), 0x82),
        Some(&[1, 2][..])
    );
    assert_eq!(authentication(&hex("7c 04 82 02 01 02"), 0x80), None);
    assert_eq!(authentication(&hex("7c 04 82 03 01 02"), 0x82), None);
}

#[test]
fn certificates_that_are_compressed_are_left_alone() {
    assert_eq!(
        certificate(&hex("70 01 aa 71 01 00 fe 00")),
        Some(&[0xaa][..])
    );
    assert_eq!(certificate(&hex("70 01 aa")), Some(&[0xaa][..]));
    assert_eq!(certificate(&hex("70 01 aa 71 01 01 fe 00")), None);
    assert_eq!(certificate(&hex("71 01 00")), None);
    assert_eq!(certificate(&hex("70 02 aa")), None);
}

#[test]
fn models_say_what_is_certain() {
    let model = |reply: &str, firmware| Device::parse(&hex(reply)).unwrap().model(firmware);
    let new = Firmware([5, 4, 3]);
    assert_eq!(model("03 04 01 01", new), "YubiKey 5 (USB-A keychain)");
    assert_eq!(
        model("06 02 01 07 04 01 83", new),
        "YubiKey 5 FIPS (USB-C keychain)"
    );
    assert_eq!(model("03 04 01 3f", new), "YubiKey 5");
    assert_eq!(model("00", Firmware([4, 4, 5])), "YubiKey 4");
    assert_eq!(Device::default().model(Firmware([6, 0, 0])), "YubiKey");
    for bad in ["", "02 04 01 01", "04 04 01 01"] {
        assert_eq!(Device::parse(&hex(bad)), None, "{bad}");
    }
    survives(&hex("06 02 01 07 04 01 83"), Device::parse);
}

#[test]
fn a_key_behind_the_pin_is_written_as_others_read_it() {
    let administration =
        Administration::parse(&hex("80 0d 81 01 01 82 02 aa bb 83 04 5f 00 00 01"));
    let administration = administration.unwrap();
    assert!(!administration.behind_pin());
    let written = administration.now_behind_pin();
    assert_eq!(written, hex("80 09 81 01 03 83 04 5f 00 00 01"));
    assert!(Administration::parse(&written).unwrap().behind_pin());
    assert_eq!(
        Administration::default().now_behind_pin(),
        hex("80 03 81 01 02")
    );
    survives(&written, Administration::parse);

    let printed = keeping_management_key(&[7; 32]);
    assert_eq!(&printed[..4], &hex("88 22 89 20"));
    assert_eq!(kept_management_key(&printed), Some(&[7; 32][..]));
    assert_eq!(kept_management_key(&hex("01 02 41 42")), None);
}

#[test]
fn firmware_is_three_bytes() {
    assert_eq!(Firmware::parse(&[5, 7, 1]).unwrap().to_string(), "5.7.1");
    assert!(Firmware([5, 7, 0]) >= Firmware::ED25519);
    assert!(Firmware([5, 6, 9]) < Firmware::ED25519);
    assert_eq!(Firmware::parse(&[5, 7]), None);
    assert_eq!(Firmware::parse(&[5, 7, 1, 0]), None);
}
