//! The plan of one signature, written from the words of a call.

use std::fmt::Write as _;

use super::quoted;
use crate::ceremony::token::TokenName;
use crate::digest::Sha256;
use crate::tuf::key::KeyId;

/// What a call says of one signature.
#[derive(Clone, Debug)]
pub struct OneSignature {
    /// The file to sign: path.
    pub staged: String,
    /// Role that it is for.
    pub role: String,
    /// SHA-256 of its payload, as it was when the call was read.
    pub payload: Sha256,
    /// The root that clients trust now: path, and SHA-256 of the file.
    pub trusted: Option<(String, Sha256)>,
    /// For a delegated role: the metadata that names its keys.
    pub delegated_by: Option<String>,
    /// For targets: the version before.
    pub previous: Option<String>,
    /// The token, the label of the key on it, the id under which metadata lists it.
    pub token: TokenName,
    /// Label of the key.
    pub label: String,
    /// Id of the key.
    pub keyid: KeyId,
    /// Who signs: name, and initials.
    pub keyholder: (String, String),
    /// Who watches, if anybody does.
    pub witness: Option<(String, String)>,
    /// Directory to which the file is written besides the ceremony's own.
    pub output: Option<String>,
}

/// The plan. Whatever of it cannot stand in a plan is a problem when it is read.
pub fn one_signature(call: &OneSignature) -> String {
    let mut text = format!(
        "# Written by `rootstage sign` from its call.\n\n[plan]\ntitle = \"One signature over {}\"\nscript = \
         \"one-signature\"\nmode = \"production\"\nlocation = \"at a desk\"\n\n",
        call.role
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(30)
            .collect::<String>()
    );
    let (name, initials) = &call.keyholder;
    let _ = write!(
        text,
        "[[participant]]\nid = \"keyholder\"\nname = {}\ninitials = {}\nduty = \"keyholder\"\ntoken = {}\n\
         key_label = {}\nkeyid = \"{}\"\n\n",
        quoted(name),
        quoted(initials),
        quoted(&call.token.0),
        quoted(&call.label),
        call.keyid
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
    if let Some((path, sha256)) = &call.trusted {
        let _ = write!(
            text,
            "[trusted]\npath = {}\nsha256 = \"{sha256}\"\n\n",
            quoted(path)
        );
    }
    let _ = write!(
        text,
        "[staged]\npath = {}\nrole = {}\npayload = \"{}\"\n",
        quoted(&call.staged),
        quoted(&call.role),
        call.payload
    );
    let more = [
        ("delegated_by", &call.delegated_by),
        ("previous", &call.previous),
    ];
    for (key, path) in more {
        if let Some(path) = path {
            let _ = writeln!(text, "{key} = {}", quoted(path));
        }
    }
    text.push_str("\n[policy]\nsigning_continues = true\nrequired_checks = []\n");
    if let Some(directory) = &call.output {
        let _ = write!(text, "\n[output]\ndirectories = [{}]\n", quoted(directory));
    }
    text
}
