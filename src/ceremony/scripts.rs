//! The scripts that come with the program.

/// What a rehearsal's name has behind that of its script.
const REHEARSAL: &str = "-rehearsal";

/// Each script and its rehearsal: name and exact bytes of the file.
macro_rules! with_rehearsals {
    ($($name:literal),* $(,)?) => {
        [$(
            (
                $name,
                include_bytes!(concat!("../../ceremony-scripts/", $name, ".toml")),
            ),
            (
                concat!($name, "-rehearsal"),
                include_bytes!(concat!("../../ceremony-scripts/", $name, "-rehearsal.toml")),
            ),
        )*]
    };
}

/// In the order in which they are listed.
static SHIPPED: [(&str, &[u8]); 22] = with_rehearsals![
    "first-root",
    "sign-staged",
    "renew-root",
    "rotate-keyholder",
    "add-keyholder",
    "replace-lost-key",
    "change-threshold",
    "rotate-online-keys",
    "emergency-revocation",
    "token-check",
    "provision-token",
];

/// Every shipped script: name and exact bytes of its file.
pub fn shipped() -> &'static [(&'static str, &'static [u8])] {
    &SHIPPED
}

/// Names of the scripts for real days, in the order in which they are listed. A rehearsal of each
/// has the same name and `-rehearsal` behind it.
pub fn names() -> impl Iterator<Item = &'static str> {
    let names = shipped().iter().map(|(name, _)| *name);
    names.filter(|name| !name.ends_with(REHEARSAL))
}

/// The script of one signature at a desk (`rootstage sign`): it is no ceremony of a room.
pub fn one_signature() -> &'static [u8] {
    include_bytes!("../../ceremony-scripts/one-signature.toml")
}

/// The script of one token that is provisioned at a desk (`rootstage token provision`).
pub fn one_token() -> &'static [u8] {
    include_bytes!("../../ceremony-scripts/one-token.toml")
}

/// The name of the rehearsal of a script.
pub fn rehearsal_of(name: &str) -> String {
    format!("{name}{REHEARSAL}")
}

/// The file of the shipped script of this name.
pub fn bytes_of(name: &str) -> Option<&'static [u8]> {
    shipped()
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::shipped;
    use crate::ceremony::script::Script;

    #[test]
    fn every_shipped_script_parses_under_its_name() {
        for (name, bytes) in shipped() {
            match Script::parse(bytes) {
                Ok(script) => assert_eq!(&script.name, name),
                Err(problems) => panic!("{}", problems.in_file(name)),
            }
        }
    }
}
