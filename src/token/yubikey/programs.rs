//! Which other programs could have a smart card open. The service does not tell; the kernel tells
//! which programs have its library in memory.

use std::path::Path;

use crate::safe::safe;

/// Programs that keep smart cards open, by the names under which they run. The kernel keeps 15
/// characters of a name.
const KNOWN: [&str; 9] = [
    "scdaemon",
    "gpg-agent",
    "ykman",
    "ykman-gui",
    "yubikey-agent",
    "pivy-agent",
    "yubioath-flutte",
    "yubico-piv-tool",
    "opensc-tool",
];

/// The service itself, whose library others only speak to.
const SERVICE: &str = "pcscd";

/// Client library of the service.
const LIBRARY: &str = "libpcsclite";

/// Every other program that could have a card open: `name (process 123)`, those first that have
/// the library in memory. Programs of other users show their names only.
pub(super) fn with_smart_cards() -> Vec<String> {
    with_smart_cards_in(Path::new("/proc"), std::process::id())
}

fn with_smart_cards_in(processes: &Path, own: u32) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(processes).into_iter().flatten().flatten() {
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok());
        let Some(number) = number.filter(|number| *number != own) else {
            continue;
        };
        // one that has ended since is no candidate
        let Ok(name) = std::fs::read_to_string(entry.path().join("comm")) else {
            continue;
        };
        let name = name.trim_end();
        if name == SERVICE {
            continue;
        }
        let maps = std::fs::read(entry.path().join("maps")).unwrap_or_default();
        let has_library = maps
            .windows(LIBRARY.len())
            .any(|window| window == LIBRARY.as_bytes());
        if has_library || KNOWN.contains(&name) {
            found.push((
                !has_library,
                number,
                format!("{} (process {number})", safe(name)),
            ));
        }
    }
    found.sort();
    found.into_iter().map(|(_, _, words)| words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_library_or_name() {
        let processes = tempfile::tempdir().unwrap();
        let process = |number: &str, name: &str, maps: Option<&str>| {
            let directory = processes.path().join(number);
            std::fs::create_dir(&directory).unwrap();
            std::fs::write(directory.join("comm"), format!("{name}\n")).unwrap();
            if let Some(maps) = maps {
                std::fs::write(directory.join("maps"), maps).unwrap();
            }
        };
        let library = "7f00-7f01 r-xp 0 0:1 9 /usr/lib/libpcsclite.so.1.0.0\n";
        process("12", "scdaemon", None);
        process("30", "fire\u{202e}fox", Some(library));
        process("31", "pcscd", Some(library));
        process(
            "32",
            "bash",
            Some("7f00-7f01 r-xp 0 0:1 9 /usr/lib/libc.so.6\n"),
        );
        process("33", "rootstage", Some(library));
        process("self", "rootstage", Some(library));
        std::fs::create_dir(processes.path().join("34")).unwrap();
        assert_eq!(
            with_smart_cards_in(processes.path(), 33),
            ["fire\\u{202e}fox (process 30)", "scdaemon (process 12)"]
        );
        assert!(with_smart_cards_in(Path::new("/nonexistent"), 1).is_empty());
    }
}
