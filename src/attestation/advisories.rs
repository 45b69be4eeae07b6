//! What is publicly known against firmware of `YubiKeys`, as far as it concerns keys in the PIV
//! application. Whoever learns of more adds a line here.

use crate::tuf::key::KeyKind;

/// How bad it is for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// The key can be computed from what is public: it must not be used.
    Broken,
    /// It matters under conditions that people can judge.
    Known,
}

struct Advisory {
    /// Id, as its publisher has it.
    id: &'static str,
    from: [u8; 3],
    /// First firmware that is not affected.
    before: [u8; 3],
    /// Whether it concerns keys of this kind.
    concerns: fn(KeyKind) -> bool,
    weight: Weight,
    /// What it means, in a whole sentence.
    sentence: &'static str,
}

const ADVISORIES: &[Advisory] = &[
    Advisory {
        id: "YSA-2017-01, CVE-2017-15361 (ROCA)",
        from: [4, 2, 6],
        before: [4, 3, 5],
        concerns: |kind| kind == KeyKind::Rsa,
        weight: Weight::Broken,
        sentence: "RSA keys that it makes can be computed from their public half.",
    },
    Advisory {
        id: "YSA-2019-02",
        from: [4, 4, 2],
        before: [4, 4, 5],
        concerns: |_| true,
        weight: Weight::Known,
        sentence: "After it is switched on, its first random numbers are weak, which can give an ECDSA \
                   key away. Use another token.",
    },
    Advisory {
        id: "YSA-2024-03, CVE-2024-45678 (EUCLEAK)",
        from: [0, 0, 0],
        before: [5, 7, 0],
        concerns: |kind| matches!(kind, KeyKind::EcdsaP256 | KeyKind::EcdsaP384),
        weight: Weight::Known,
        sentence: "Somebody who has the token in hand, and its PIN, can take an ECDSA key out of it with \
                   the equipment of a laboratory. Keep the token sealed when it is not in use.",
    },
];

/// What is known against this firmware for a key of this kind, the worst first; `None` stands for a
/// kind of key that is not known.
pub(super) fn against(firmware: [u8; 3], kind: Option<KeyKind>) -> Vec<(Weight, String)> {
    ADVISORIES
        .iter()
        .filter(|advisory| (advisory.from..advisory.before).contains(&firmware))
        .filter(|advisory| kind.is_none_or(advisory.concerns))
        .map(|advisory| {
            (
                advisory.weight,
                format!("{}: {}", advisory.id, advisory.sentence),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_of_what_it_concerns_and_of_nothing_else() {
        let ids = |firmware, kind| -> Vec<String> {
            let known = against(firmware, Some(kind));
            let id = |(_, words): &(Weight, String)| words.split([':', ',']).next().unwrap().into();
            known.iter().map(id).collect()
        };
        for (firmware, kind, wanted) in [
            ([4, 2, 5], KeyKind::Rsa, &[][..]),
            ([4, 2, 6], KeyKind::Rsa, &["YSA-2017-01"]),
            ([4, 3, 4], KeyKind::Rsa, &["YSA-2017-01"]),
            ([4, 3, 5], KeyKind::Rsa, &[]),
            ([4, 3, 4], KeyKind::EcdsaP256, &["YSA-2024-03"]),
            (
                [4, 4, 4],
                KeyKind::EcdsaP384,
                &["YSA-2019-02", "YSA-2024-03"],
            ),
            ([4, 4, 5], KeyKind::EcdsaP256, &["YSA-2024-03"]),
            ([5, 6, 255], KeyKind::EcdsaP256, &["YSA-2024-03"]),
            ([5, 7, 0], KeyKind::EcdsaP256, &[]),
            ([5, 4, 3], KeyKind::Ed25519, &[]),
        ] {
            assert_eq!(ids(firmware, kind), wanted, "{firmware:?} {kind:?}");
        }
    }
}
