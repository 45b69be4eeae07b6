//! What a plan allows, and what it insists on.

/// What the plan allows and demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanPolicy {
    /// Shortest validity of the root, in days from the day of the ceremony.
    pub expiry_min_days: u32,
    /// Longest validity of the root, in days.
    pub expiry_max_days: u32,
    /// P-384 keys, which tuf-js and tough refuse, are wanted all the same.
    pub allow_p384: bool,
    /// Every key is needed for every signature, and that is known.
    pub no_spare_acknowledged: bool,
    /// Ids of environment checks that must pass.
    pub required_checks: Vec<String>,
    /// How far a watch and the clock may be apart, in minutes.
    pub clock_tolerance_minutes: u8,
    /// Signatures that are missing at the end are added at another place or on another day.
    pub signing_continues: bool,
    /// How tokens are provisioned.
    pub provisioning: ProvisioningPolicy,
    /// What is expected of attestations.
    pub attestation: AttestationPolicy,
}

/// How tokens are brought from the factory's state to the keyholders'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningPolicy {
    /// How often in a row the PIN may be wrong.
    pub pin_tries: u8,
    /// How often in a row the PUK may be wrong.
    pub puk_tries: u8,
    /// age recipients who get an encrypted copy of each management key; none: no copies.
    pub escrow: Vec<String>,
}

/// What is expected of attestations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttestationPolicy {
    /// Ids of checks without which a key on a `YubiKey` is not used; the others are shown.
    pub required: Vec<String>,
    /// The same for a key on another hardware token: where the plan does not say, those that need no
    /// maker who vouches.
    pub required_of_others: Vec<String>,
    /// Files with intermediate certificates of the maker; nothing is trusted for being in them.
    pub intermediates: Vec<String>,
    /// Files with roots that are trusted besides those of this binary: in rehearsals only.
    pub test_roots: Vec<String>,
}
