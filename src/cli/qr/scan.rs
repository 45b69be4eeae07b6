//! `qr scan`: QR codes in, a file out.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::received::{self, Accept};
use crate::cli::{Failure, Room, notice, print, print_json};
use crate::ports::{Blind, Interest, SCANNER_THREAD, Scanner};
use crate::qr::keyboard::{self, Layout};
use crate::qr::{Collector, Progress, Taken};
use crate::scan::camera::Camera;
use crate::scan::files::{Files, PassedOver};
use crate::tui::scan::counted;
use crate::tui::scan::watch::{Watched, watch};

/// Most bytes that are read from a pipe.
const LONGEST_INPUT: u64 = 64 << 20;

/// Arguments of `qr scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Pictures (PNG, JPEG), folders of pictures, videos (Y4M, MJPEG), a camera such as /dev/video0,
    /// or - for the typed lines of a hand scanner.
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<PathBuf>,
    /// The file to write; there must be none of this name.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Writes what is no envelope as well.
    #[arg(long)]
    any: bool,
    /// One JSON document on stdout, and no screen.
    #[arg(long)]
    json: bool,
}

/// What was named.
enum Source {
    Camera(PathBuf),
    Typed,
    Files(Vec<PathBuf>),
}

/// How a scan without a screen ended.
#[derive(Default)]
struct Seen {
    collector: Collector,
    passed_over: Vec<PassedOver>,
    blind: Option<Blind>,
}

impl Scan {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        received::check_free(&self.output)?;
        let source = self.source()?;
        let screen =
            !self.json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let seen = match source {
            Source::Files(files) => through_files(files),
            Source::Camera(path) if screen => {
                let name = path.display().to_string();
                let camera = || -> Box<dyn Scanner> { Box::new(Camera::new(path.clone())) };
                return self.watched(room, &name, Some(&camera));
            }
            Source::Camera(path) => through_camera(path),
            Source::Typed if screen => return self.watched(room, "hand scanner", None),
            Source::Typed => typed_lines()?,
        };
        self.conclude(&seen)
    }

    /// A camera and typed lines are each a source of their own: they end when the file is there.
    fn source(&self) -> Result<Source, Failure> {
        let alone = |source: Source, name: &Path| match self.sources.len() {
            1 => Ok(source),
            _ => Err(Failure::call(format!(
                "{}: a camera or - is scanned by itself. Nothing was scanned. Name it alone, or name \
                 only files and folders.",
                name.display()
            ))),
        };
        for path in &self.sources {
            if path.as_os_str() == "-" {
                return alone(Source::Typed, path);
            }
            let device = path
                .metadata()
                .is_ok_and(|file| file.file_type().is_char_device());
            if device || (path.starts_with("/dev") && !path.exists()) {
                return alone(Source::Camera(path.clone()), path);
            }
        }
        Ok(Source::Files(self.sources.clone()))
    }

    fn accept(&self) -> Accept {
        if self.any {
            Accept::Anything
        } else {
            Accept::Envelopes
        }
    }

    fn watched(
        &self,
        room: &Room,
        name: &str,
        scanner: Option<&dyn Fn() -> Box<dyn Scanner>>,
    ) -> Result<(), Failure> {
        let settings = room.settings(Path::new("."));
        let watched = watch(&settings, name, scanner)
            .map_err(|error| Failure::surroundings(error.to_string()))?;
        match watched {
            Watched::Compared(file) => {
                let (text, _) = received::write(&file, &self.output, self.accept())?;
                notice(&format!("{} written", self.output.display()));
                print(&text);
                Ok(())
            }
            Watched::Left(progress) => Err(Failure::not_so(format!(
                "the scan was left: {}. Nothing was written.",
                received::missing(&progress)
            ))),
            Watched::Signal(signal) => Err(Failure::surroundings(format!(
                "the scan was ended by signal {signal}. Nothing was written. Scan again."
            ))),
        }
    }

    /// Writes the file, or says what is missing.
    fn conclude(&self, seen: &Seen) -> Result<(), Failure> {
        let progress = seen.collector.progress();
        for file in &seen.passed_over {
            notice(&format!("{}: passed over: {}", file.name, file.reason));
        }
        let with_counts = |mut document: Value| {
            document["frames"] = received::counted(&progress);
            document["passed_over"] = received::passed_over(&seen.passed_over);
            document
        };
        let Some((file, _)) = seen.collector.file() else {
            if self.json {
                print_json(&with_counts(json!({ "complete": false })));
            }
            return Err(incomplete(&progress, seen));
        };
        let (text, document) = received::write(file, &self.output, self.accept())?;
        notice(&format!("{} written", self.output.display()));
        if self.json {
            print_json(&with_counts(document));
        } else {
            print(&text);
        }
        Ok(())
    }
}

fn incomplete(progress: &Progress, seen: &Seen) -> Failure {
    let missing = received::missing(progress);
    if let Some(blind) = &seen.blind {
        return Failure::surroundings(format!(
            "{blind}. Until then: {missing}. Nothing was written. Put it right, and scan again."
        ));
    }
    let passed_over = match seen.passed_over.len() {
        0 => String::new(),
        1 => " 1 file was passed over.".to_owned(),
        n => format!(" {n} files were passed over."),
    };
    Failure::not_so(format!(
        "{missing}.{passed_over} Nothing was written. Scan again what is here, together with more of the \
         codes, in one call."
    ))
}

/// Takes a text, and says so where it brought something new.
fn take(collector: &mut Collector, text: &str) -> Interest {
    let taken = collector.take(text);
    if taken == Taken::New {
        let progress = collector.progress();
        notice(&counted(progress.received, progress.needed));
    }
    match taken {
        Taken::Complete => Interest::Over,
        _ => Interest::Wanted,
    }
}

fn through_files(files: Vec<PathBuf>) -> Seen {
    let mut seen = Seen::default();
    let mut collector = std::mem::take(&mut seen.collector);
    let (files, collector, blind) = apart(move || {
        let mut files = Files::new(files);
        let blind = scan(&mut files, &mut collector).err();
        (files, collector, blind)
    });
    let (pictures, read) = files.looked_at();
    let were = |count: u64, what: &str| match count {
        1 => format!("1 {what} was"),
        _ => format!("{count} {what}s were"),
    };
    notice(&format!(
        "{} looked at, {} read",
        were(pictures, "picture"),
        were(read, "QR code")
    ));
    Seen {
        collector,
        passed_over: files.passed_over().to_vec(),
        blind,
    }
}

fn through_camera(path: PathBuf) -> Seen {
    let (collector, blind) = apart(move || {
        let mut collector = Collector::default();
        let blind = scan(&mut Camera::new(path), &mut collector).err();
        (collector, blind)
    });
    Seen {
        collector,
        passed_over: Vec::new(),
        blind,
    }
}

fn scan(scanner: &mut dyn Scanner, collector: &mut Collector) -> Result<(), Blind> {
    scanner.watch(&mut |sighting| {
        let mut interest = Interest::Wanted;
        for text in &sighting.texts {
            if take(collector, text) == Interest::Over {
                interest = Interest::Over;
            }
        }
        interest
    })
}

/// Does it on the scanner's own thread, and waits for it.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name(SCANNER_THREAD.to_owned())
            .spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => std::panic::resume_unwind(Box::new(error.to_string())),
        }
    })
}

/// Lines from a pipe or a file, as a hand scanner types them.
fn typed_lines() -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    let mut input = std::io::stdin().lock().take(LONGEST_INPUT);
    let mut line = Vec::new();
    let mut layout = Layout::Us;
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line).map_err(|error| {
            Failure::surroundings(format!("standard input: {error}. Nothing was written."))
        })?;
        if read == 0 {
            return Ok(seen);
        }
        let text = String::from_utf8_lossy(&line);
        let meant = keyboard::read(&text);
        if meant.layout != std::mem::replace(&mut layout, meant.layout)
            && let Some(advice) = meant.layout.advice()
        {
            notice(&advice);
        }
        if !meant.text.is_empty() && take(&mut seen.collector, &meant.text) == Interest::Over {
            return Ok(seen);
        }
    }
}
