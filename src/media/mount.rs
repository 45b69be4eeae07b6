//! A medium, opened for one act and closed after it.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::HEXLOWER;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags};

use super::devices::Place;
use super::error::{At, Doing};
use super::mounts::MountPoint;
use super::superblock::{Kind, Letters};
use super::{Machine, MediaError};
use crate::ceremony::medium::Medium;
use crate::safe::safe;

/// How the directories begin in which media are mounted.
const PRIVATE: &str = "rootstage-medium-";

/// How often something is tried that is in use.
const TRIES: u32 = 50;
/// How long is waited in between.
const PAUSE: Duration = Duration::from_millis(20);

/// What a person named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A medium, wherever it is plugged in.
    Medium(Medium),
    /// A directory at which one is mounted already.
    Directory(PathBuf),
}

impl Target {
    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Medium(medium) => medium.name(),
            Self::Directory(path) => safe(&path.display().to_string()),
        }
    }
}

/// What is to be done on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading: the medium is not written to, not even by the file system itself.
    Read,
    /// Reading and writing.
    Write,
}

/// How the medium came to be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// By us, in a directory of its own, for this act.
    Own,
    /// By somebody else, before: what was read back may have come from memory.
    AsFound,
}

/// A medium that can be read from, or written to.
#[derive(Debug)]
pub struct Opened {
    /// `None` only while it is being closed.
    root: Option<OwnedFd>,
    /// The directory made for it; it is unmounted and removed in the end.
    private: Option<PathBuf>,
    name: String,
    letters: Letters,
}

impl Opened {
    /// Its root directory.
    pub(super) fn root(&self) -> BorrowedFd<'_> {
        // there is one until this is dropped; the current directory is never written to
        self.root
            .as_ref()
            .map_or(rustix::fs::ABS, |root| root.as_fd())
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is mounted.
    pub fn carriage(&self) -> Carriage {
        match self.private {
            Some(_) => Carriage::Own,
            None => Carriage::AsFound,
        }
    }

    /// Whether upper and lower case make different names on it.
    pub(super) fn letters(&self) -> Letters {
        self.letters
    }

    /// Unmounts it, where it was mounted for this act: everything is on the medium then.
    pub fn close(mut self, doing: Doing) -> Result<(), MediaError> {
        self.root = None;
        let Some(private) = &self.private else {
            return Ok(());
        };
        let at = At {
            device: &self.name,
            doing,
        };
        unmount(private).map_err(|errno| at.says(errno))?;
        let _ = std::fs::remove_dir(private);
        self.private = None;
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.root = None;
        if let Some(private) = &self.private {
            // of a medium that was pulled, or that somebody looks into, the mount goes with its last user
            if unmount(private).is_err() {
                let _ = rustix::mount::unmount(private, UnmountFlags::DETACH);
            }
            let _ = std::fs::remove_dir(private);
        }
    }
}

impl Machine {
    /// Opens what a person named. A medium is looked for again, and after it was mounted it is looked at
    /// once more: what was swapped meanwhile is not touched.
    pub fn open(&self, target: &Target, access: Access) -> Result<Opened, MediaError> {
        match target {
            Target::Directory(path) => self.open_directory(path, access),
            Target::Medium(chosen) => {
                let place = self.find(chosen)?;
                if access == Access::Write && place.medium.read_only {
                    return Err(MediaError::ReadOnly {
                        device: place.medium.name(),
                        reason: "the device itself refuses to be written to".to_owned(),
                    });
                }
                self.clear_leftovers(&place);
                let place = self.find(chosen)?;
                let Some(found) = place.mounts.first() else {
                    return self.mount(&place, access);
                };
                // what somebody else's driver understands, and what this user may not mount, is used as
                // it is
                if place.kind.is_none() {
                    return open_as_found(place.medium.name(), found, access);
                }
                match self.mount(&place, access) {
                    Err(MediaError::NotPermitted { .. } | MediaError::NotMountable { .. }) => {
                        open_as_found(place.medium.name(), found, access)
                    }
                    result => result,
                }
            }
        }
    }

    fn open_directory(&self, path: &Path, access: Access) -> Result<Opened, MediaError> {
        let name = safe(&path.display().to_string());
        let path = std::fs::canonicalize(path).map_err(|error| MediaError::NotMountable {
            device: name.clone(),
            reason: error.to_string(),
        })?;
        let mounts = self.mounts()?;
        // of two at one place the later one is seen
        let Some(mount) = mounts.iter().rev().find(|mount| mount.at == path) else {
            return Err(MediaError::NotOffered {
                device: name,
                reason: "nothing is mounted at this directory".to_owned(),
            });
        };
        open_as_found(name, mount, access)
    }

    fn mount(&self, place: &Place, access: Access) -> Result<Opened, MediaError> {
        let name = place.medium.name();
        let at = At {
            device: &name,
            doing: Doing::Mounting,
        };
        let Some(kind) = place.kind else {
            return Err(MediaError::NotMountable {
                device: name,
                reason: "it holds no file system that is known here".to_owned(),
            });
        };
        let private = self.private_directory(at)?;
        let mounted = match place.mounts.first() {
            Some(_) => mount(&place.node, &private, kind, access),
            None => patiently(|| mount(&place.node, &private, kind, access)),
        };
        if let Err(errno) = mounted {
            let _ = std::fs::remove_dir(&private);
            return Err(match (errno, place.mounts.first()) {
                (Errno::BUSY, Some(mount)) => self.busy(&name, mount),
                (Errno::NODEV, _) => MediaError::NotMountable {
                    device: name,
                    reason: format!("this kernel has no {}", kind.drivers()[0]),
                },
                (Errno::INVAL | Errno::UCLEAN | Errno::BADMSG, _) => MediaError::NotMountable {
                    device: name,
                    reason: format!("the kernel does not take it for {}", kind.name()),
                },
                _ => at.says(errno),
            });
        }
        let mut opened = Opened {
            root: None,
            private: Some(private.clone()),
            name: name.clone(),
            letters: kind.letters(),
        };
        if let Some(mount) = place.mounts.first() {
            return Err(self.busy(&name, mount));
        }
        let root = directory(&private).map_err(|errno| at.says(errno))?;
        let stat = rustix::fs::fstat(&root).map_err(|errno| at.says(errno))?;
        opened.root = Some(root);
        let number = (
            rustix::fs::major(stat.st_dev),
            rustix::fs::minor(stat.st_dev),
        );
        // mounted, the device cannot become another one any more
        let now = self.find(&place.medium)?;
        if number != place.number || now.number != place.number || now.insertion != place.insertion
        {
            return Err(MediaError::OtherMedium {
                expected: place.medium.describe(),
                found: now.medium.describe(),
            });
        }
        Ok(opened)
    }

    /// A new directory that nobody else looks into.
    fn private_directory(&self, at: At<'_>) -> Result<PathBuf, MediaError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| MediaError::Failed {
            device: at.device.to_owned(),
            doing: at.doing,
            reason: error.to_string(),
        })?;
        let path = self
            .run
            .join(format!("{PRIVATE}{}", HEXLOWER.encode(&random)));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| MediaError::Failed {
                device: at.device.to_owned(),
                doing: at.doing,
                reason: format!("{}: {error}", path.display()),
            })?;
        Ok(path)
    }

    /// Whether this program mounted it.
    fn is_ours(&self, mount: &MountPoint) -> bool {
        let name = mount.at.file_name().and_then(|name| name.to_str());
        mount.at.parent() == Some(&self.run) && name.is_some_and(|name| name.starts_with(PRIVATE))
    }

    /// Something is mounted already. What an interrupted run left was unmounted before: what is ours is
    /// still in use.
    fn busy(&self, name: &str, mount: &MountPoint) -> MediaError {
        let (device, at) = (name.to_owned(), safe(&mount.at.display().to_string()));
        if self.is_ours(mount) {
            MediaError::Ours { device, at }
        } else {
            MediaError::Busy {
                device,
                at: Some(at),
            }
        }
    }

    /// Unmounts what an interrupted run of this program left mounted. What is in use stays.
    fn clear_leftovers(&self, place: &Place) {
        for mount in &place.mounts {
            if self.is_ours(mount)
                && rustix::mount::unmount(&mount.at, UnmountFlags::empty()).is_ok()
            {
                let _ = std::fs::remove_dir(&mount.at);
            }
        }
    }
}

fn open_as_found(name: String, mount: &MountPoint, access: Access) -> Result<Opened, MediaError> {
    if access == Access::Write && mount.read_only {
        return Err(MediaError::ReadOnly {
            device: name,
            reason: "it is mounted for reading only".to_owned(),
        });
    }
    let at = At {
        device: &name,
        doing: Doing::Mounting,
    };
    let root = directory(&mount.at).map_err(|errno| at.says(errno))?;
    let letters = match mount.driver.as_str() {
        driver if driver.starts_with("ext") => Letters::Differ,
        "tmpfs" | "xfs" | "btrfs" | "overlay" => Letters::Differ,
        // of a driver that is not known the stricter rule holds
        _ => Letters::Same,
    };
    Ok(Opened {
        root: Some(root),
        private: None,
        name,
        letters,
    })
}

fn directory(path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::open(path, flags, Mode::empty())
}

/// Somebody may look into a medium for a moment: an indexer, a program that was just started.
fn patiently(mut act: impl FnMut() -> rustix::io::Result<()>) -> rustix::io::Result<()> {
    for _ in 0..TRIES {
        match act() {
            Err(Errno::BUSY) => std::thread::sleep(PAUSE),
            result => return result,
        }
    }
    act()
}

fn unmount(at: &Path) -> rustix::io::Result<()> {
    patiently(|| rustix::mount::unmount(at, UnmountFlags::empty()))
}

/// Mounts with the first driver that the kernel has.
fn mount(node: &Path, at: &Path, kind: Kind, access: Access) -> rustix::io::Result<()> {
    let mut flags = MountFlags::NODEV | MountFlags::NOSUID | MountFlags::NOEXEC;
    if access == Access::Read {
        flags |= MountFlags::RDONLY;
    }
    let mut last = Err(Errno::NODEV);
    for driver in kind.drivers() {
        for options in options(driver, access) {
            let options = (!options.is_empty())
                .then(|| CString::new(*options).ok())
                .flatten();
            last = rustix::mount::mount(node, at, *driver, flags, options.as_deref());
            // a driver may not know an option
            if last != Err(Errno::INVAL) {
                break;
            }
        }
        if last != Err(Errno::NODEV) && last != Err(Errno::INVAL) {
            break;
        }
    }
    last
}

/// What a driver is told, the best first.
fn options(driver: &str, access: Access) -> &'static [&'static str] {
    match (driver, access) {
        // a journal would be played back onto the medium, read-only or not
        ("ext4" | "ext3", Access::Read) => &["noload"],
        ("vfat", _) => &["utf8,umask=0077", "umask=0077"],
        ("exfat", _) => &["umask=0077"],
        _ => &[""],
    }
}
