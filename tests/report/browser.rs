//! The pages as a browser lays them out and prints them: at the width of a receipt, of a window, of paper.
//!
//! Needs Chromium and poppler; without them this is skipped aloud.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// 80 mm, a narrow window, A4, a wide window: in CSS pixels.
const WIDTHS: [&str; 4] = ["302", "500", "794", "1280"];

/// A program that is installed, by one of its names.
///
/// # Panics
/// Where it is missing and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|dir| names.iter().map(move |name| dir.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
            .iter()
            .any(|set| std::env::var_os(set).is_some());
        assert!(!required, "{names:?} is not installed: run tests/setup");
        eprintln!("SKIPPED: {names:?} is not installed (tests/setup installs it)");
    }
    found
}

fn chromium() -> Option<PathBuf> {
    installed(&["chromium", "chromium-browser", "google-chrome"])
}

/// Nothing stands out of the page, however narrow it is.
pub fn fits(page: &Path) {
    let Some(chromium) = chromium() else { return };
    let look = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/look_at_page.py");
    let output = Command::new("python3")
        .arg(look)
        .arg(chromium)
        .arg(page)
        .args(WIDTHS)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", page.display());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (line, width) in found.as_array().unwrap().iter().zip(WIDTHS) {
        assert_eq!(line[0].to_string(), width);
        assert_eq!(line[0], line[1], "{}: {line}", page.display());
        assert_eq!(
            line[2],
            serde_json::json!([]),
            "{}: at {width}",
            page.display()
        );
    }
}

/// The page as a printer gets it, on paper of this size (as CSS names it); `None` without the programs.
pub fn printed(page: &Path, size: &str) -> Option<PathBuf> {
    let chromium = chromium()?;
    installed(&["pdftotext"])?;
    let name = size.replace(' ', "-");
    let sized = page.with_extension(format!("{name}.html"));
    let text = std::fs::read_to_string(page).unwrap();
    let style = format!("<style>@page {{ size: {size}; }}</style></head>");
    std::fs::write(&sized, text.replacen("</head>", &style, 1)).unwrap();
    let pdf = page.with_extension(format!("{name}.pdf"));
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("file://{}", sized.display()))
        .output()
        .unwrap();
    assert!(
        output.status.success() && pdf.is_file(),
        "{}",
        page.display()
    );
    Some(pdf)
}

/// The text of each page of a PDF, in the order in which it was written.
pub fn pages(pdf: &Path) -> Vec<String> {
    let output = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(pdf)
        .arg("-")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", pdf.display());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    pages.pop();
    pages
}

/// No word of a PDF is beyond the edge of its page.
pub fn within(pdf: &Path) {
    let output = Command::new("pdftotext")
        .arg("-bbox")
        .arg(pdf)
        .arg("-")
        .output()
        .unwrap();
    let boxes = String::from_utf8(output.stdout).unwrap();
    let number = |line: &str, name: &str| -> f64 {
        let value = line.split(&format!("{name}=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let mut width = 0.0;
    for line in boxes.lines() {
        if line.contains("<page ") {
            width = number(line, "width");
        }
        // the word across the page is meant to be cut by nothing but a narrow one
        if line.contains("<word ") && !line.contains("REHEARSAL") {
            assert!(number(line, "xMax") <= width, "{}: {line}", pdf.display());
        }
    }
    assert!(width > 0.0);
}

/// Printed, no heading stands alone at the foot of a page, and no line is cut.
pub fn prints(page: &Path, headings: &[String]) {
    for size in ["A4", "letter", "80mm 297mm"] {
        let Some(pdf) = printed(page, size) else {
            return;
        };
        within(&pdf);
        if size.starts_with("80") {
            continue;
        }
        for (number, text) in (1..).zip(pages(&pdf)) {
            let foot = |line: &&str| {
                let line = line.trim();
                !(line.is_empty()
                    || line.contains("Page ")
                    || line.starts_with("Ceremony ")
                    || line.starts_with("REHEARSAL"))
            };
            let last = text.lines().rev().find(foot).unwrap_or_default().trim();
            assert!(
                !headings.iter().any(|heading| heading == last),
                "{}: page {number} of {size} ends with {last:?}",
                page.display()
            );
        }
    }
}
