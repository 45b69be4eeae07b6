use super::*;

/// The characters of base32, of which frames are made.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// ISO/IEC 18004, table 7: characters in alphanumeric mode at L, M and Q.
#[test]
fn capacities_are_those_of_the_standard() {
    for (version, characters) in [
        (1, [25, 20, 16]),
        (2, [47, 38, 29]),
        (5, [154, 122, 87]),
        (10, [395, 311, 221]),
        (12, [535, 419, 296]),
        (22, [1460, 1134, 823]),
        (40, [4296, 3391, 2420]),
    ] {
        let found = [Level::Low, Level::Medium, Level::Quartile].map(|l| capacity(version, l));
        assert_eq!(found, characters, "version {version}");
    }
    assert_eq!((width(1), width(22), width(40)), (21, 105, 177));
    assert_eq!(smallest(154, Level::Low), Some(5));
    assert_eq!(smallest(155, Level::Low), Some(6));
    assert_eq!(smallest(4297, Level::Low), None);
}

#[test]
fn whatever_is_exactly_full_fits() {
    let mut state = 1_u64;
    for version in [5, 12, 22] {
        let length = capacity(version, Level::Low);
        // hundreds more of them: benches/qr.rs
        for number in 0..12 {
            let text: String = (0..length)
                .map(|_| {
                    // Knuth's generator: the same texts each time
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    char::from(LETTERS[(state >> 59) as usize])
                })
                .collect();
            let symbol = Symbol::new(&text, version, Level::Low);
            assert_eq!(
                symbol.map(|s| s.width()),
                Some(width(version)),
                "text {number} at version {version}"
            );
        }
    }
}

#[test]
fn every_version_holds_its_capacity_and_no_more() {
    let levels = [Level::Low, Level::Medium, Level::Quartile];
    for version in 1..=40 {
        for level in levels {
            let full = capacity(version, level);
            assert!(Symbol::new(&"A".repeat(full + 1), version, level).is_none());
        }
        // to draw one is slow: one level of each version; all of them: benches/qr.rs
        let level = levels[usize::from(version) % levels.len()];
        let full = capacity(version, level);
        assert!(Symbol::new(&"7".repeat(full), version, level).is_some());
    }
}

#[test]
fn other_characters_are_refused_and_outside_is_light() {
    assert_eq!(Symbol::new("abc", 5, Level::Low), None);
    let symbol = Symbol::new("ABC", 5, Level::Low).unwrap();
    assert!(symbol.is_dark(0, 0) && symbol.is_dark(36, 0));
    assert!(!symbol.is_dark(37, 0) && !symbol.is_dark(0, 37) && !symbol.is_dark(37, 1));
}
