//! The files that the verbs of `root` take, read with bounds.

use std::collections::BTreeMap;
use std::fs::{File, FileType};
use std::io::Read as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use crate::cli::{Failure, notice};
use crate::digest::Sha256;
use crate::envelope::MAGIC;
use crate::safe::safe;
use crate::tuf::key::Holders;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Root};
use crate::tuf::signature::MAX_ROOT_BYTES;

/// Longest metadata file besides roots, in bytes: targets with half a million files.
pub const MAX_METADATA_BYTES: usize = 64 << 20;

/// Longest file with names of keyholders, in bytes.
const MAX_HOLDERS_BYTES: usize = 1 << 20;

/// A path as it is shown.
pub fn shown(path: &Path) -> String {
    safe(&path.display().to_string())
}

/// Reads at most `limit` bytes of an ordinary file; of a longer one, one byte more, so that
/// whoever reads it sees that it is too long.
pub fn bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::surroundings(format!(
            "{}: {error}. Nothing was changed. Check the path.",
            shown(path)
        ))
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(Failure::surroundings(format!(
            "{} is {}, where an ordinary file is needed. Nothing was read. Name a file.",
            shown(path),
            kind(about.file_type())
        )));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let file = File::open(path).map_err(failed)?;
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn kind(of: FileType) -> &'static str {
    if of.is_dir() {
        "a directory"
    } else if of.is_fifo() {
        "a pipe"
    } else if of.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// A root and the file it is in.
pub struct RootFile {
    /// The path as it is shown.
    pub name: String,
    pub file: Metadata,
    pub root: Root,
}

/// Reads a root.
pub fn root(path: &Path) -> Result<RootFile, Failure> {
    let name = shown(path);
    let file = read_as(path, MAX_ROOT_BYTES)?.map_err(|error| no_metadata(&name, &error))?;
    let root = file
        .to_signed()
        .and_then(|signed| Root::parse(&signed.signed))
        .map_err(|error| no_metadata(&name, &error))?;
    Ok(RootFile { name, file, root })
}

/// Reads a metadata file of any kind: why it is none is kept apart from why it cannot be read. An envelope
/// is neither: what it carries is to be unpacked and named.
pub fn read_as(path: &Path, limit: usize) -> Result<Result<Metadata, MetadataError>, Failure> {
    let bytes = bounded(path, limit)?;
    if bytes.starts_with(&MAGIC) {
        let name = shown(path);
        return Err(Failure::not_so(format!(
            "{name} is an envelope: it may carry metadata, and is none. Nothing was looked at. Unpack it with \
             `rootstage envelope open {name} -o DIR`, and name the file in there."
        )));
    }
    Ok(Metadata::parse(bytes, limit))
}

/// It is not metadata (exit status 1).
pub fn no_metadata(name: &str, error: &MetadataError) -> Failure {
    Failure::not_so(format!(
        "{name} is not TUF metadata that can be relied on: {error}. Nothing else was looked at. Name a metadata file with `signed` and `signatures`."
    ))
}

/// The names of a `--holders` file, by key id or fingerprint.
pub struct Names(BTreeMap<Sha256, String>);

impl Names {
    /// Reads the file; no names where there is none.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self(BTreeMap::new()));
        };
        let wrong = |why: String| {
            Failure::call(format!(
                "--holders: {}: {why}. Nothing was looked at. Write lines such as \"7230de22…\" = \"Ada\", with all 64 hex digits of a key id or of the SHA-256 of a public key.",
                shown(path)
            ))
        };
        let bytes = bounded(path, MAX_HOLDERS_BYTES)?;
        if bytes.len() > MAX_HOLDERS_BYTES {
            return Err(wrong(format!("more than {MAX_HOLDERS_BYTES} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
        let map: BTreeMap<String, String> = if text.trim_start().starts_with('{') {
            serde_json::from_str(&text).map_err(|error| wrong(safe(&error.to_string())))?
        } else {
            toml::from_str(&text).map_err(|error| wrong(safe(error.message())))?
        };
        let names = map.into_iter().map(|(key, name)| {
            let key = Sha256::parse(&key)
                .map_err(|error| wrong(format!("\"{}\": {error}", safe(&key))))?;
            Ok((key, name))
        });
        names.collect::<Result<_, Failure>>().map(Self)
    }

    /// The holders of the keys of these roots. A name that fits no key is said on stderr: it may
    /// be a slip.
    pub fn holders<'a>(&self, roots: impl IntoIterator<Item = &'a Root>) -> Holders {
        let mut holders = Holders::new();
        let mut used = std::collections::BTreeSet::new();
        for (id, key) in roots.into_iter().flat_map(|root| &root.keys) {
            let Ok(public) = &key.public else { continue };
            let fingerprint = public.fingerprint();
            for key in [id.digest(), fingerprint] {
                if let Some(name) = self.0.get(&key) {
                    used.insert(key);
                    holders.insert(fingerprint, name.clone());
                }
            }
        }
        for (key, name) in self.0.iter().filter(|(key, _)| !used.contains(key)) {
            notice(&format!(
                "--holders: {} ({}…) has no key in these files",
                safe(name),
                key.short()
            ));
        }
        holders
    }
}
