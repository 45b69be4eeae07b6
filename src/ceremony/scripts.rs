//! The scripts that come with the program.

/// Name and exact bytes of each, in the order in which they are listed.
static SHIPPED: [(&str, &[u8]); 2] = [
    (
        "first-root",
        include_bytes!("../../ceremony-scripts/first-root.toml"),
    ),
    (
        "first-root-rehearsal",
        include_bytes!("../../ceremony-scripts/first-root-rehearsal.toml"),
    ),
];

/// Every shipped script: name and exact bytes of its file.
pub fn shipped() -> &'static [(&'static str, &'static [u8])] {
    &SHIPPED
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
