//! `judge ROOT.json [NEXT.root.json ...]`: what tough says of a TUF root.
//!
//! Exit status 0: accepted as a trust anchor, and each next root in turn. 1: refused, with the
//! reason on stderr. 2: the call is wrong.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tough::schema::{Root, Signed};

fn main() -> ExitCode {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        eprintln!("usage: judge ROOT.json [NEXT.root.json ...]");
        return ExitCode::from(2);
    }
    match judge(&files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("tough: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn judge(files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let mut trusted: Option<Signed<Root>> = None;
    for file in files {
        let next = read(file)?;
        let says = |error: tough::schema::Error| format!("{}: {error}", file.display());
        if let Some(trusted) = &trusted {
            trusted.signed.verify_role(&next).map_err(says)?;
            // the same two rules as in tough's own update of the root
            let expected = trusted
                .signed
                .version
                .checked_add(1)
                .ok_or("version overflows")?;
            if next.signed.version != expected {
                let found = next.signed.version;
                return Err(format!("{}: version {found}, not {expected}", file.display()).into());
            }
        }
        next.signed.verify_role(&next).map_err(says)?;
        trusted = Some(next);
    }
    Ok(())
}

fn read(file: &Path) -> Result<Signed<Root>, Box<dyn Error>> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", file.display()))?)
}
