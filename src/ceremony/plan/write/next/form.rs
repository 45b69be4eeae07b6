//! What is particular in the forms of the scripts: what to fill in, in words.

/// What is particular in the form of a script.
pub(super) struct Form {
    /// What to fill in, as comment lines.
    pub(super) guide: &'static str,
    /// Whether it has an entry for a person whose key is made here.
    pub(super) joins: Joins,
}

/// Whether somebody's key is made in the room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// It has.
    Somebody,
    /// It has not.
    Nobody,
}

/// The form of the script of this name.
pub(super) fn form(script: &str) -> Form {
    let (joins, guide) = match script {
        "sign-staged" => (
            Joins::Nobody,
            "# A file that was prepared elsewhere is signed as it is. Fill in who comes, with which token; take\n\
             # out the entries of keyholders who do not come. Where enough signatures come together only with\n\
             # those of another site, set `policy.signing_continues = true`.\n",
        ),
        "renew-root" => (
            Joins::Nobody,
            "# Nothing changes but the date. Fill in the new `root.expires`, and who comes with which token.\n\
             # Keyholders who do not come: take out their entries, and name their keys in `root.keep`.\n",
        ),
        "rotate-keyholder" => (
            Joins::Somebody,
            "# Write `leaves = true` below the `keyid` of the key that goes. Fill in `keyholder-new`, whose key\n\
             # is generated in the room. Where a keyholder stays and changes the token, take `keyholder-new`\n\
             # out; that person's entry names the new token, has no `keyid`, and is followed by a table\n\
             # `[participant.old]` with the `token`, `key_label` and `keyid` of the old one.\n\
             # Keyholders who do not come: take out their entries, and name their keys in `root.keep`.\n",
        ),
        "add-keyholder" => (
            Joins::Somebody,
            "# Fill in `keyholder-new`, whose key is generated in the room, and who else comes with which\n\
             # token. Keyholders who do not come: take out their entries, and name their keys in `root.keep`.\n",
        ),
        "replace-lost-key" => (
            Joins::Somebody,
            "# Take out the entry whose token is lost, and name its key in `root.remove`. Fill in\n\
             # `keyholder-new`, the same person with a new token or another one; the key is generated in the\n\
             # room. Keyholders who do not come: take out their entries, name their keys in `root.keep`.\n",
        ),
        "change-threshold" => (
            Joins::Nobody,
            "# Fill in the new `root.threshold`. The keys stay. Keyholders who do not come: take out their\n\
             # entries, and name their keys in `root.keep`.\n",
        ),
        "rotate-online-keys" => (
            Joins::Nobody,
            "# Fill in the files of the new public keys below; take out the tables of roles that stay. The\n\
             # keyholders' keys stay. Those who do not come: take out their entries, and name their keys in\n\
             # `root.keep`.\n",
        ),
        "emergency-revocation" => (
            Joins::Somebody,
            "# Take out the entry whose key is stolen, and name it in `root.remove`. A new key can be made in\n\
             # the room: fill in `keyholder-new`, or take it out. Keyholders who do not come: take out their\n\
             # entries, and name their keys in `root.keep`. Online keys: see the end of `[root]`.\n",
        ),
        _ => (
            Joins::Nobody,
            "# Every token is tried; nothing is made or signed. Fill in who comes with which token; take out\n\
             # the entries of keyholders who do not come. Say how many are enough in `[quorum]`.\n",
        ),
    };
    Form { guide, joins }
}
