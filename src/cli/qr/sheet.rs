//! `qr sheet`: a file as pages of QR codes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::Carried;
use crate::cli::envelope::files;
use crate::cli::{Failure, notice, print, print_json};
use crate::envelope::Payload;
use crate::qr::sheet::{Caption, Paper, SheetError, Sheets};

/// Arguments of `qr sheet`.
#[derive(Debug, Args)]
pub struct Sheet {
    /// The envelope. Any other file is taken with a warning.
    #[arg(value_name = "ENVELOPE")]
    file: PathBuf,
    /// What the pages are written as.
    #[arg(long, value_enum)]
    format: Format,
    /// The directory to make; one that is there must be empty.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// What they are printed on.
    #[arg(long, value_enum, default_value_t = Size::A4)]
    paper: Size,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What the pages are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Pictures, one for each page.
    Png,
    /// Vector drawings, one for each page.
    Svg,
    /// One document with all pages.
    Pdf,
    /// One page for browsers, with all pages.
    Html,
}

/// What they are printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Size {
    /// 210 mm by 297 mm.
    A4,
    /// 8.5 in by 11 in.
    Letter,
}

impl Sheet {
    pub fn run(&self) -> Result<(), Failure> {
        files::check_free(&self.output)?;
        let carried = Carried::read(&self.file)?;
        let caption = Caption {
            name: carried.name,
            packed: carried.packed,
        };
        let paper = match self.paper {
            Size::A4 => Paper::A4,
            Size::Letter => Paper::Letter,
        };
        let sheets =
            Sheets::new(&carried.bytes, &caption, paper).map_err(|error| self.failed(&error))?;
        let payloads = self.files(&sheets, &caption)?;
        files::write_directory(&self.output, &payloads)?;
        notice(&format!("{} written", self.output.display()));
        let names: Vec<&str> = payloads.iter().map(|file| file.name.as_str()).collect();
        let digest = sheets.digest();
        if self.json {
            print_json(&json!({
                "file": caption.name,
                "sha256": digest,
                "bytes": carried.bytes.len(),
                "packed": caption.packed,
                "codes": sheets.codes(),
                "needed": sheets.needed(),
                "pages": sheets.pages().len(),
                "files": names,
            }));
        } else {
            print(&format!(
                "{} {}: {} on {} {}\nSHA-256 of {}:\n  {}\n  {}\n",
                names.len(),
                if names.len() == 1 { "file" } else { "files" },
                codes(&sheets),
                sheets.pages().len(),
                if sheets.pages().len() == 1 {
                    "page"
                } else {
                    "pages"
                },
                caption.name,
                digest.groups().join(" "),
                digest.words().join(" "),
            ));
        }
        Ok(())
    }

    /// The files, by their names.
    fn files(&self, sheets: &Sheets, caption: &Caption) -> Result<Vec<Payload>, Failure> {
        let stem = self.file.file_stem().and_then(|stem| stem.to_str());
        let stem = stem.unwrap_or("codes");
        let (ending, contents) = match self.format {
            Format::Png => ("png", sheets.png().map_err(|error| self.failed(&error))?),
            Format::Svg => (
                "svg",
                sheets.svg().into_iter().map(String::into_bytes).collect(),
            ),
            Format::Pdf => ("pdf", vec![sheets.pdf()]),
            Format::Html => ("html", vec![sheets.html(caption).into_bytes()]),
        };
        let single = matches!(self.format, Format::Pdf | Format::Html);
        let named = (1..).zip(contents).map(|(number, bytes)| Payload {
            name: if single {
                format!("{stem}.{ending}")
            } else {
                format!("{stem}-{number:02}.{ending}")
            },
            bytes,
        });
        Ok(named.collect())
    }

    fn failed(&self, error: &SheetError) -> Failure {
        Failure::not_so(format!(
            "{}: {error}. Nothing was written. Carry it on another medium.",
            self.file.display()
        ))
    }
}

fn codes(sheets: &Sheets) -> String {
    match (sheets.codes(), sheets.needed()) {
        (1, _) => "one code".to_owned(),
        (codes, needed) => format!(
            "{codes} codes, of which any {needed} are enough: {} may be spoiled",
            codes - needed
        ),
    }
}
