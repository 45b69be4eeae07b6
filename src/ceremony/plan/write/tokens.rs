//! The form of a day on which `YubiKeys` are provisioned: no root before it, and none after it.

use std::fmt::Write as _;

use super::{Crossing, Outline, REQUIRED_CHECKS, crossing, head, others};
use crate::ceremony::plan::{Mode, Transport};

/// A plan to be filled in for `provision-token`, for as many `YubiKeys` as the outline has keyholders.
/// Threshold and expiry are not asked for.
pub fn template_of_tokens(mode: Mode, outline: &Outline, transport: &Transport) -> String {
    let mut text = head(mode, "provision-token", outline);
    text.push_str(
        "# No metadata is made or signed on this day. Everybody who takes part: `id` is how the record names\n\
         # a person; initials are what each person types, so that no two may be the same. Every token is a\n\
         # YubiKey, named by the number that is printed on it: yubikey:SERIAL, or yubikey:SERIAL/SLOT.\n\
         # Its key wants PIN and touch each time, unless `pin_policy` and `touch_policy` say otherwise.\n\
         # `spare` is a YubiKey that takes over where the first one is dead.\n\n",
    );
    text.push_str(&others());
    for number in 1..=outline.keyholders {
        let _ = write!(
            text,
            "[[participant]]\nid = \"keyholder-{number}\"\nname = \"\"      # fill in\ninitials = \"\"  # \
             fill in\nduty = \"keyholder\"\ntoken = \"\"     # fill in\n# spare = \"\"\n# algorithm = \
             \"ecdsa-p256\"\n# pin_policy = \"always\"\n# touch_policy = \"always\"\n\n"
        );
    }
    text.push_str(
        "# How many must be in the room before it begins. Without this table: one administrator,\n\
         # one witness, and every keyholder.\n\
         # [quorum]\n# administrator = 1\n# witness = 1\n\n",
    );
    let checks: Vec<String> = match mode {
        Mode::Rehearsal => Vec::new(),
        Mode::Production => REQUIRED_CHECKS
            .iter()
            .chain(&["smartcard.service"])
            .map(|id| format!("\"{id}\""))
            .collect(),
    };
    let _ = write!(
        text,
        "[policy]\n# checks of the machine that must pass\nrequired_checks = [{}]\n# between a watch and \
         this machine\nclock_tolerance_minutes = 2\n",
        checks.join(", ")
    );
    text.push_str(
        "\n# How often in a row PIN and PUK may be wrong, and the age recipients who can open a copy of each\n\
         # management key.\n[policy.provisioning]\npin_tries = 3\npuk_tries = 3\nescrow = []\n",
    );
    text.push_str(&crossing(Crossing::Nothing, transport));
    text
}
