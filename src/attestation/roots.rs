//! The roots of Yubico that this binary trusts, and certificates that may stand between.

use super::original::Original;

/// Roots: a chain has to end in the key of one of them, under its name. The certificate that Yubico
/// PIV Root CA 263751 had before 2018 has the same name and key, so that it needs no place here.
const ROOTS: [&[u8]; 2] = [
    include_bytes!("../../assets/yubico/yubico-piv-ca-1.pem"),
    include_bytes!("../../assets/yubico/yubico-ca-1.pem"),
];

/// What is not on the device since firmware 5.7.4. None of it is trusted for being here.
const INTERMEDIATES: &[u8] = include_bytes!("../../assets/yubico/yubico-intermediate.pem");

pub(super) fn pinned() -> Vec<Original> {
    ROOTS
        .iter()
        .flat_map(|pem| super::parsed(pem).unwrap_or_default())
        .collect()
}

pub(super) fn intermediates() -> Vec<Original> {
    super::parsed(INTERMEDIATES).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(certificates: &[Original]) -> Vec<(String, String)> {
        let print = |certificate: &Original| {
            (
                certificate.body().subject().to_string(),
                certificate.digest().hex(),
            )
        };
        certificates.iter().map(print).collect()
    }

    fn are(found: &[Original], wanted: &[(&str, &str)]) {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(name, print)| (format!("CN={name}"), (*print).to_owned()))
            .collect();
        assert_eq!(prints(found), wanted);
    }

    /// Fingerprints as Yubico publishes them; whoever adds a root has to add it here as well.
    #[test]
    fn the_roots_are_these_and_no_others() {
        are(
            &pinned(),
            &[
                (
                    "Yubico PIV Root CA Serial 263751",
                    "63ece914e54dd87915f34033c85af4c0696ba1512f8add66ced738331207b546",
                ),
                (
                    "Yubico Attestation Root 1",
                    "62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace2ec6586cd5a8",
                ),
            ],
        );
    }

    #[test]
    fn the_intermediates_are_these_and_no_others() {
        are(
            &intermediates(),
            &[
                (
                    "Yubico Attestation Intermediate A 1",
                    "4698a1d3389c3ec60016c216250f1d0439922832d65142327436376dc2942b55",
                ),
                (
                    "Yubico Attestation Intermediate B 1",
                    "d4cc3f456fdaf4e7812a21aab1dfe9d8e27d24e2fd2d6f21c9940109f0daa754",
                ),
                (
                    "Yubico PIV Attestation A 1",
                    "6de693f05376f5d8ca29069261e1c8626c75d503bd2edbfd75354cad1f722870",
                ),
                (
                    "Yubico PIV Attestation B 1",
                    "2d55b7998f4e42569d6d8fa382b6dc77d1dacf07358b19701163892922b17052",
                ),
                (
                    "Yubico PIV Attestation B2 1",
                    "0c90b7d184a36edf50a35f9be935f0c5689bfdcfe5bdd073366cafb49061a440",
                ),
            ],
        );
        // those of preview programs have it in their names
        for (name, _) in prints(&pinned()).iter().chain(&prints(&intermediates())) {
            assert!(!name.to_lowercase().contains("preview"), "{name}");
        }
    }

    /// Every intermediate leads to a root, with what is here alone.
    #[test]
    fn the_intermediates_lead_to_the_roots() {
        let (between, roots) = (intermediates(), pinned());
        for certificate in &between {
            let chain = super::super::chain::build(certificate, &between, &roots);
            assert!(chain.is_ok(), "{:?}", chain.err());
        }
    }
}
