use proptest::prelude::*;

use super::*;

fn gate(text: &str, class: Class) -> Gate {
    let needle = Needle {
        text: text.to_owned(),
        of: "it".to_owned(),
        class,
    };
    Gate::new(vec![needle], "")
}

fn percent(text: &str) -> String {
    let code = |written: String, byte: u8| format!("{written}%{byte:02X}");
    text.bytes().fold(String::new(), code)
}

proptest! {
    #[test]
    fn every_encoding_of_a_name_is_found(
        name in "[A-Za-zÄÖÜäöüßéŁλ'\"\\\\<&% -]{9,40}",
        before in "[a-z ]{0,5}",
        after in "[a-z ]{0,5}",
    ) {
        let name = name.trim();
        prop_assume!(name.chars().count() > 8 && !name.contains("  "));
        let gate = gate(name, Class::Name);
        let around = format!("{before}{name}{after}");
        let hidden = [
            around.clone(),
            around.to_lowercase(),
            around.to_uppercase(),
            serde_json::to_string(&around).unwrap(),
            crate::safe::markup(&around),
            percent(&around),
            data_encoding::BASE64.encode(around.as_bytes()),
            data_encoding::BASE64URL_NOPAD.encode(around.as_bytes()),
            data_encoding::HEXLOWER.encode(around.as_bytes()),
            data_encoding::HEXUPPER.encode(around.as_bytes()),
            crate::digest::Sha256::of(name.as_bytes()).hex(),
            crate::digest::Sha256::of(name.as_bytes()).words().join(" "),
            crate::digest::Sha256::of(name.as_bytes()).groups().join(" "),
            name.replace(' ', "\n  "),
        ];
        for text in hidden {
            prop_assert!(gate.find(&text, Place::File).is_some(), "{text}");
        }
    }

    #[test]
    fn what_has_nothing_of_it_is_let_through(text in "[a-z0-9 ]{0,200}") {
        let gate = gate("Søren Ångström", Class::Name);
        prop_assert!(gate.find(&text, Place::File).is_none());
    }
}

#[test]
fn short_ones_are_whole_words_and_the_shortest_are_not_sought() {
    let serial = gate("73915", Class::Serial);
    assert!(serial.find("token 73915.", Place::File).is_some());
    assert!(serial.find("a739151c", Place::File).is_none());
    let short = gate("739", Class::Serial);
    assert!(short.find("token 739", Place::File).is_none());
    assert!(matches!(short.unsought[..], [(_, Unsought::Short)]));
    let initials = gate("AK", Class::Initials);
    assert!(initials.find("by AK, at noon", Place::File).is_some());
    assert!(initials.find("by ak, or AKA", Place::File).is_none());
}

/// Keys are published: two letters stand alone between the strokes of their base64 by chance.
#[test]
fn initials_in_the_bytes_of_a_key_are_none() {
    let gate = gate("VA", Class::Initials);
    let key = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+PcvlLoPYOuHDDInQrmfIBx9uziy\n\
        VA/bnjEZ1N2PB0pUd2e75LECqOGm6/VA+Hjd8jOw7IqmIcnfFwRVAxl9Q==\n\
        -----END PUBLIC KEY-----\n";
    for text in [key, &serde_json::to_string(key).unwrap()] {
        assert!(gate.find(text, Place::File).is_none(), "{text}");
    }
    for text in [
        "present: VA/WW/AK/BK/CK/DK/EK/FK/GK/HK",
        "/srv/VA/rootkeys/ceremonies/of2026",
        "signed by VA",
        "MFkwEwYHKoZIzj0CAQYI VA",
        "a/VA=",
    ] {
        assert!(gate.find(text, Place::File).is_some(), "{text}");
    }
}

#[test]
fn what_every_text_has_says_nothing() {
    let needle = |text: &str| Needle {
        text: text.to_owned(),
        of: text.to_owned(),
        class: Class::Name,
    };
    let gate = Gate::new(
        vec![needle("Root"), needle("Ada Lovelace")],
        "<p>the root of it</p>",
    );
    assert_eq!(gate.unsought, [(needle("Root"), Unsought::Usual)]);
    assert!(gate.find("root", Place::File).is_none());
    assert!(gate.find("ada&nbsp;<b>lovelace</b>", Place::File).is_some());
}

#[test]
fn ids_tell_by_their_parts() {
    let name = gate("Ada Lovelace", Class::Name);
    assert!(name.find_in_id("sign.ada-lovelace").is_some());
    assert!(name.find_in_id("sign.ada").is_none());
    let part = gate("ada", Class::Part);
    assert!(part.find_in_id("sign.ada").is_some());
    assert!(part.find_in_id("sign.adam").is_none());
    assert!(part.find("ada wrote", Place::Record).is_some());
    assert!(part.find("ada wrote", Place::File).is_none());
    let initials = gate("AL", Class::Initials);
    assert!(initials.find_in_id("sign.al.old").is_some());
}

/// A plan and a title are typed on different machines.
#[test]
fn marks_on_letters_hide_nothing() {
    let gate = gate("S\u{f8}ren \u{c5}ngstr\u{f6}m", Class::Name);
    for text in [
        "of S\u{f8}ren A\u{30a}ngstro\u{308}m",
        "SOREN ANGSTROM",
        "soeren aangstroem",
        r"S\u00f8ren A\u030angstro\u0308m",
        "/srv/soren%20angstrom/plan",
    ] {
        assert!(gate.find(text, Place::File).is_some(), "{text}");
    }
}

#[test]
fn names_stand_in_certificates_as_bytes_over_several_lines() {
    let bytes = [&[0x30; 31], b"\x0c\x03Ada\x31" as &[u8], &[0x30; 40]].concat();
    let base64 = data_encoding::BASE64.encode(&bytes);
    let (first, second) = base64.split_at(43);
    let pem =
        format!("-----BEGIN CERTIFICATE-----\n{first}\n{second}\n-----END CERTIFICATE-----\n");
    let gate = gate("ada", Class::Part);
    for text in [pem.clone(), serde_json::to_string(&[pem.as_str()]).unwrap()] {
        assert!(gate.find(&text, Place::Record).is_some(), "{text}");
    }
    let other = pem.replace(first, &"A".repeat(43));
    assert!(gate.find(&other, Place::Record).is_none());
}

#[test]
fn a_number_is_found_after_letters_and_not_in_digests() {
    let serial = gate("154224", Class::Serial);
    for text in ["yk154224", "SN154224.age", "154224"] {
        assert!(serial.find(text, Place::File).is_some(), "{text}");
    }
    for text in ["a154224", "154224f0", "1542240"] {
        assert!(serial.find(text, Place::File).is_none(), "{text}");
    }
    let long = gate("15422467", Class::Serial);
    assert!(long.find("x15422467y", Place::File).is_some());
}
