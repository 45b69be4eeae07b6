//! The paper script as a file: what it is written as, and for which paper.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Failure, write_bytes, write_output};
use crate::ceremony::paper::{Paper, html::html, markdown::markdown};
use crate::document::paper::pdf;
use crate::document::press::Size;

/// What is written, and where.
#[derive(Debug, Args)]
pub struct Sheet {
    /// What it is written as. Where this is not said, the name of the file decides.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The paper that a PDF is for: a4 where none is named. Of HTML the browser asks for it.
    #[arg(long, value_enum, value_name = "PAPER")]
    pub page: Option<Page>,
    /// The file to write; stdout where none is named.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What a paper script is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One self-contained page for browsers and printers.
    Html,
    /// One document for printers, with all letters in it.
    Pdf,
    /// Text: Markdown.
    #[value(alias = "markdown")]
    Text,
}

/// The paper that a PDF is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// 210 mm by 297 mm.
    A4,
    /// 8.5 in by 11 in.
    Letter,
}

impl Format {
    /// What a file of this name holds.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "html" | "htm" => Some(Self::Html),
            "pdf" => Some(Self::Pdf),
            "md" | "markdown" | "txt" => Some(Self::Text),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Text => "text",
        }
    }
}

impl Sheet {
    /// What is to be written; `otherwise` where nothing says so.
    pub fn chosen(&self, otherwise: Format) -> Result<Format, Failure> {
        let named = self.output.as_deref().and_then(Format::of);
        let format = match (self.format, named, &self.output) {
            (Some(asked), Some(named), Some(path)) if asked != named => {
                return Err(Failure::call(format!(
                    "--format {} and a file named {}: those are two things. Nothing was written. Leave \
                     --format out, or give the file another name.",
                    asked.word(),
                    path.display()
                )));
            }
            (asked, named, _) => asked.or(named).unwrap_or(otherwise),
        };
        if self.page.is_some() && format != Format::Pdf {
            return Err(Failure::call(format!(
                "--page is for PDF, not for {}. Nothing was written. Add --format pdf, or leave --page out: \
                 whoever prints the page chooses the paper.",
                format.word()
            )));
        }
        Ok(format)
    }

    /// Writes the paper.
    pub fn write(&self, paper: &Paper, otherwise: Format) -> Result<(), Failure> {
        let size = match self.page {
            None | Some(Page::A4) => Size::A4,
            Some(Page::Letter) => Size::Letter,
        };
        match self.chosen(otherwise)? {
            Format::Text => write_output(self.output.as_ref(), &markdown(paper)),
            Format::Html => write_output(self.output.as_ref(), &html(paper)),
            Format::Pdf => {
                let bytes = pdf(paper, size).map_err(|error| {
                    Failure::not_so(format!(
                        "{error}. Nothing was written. Write it as HTML: --format html."
                    ))
                })?;
                self.bytes(&bytes)
            }
        }
    }

    fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        if let Some(path) = &self.output {
            return write_bytes(path, bytes);
        }
        let mut out = std::io::stdout().lock();
        if out.is_terminal() {
            return Err(Failure::call(
                "A PDF is nothing for a terminal. Nothing was written. Name a file with -o.",
            ));
        }
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(
                Failure::surroundings(format!("stdout: {error}. The output is not complete.")),
            ),
            _ => Ok(()),
        }
    }
}
