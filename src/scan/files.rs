//! A scanner over pictures, folders of pictures, and videos.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek as _};
use std::path::{Path, PathBuf};

use super::picture::{Flaw, decode};
use super::reader::{Effort, read};
use super::retouch::preview;
use super::video;
use super::{PREVIEW_HEIGHT, PREVIEW_WIDTH};
use crate::ports::{Blind, Interest, Luma, Scanner, Sighting};
use crate::safe::safe;

/// Most bytes of a file with one picture.
const LONGEST_PICTURE: u64 = 128 << 20;

/// Most files of one folder that are looked at.
const MOST_FILES: usize = 10_000;

/// Files in which QR codes are looked for.
#[derive(Debug, Default)]
pub struct Files {
    sources: Vec<PathBuf>,
    passed_over: Vec<PassedOver>,
    pictures: u64,
    in_them: u64,
}

/// A file, or the rest of it, in which nothing could be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its name, safe to show.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Files {
    /// These files and folders, in this order. Files of a folder come in the order of their names;
    /// folders in it are not looked into.
    pub fn new(sources: Vec<PathBuf>) -> Self {
        Self {
            sources,
            ..Self::default()
        }
    }

    /// What was passed over so far.
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }

    /// Pictures that were looked at, those of videos among them, and QR codes that were read in them.
    pub fn looked_at(&self) -> (u64, u64) {
        (self.pictures, self.in_them)
    }

    fn look(
        &mut self,
        picture: &Luma,
        effort: Effort,
        tell: &mut dyn FnMut(Sighting) -> Interest,
    ) -> Interest {
        let sighting = sight(picture, effort);
        self.pictures += 1;
        self.in_them += sighting.texts.len() as u64;
        tell(sighting)
    }

    fn file(
        &mut self,
        path: &Path,
        tell: &mut dyn FnMut(Sighting) -> Interest,
    ) -> std::io::Result<Interest> {
        let mut file = File::open(path)?;
        let kind = file.metadata()?;
        if !kind.is_file() {
            // a pipe or a device would never end
            return Ok(self.pass_over(path, "it is no file"));
        }
        let mut head = Vec::new();
        file.by_ref().take(64).read_to_end(&mut head)?;
        file.rewind()?;
        if head.starts_with(video::Y4M) {
            return Ok(self.uncompressed(path, file, tell));
        }
        if head.starts_with(b"\xff\xd8\xff") || head.starts_with(b"RIFF") {
            return self.jpegs(path, file, tell);
        }
        if kind.len() > LONGEST_PICTURE {
            return Ok(self.pass_over(path, "it is too long for a picture"));
        }
        let mut bytes = Vec::new();
        file.take(LONGEST_PICTURE).read_to_end(&mut bytes)?;
        Ok(match decode(&bytes) {
            Ok(picture) => self.look(&picture, Effort::Thorough, tell),
            Err(flaw) => self.pass_over(path, &flaw.to_string()),
        })
    }

    fn uncompressed(
        &mut self,
        path: &Path,
        file: File,
        tell: &mut dyn FnMut(Sighting) -> Interest,
    ) -> Interest {
        let mut interest = Interest::Wanted;
        let mut number = 0;
        let seen = video::y4m(BufReader::new(file), &mut |picture| {
            interest = self.look(&picture, Effort::Passing(number), tell);
            number += 1;
            interest == Interest::Wanted
        });
        if let Err(flaw) = seen {
            let words = match flaw {
                Flaw::Damaged(why) => format!("after {number} pictures: {why}"),
                other => other.to_string(),
            };
            self.pass_over(path, &words);
        }
        interest
    }

    /// One JPEG, or several behind one another: which it is shows at the second.
    fn jpegs(
        &mut self,
        path: &Path,
        file: File,
        tell: &mut dyn FnMut(Sighting) -> Interest,
    ) -> std::io::Result<Interest> {
        let mut interest = Interest::Wanted;
        let mut number = 0;
        let met = video::jpegs(file, &mut |picture| {
            let effort = if number == 0 {
                Effort::Thorough
            } else {
                Effort::Passing(number)
            };
            interest = self.look(&picture, effort, tell);
            number += 1;
            interest == Interest::Wanted
        })?;
        match (met.pictures, met.damaged) {
            (0, 0) => self.pass_over(path, &Flaw::NotAPicture.to_string()),
            (0, _) => self.pass_over(path, "it is damaged, not complete, or too large"),
            (_, 0) => Interest::Wanted,
            (_, damaged) => self.pass_over(path, &format!("{damaged} pictures of it are damaged")),
        };
        Ok(interest)
    }

    fn pass_over(&mut self, path: &Path, reason: &str) -> Interest {
        self.passed_over.push(PassedOver {
            name: safe(&path.display().to_string()),
            reason: reason.to_owned(),
        });
        Interest::Wanted
    }
}

impl Scanner for Files {
    fn watch(&mut self, tell: &mut dyn FnMut(Sighting) -> Interest) -> Result<(), Blind> {
        for source in self.sources.clone() {
            let blind = |error: std::io::Error| Blind {
                source_name: safe(&source.display().to_string()),
                reason: words(&error),
            };
            if !source.is_dir() {
                if self.file(&source, tell).map_err(blind)? == Interest::Over {
                    return Ok(());
                }
                continue;
            }
            for path in folder(&source).map_err(blind)? {
                let interest = match self.file(&path, tell) {
                    Ok(interest) => interest,
                    Err(error) => self.pass_over(&path, &words(&error)),
                };
                if interest == Interest::Over {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// What is seen in a picture.
pub(super) fn sight(picture: &Luma, effort: Effort) -> Sighting {
    Sighting {
        texts: read(picture, effort),
        preview: preview(picture, PREVIEW_WIDTH, PREVIEW_HEIGHT),
    }
}

/// The files of a folder by name, those within folders not.
fn folder(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if !entry.path().is_dir() {
            files.push(entry.path());
        }
        if files.len() > MOST_FILES {
            return Err(std::io::Error::other(format!(
                "it has more than {MOST_FILES} files"
            )));
        }
    }
    files.sort();
    Ok(files)
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no file of this name".to_owned(),
        ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        _ => safe(&error.to_string()),
    }
}
