//! Commands in messages, so that they can be typed as they stand.

use std::path::Path;

use super::Place;

/// `rootstage repo WORDS`, with the directory of `place` where it is not the current one.
pub fn command(place: &Place, words: &str) -> String {
    of_directory(place.directory(), words)
}

/// The same for a directory by its path.
pub fn of_directory(directory: &Path, words: &str) -> String {
    if directory == Path::new(".") || directory == Path::new("") {
        return format!("rootstage repo {words}");
    }
    format!("rootstage repo {words} --dir {}", path(directory))
}

/// A path as one word of a POSIX shell.
pub fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", crate::safe::safe(text).replace('\'', r"'\''"))
}

/// `1 file`, `2 files`: a number with what is counted.
pub fn counted(number: usize, one: &str, several: &str) -> String {
    let what = if number == 1 { one } else { several };
    format!("{number} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_stands() {
        let of = |directory: &str| of_directory(Path::new(directory), "status");
        assert_eq!(of("."), "rootstage repo status");
        assert_eq!(of("tuf"), "rootstage repo status --dir tuf");
        assert_eq!(of("my tuf"), "rootstage repo status --dir 'my tuf'");
        assert_eq!(of("it's"), r"rootstage repo status --dir 'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn one_is_not_several() {
        assert_eq!(counted(0, "file", "files"), "0 files");
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(2, "file", "files"), "2 files");
    }
}
