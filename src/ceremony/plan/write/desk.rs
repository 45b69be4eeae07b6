//! The plan of one token that is provisioned at a desk, written from the words of a call.

use std::fmt::Write as _;

use super::quoted;
use crate::ceremony::token::TokenName;

/// What a call says of one token.
#[derive(Clone, Debug)]
pub struct OneToken {
    /// The token.
    pub token: TokenName,
    /// Who holds it: name, and initials.
    pub keyholder: (String, String),
    /// Who keeps the PUK, if anybody else does: name, and initials.
    pub witness: Option<(String, String)>,
    /// age recipients who get an encrypted copy of the management key.
    pub escrow: Vec<String>,
}

/// The plan. Whatever of it cannot stand in a plan is a problem when it is read.
pub fn one_token(call: &OneToken) -> String {
    let (name, initials) = &call.keyholder;
    let mut text = format!(
        "# Written by `rootstage token provision` from its call.\n\n[plan]\ntitle = \"One token provisioned\"\n\
         script = \"one-token\"\nmode = \"production\"\nlocation = \"at a desk\"\n\n\
         [[participant]]\nid = \"keyholder\"\nname = {}\ninitials = {}\nduty = \"keyholder\"\ntoken = {}\n\n",
        quoted(name),
        quoted(initials),
        quoted(&call.token.0),
    );
    if let Some((name, initials)) = &call.witness {
        let _ = write!(
            text,
            "[[participant]]\nid = \"witness\"\nname = {}\ninitials = {}\nduty = \"witness\"\n\n[quorum]\n\
             witness = 0\n\n",
            quoted(name),
            quoted(initials)
        );
    }
    text.push_str("[policy]\nrequired_checks = [\"smartcard.service\"]\n");
    if !call.escrow.is_empty() {
        let quoted: Vec<String> = call.escrow.iter().map(|to| quoted(to)).collect();
        let _ = write!(
            text,
            "\n[policy.provisioning]\nescrow = [{}]\n",
            quoted.join(", ")
        );
    }
    text
}
