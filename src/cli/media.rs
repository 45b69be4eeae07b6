//! `media`: what is plugged in, files from it and onto it.

mod text;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, notice, print, print_json};
use crate::digest::Sha256;
use crate::journal::write_all_whole;
use crate::media::mount::Carriage;
use crate::media::read::read;
use crate::media::write::{Outgoing, Progress, write};
use crate::media::{Images, Machine, MediaError, Target};
use crate::safe::safe;

/// Most bytes that one call reads from a medium, and most that it writes.
const LIMIT: u64 = 256 << 20;

/// The verbs of `media`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists the media on which files can be carried.
    #[command(after_help = "Example:\n  rootstage media list --all")]
    List(List),
    /// Reads files from a medium, which is mounted so that nothing can be written to it.
    #[command(after_help = "Example:\n  rootstage media read /dev/sdb1 root-2.rse -o received")]
    Read(Read),
    /// Writes files to a medium, unmounts it, and reads every byte back.
    #[command(
        after_help = "Examples:\n  rootstage media write /dev/sdb1 root-2.rse\n  rootstage media write /media/stick root-2.rse"
    )]
    Write(Write),
}

/// Arguments of `media list`.
#[derive(Debug, Args)]
pub struct List {
    /// Shows what is not offered as well, with the reason.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    standing: Standing,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `media read`.
#[derive(Debug, Args)]
pub struct Read {
    /// The medium: a device of `media list`, or the directory at which it is mounted.
    #[arg(value_name = "DEVICE")]
    device: String,
    /// The files, by their names in the root of the medium.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The directory to put them into.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    standing: Standing,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `media write`.
#[derive(Debug, Args)]
pub struct Write {
    /// The medium: a device of `media list`, or the directory at which it is mounted.
    #[arg(value_name = "DEVICE")]
    device: String,
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    standing: Standing,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What may stand for a medium.
#[derive(Debug, Args)]
struct Standing {
    /// For rehearsals: image files that are loop devices, and mounted directories without a device,
    /// stand for media.
    #[arg(long)]
    images: bool,
}

impl Standing {
    fn images(&self) -> Images {
        if self.images {
            Images::Allowed
        } else {
            Images::Hidden
        }
    }
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self) -> Result<(), Failure> {
        let machine = Machine::this();
        match self {
            Self::List(list) => list.run(&machine),
            Self::Read(read) => read.run(&machine),
            Self::Write(write) => write.run(&machine),
        }
    }
}

impl List {
    fn run(&self, machine: &Machine) -> Result<(), Failure> {
        let mut places = machine
            .places(self.standing.images())
            .map_err(|error| words(&error))?;
        let there = places.len();
        if !self.all {
            places.retain(|place| place.reason.is_none());
        }
        if self.json {
            let media: Vec<_> = places.iter().map(text::document).collect();
            print_json(&json!({ "media": media }));
            return Ok(());
        }
        if !places.is_empty() {
            print(&places.iter().map(text::place).collect::<String>());
        }
        if !self.all {
            let others = there - places.len();
            let more = match (places.len(), others) {
                (0, 0) => "No medium is plugged in.".to_owned(),
                (_, 0) => return Ok(()),
                (0, others) => format!(
                    "No medium is offered. {others} not offered: `media list --all` says why."
                ),
                (_, others) => format!("{others} more not offered: `media list --all` says why."),
            };
            notice(&more);
        }
        Ok(())
    }
}

impl Read {
    fn run(&self, machine: &Machine) -> Result<(), Failure> {
        let target = target(machine, &self.device, self.standing.images())?;
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let (taken, carriage) =
            read(machine, &target, &names, LIMIT).map_err(|error| words(&error))?;
        let here = |error: std::io::Error, path: &Path| {
            Failure::surroundings(format!(
                "{}: {error}. It was not written, and nothing on the medium was changed. Choose \
                 another directory with -o.",
                safe(&path.display().to_string())
            ))
        };
        std::fs::create_dir_all(&self.output).map_err(|error| here(error, &self.output))?;
        let paths: Vec<PathBuf> = taken
            .iter()
            .map(|file| self.output.join(&file.name))
            .collect();
        let files: Vec<(&Path, &[u8])> = paths
            .iter()
            .zip(&taken)
            .map(|(path, file)| (path.as_path(), file.bytes.as_slice()))
            .collect();
        write_all_whole(&files).map_err(|(path, error)| here(error, path))?;
        let lines: Vec<(String, u64, Sha256)> = files
            .iter()
            .map(|(path, bytes)| {
                let path = safe(&path.display().to_string());
                (path, bytes.len() as u64, Sha256::of(bytes))
            })
            .collect();
        if self.json {
            print_json(
                &json!({ "files": text::files(&lines), "mounted_before": carriage == Carriage::AsFound }),
            );
        } else {
            print(&text::lines(&lines));
            notice(&format!(
                "Read from {}. Nothing on it was changed.",
                target.name()
            ));
        }
        Ok(())
    }
}

impl Write {
    fn run(&self, machine: &Machine) -> Result<(), Failure> {
        let mut left = LIMIT;
        let mut brought = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| {
                Failure::call(format!(
                    "{}: a medium cannot carry a file of this name. Nothing was written. Name a file.",
                    safe(&path.display().to_string())
                ))
            })?;
            let bytes = file(path, left)?;
            left = left.saturating_sub(bytes.len() as u64);
            brought.push((name, bytes));
        }
        let target = target(machine, &self.device, self.standing.images())?;
        let files: Vec<Outgoing<'_>> = brought
            .iter()
            .map(|(name, bytes)| Outgoing { name, bytes })
            .collect();
        let mut progress = |progress: Progress<'_>| {
            if progress == Progress::Unmounted {
                notice("Written and unmounted; reading every byte back.");
            }
        };
        let receipt =
            write(machine, &target, &files, &mut progress).map_err(|error| words(&error))?;
        let lines: Vec<(String, u64, Sha256)> = receipt
            .files
            .iter()
            .map(|file| (safe(&file.name), file.bytes, file.digest))
            .collect();
        if self.json {
            print_json(&json!({
                "device": receipt.device,
                "files": text::files(&lines),
                "remounted": receipt.carriage == Carriage::Own,
            }));
            return Ok(());
        }
        print(&text::lines(&lines));
        notice(&match receipt.carriage {
            Carriage::Own => format!(
                "Every byte was read back from {} after it was unmounted. It is safe to remove.",
                receipt.device
            ),
            Carriage::AsFound => format!(
                "Every byte was read back from {}, through the mount that was there before, so it \
                 may have come from memory. Unmount it, and have the digests compared where it is \
                 read.",
                receipt.device
            ),
        });
        Ok(())
    }
}

/// Reads a file of this machine, of at most so many bytes.
fn file(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let shown = safe(&path.display().to_string());
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            Failure::surroundings(format!(
                "{shown}: {error}. Nothing was written. Check the path."
            ))
        })?;
    if bytes.len() as u64 > limit {
        return Err(Failure::not_so(format!(
            "{shown}: all files of one call together have more than {LIMIT} bytes. Nothing was \
             written. Write them one by one."
        )));
    }
    Ok(bytes)
}

/// What a person means: a place that is offered, or a directory at which one is mounted.
fn target(machine: &Machine, device: &str, images: Images) -> Result<Target, Failure> {
    let shown = safe(device);
    let places = machine.places(images).map_err(|error| words(&error))?;
    let path = std::fs::canonicalize(device).unwrap_or_else(|_| PathBuf::from(device));
    let found = places.iter().find(|place| {
        place.node == path
            || machine.dev.join(device) == place.node
            || place.mounts.iter().any(|mount| mount.at == path)
    });
    let Some(place) = found else {
        if path.is_dir() && images == Images::Allowed {
            return Ok(Target::Directory(path));
        }
        if path.is_dir() {
            return Err(words(&MediaError::NotOffered {
                device: shown,
                reason: "no medium is mounted at this directory".to_owned(),
            }));
        }
        return Err(words(&MediaError::Absent { device: shown }));
    };
    if let Some(reason) = &place.reason {
        return Err(words(&MediaError::NotOffered {
            device: place.medium.name(),
            reason: reason.to_string(),
        }));
    }
    Ok(if path.is_dir() {
        Target::Directory(path)
    } else {
        Target::Medium(place.medium.clone())
    })
}

fn words(error: &MediaError) -> Failure {
    let words = format!("{error}. {} {}", error.unchanged(), error.next());
    match error {
        MediaError::NotOffered { .. }
        | MediaError::OtherMedium { .. }
        | MediaError::NameTaken { .. }
        | MediaError::Differs { .. }
        | MediaError::OtherLog { .. }
        | MediaError::TooLarge { .. } => Failure::not_so(words),
        MediaError::NameRefused { .. } | MediaError::Ambiguous { .. } => Failure::call(words),
        _ => Failure::surroundings(words),
    }
}
