//! `client DIRECTORY`: verifies a whole repository with tough's client, from `1.root.json` in it, and
//! prints how many targets there are. For the bench that compares it with ours.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tough::{FilesystemTransport, Limits, RepositoryLoader};
use url::Url;

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: client DIRECTORY");
        return ExitCode::from(2);
    };
    match verify(&directory) {
        Ok(targets) => {
            println!("{targets}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("tough: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn verify(directory: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let root = std::fs::read(directory.join("1.root.json"))?;
    let base = Url::from_directory_path(directory).map_err(|()| "not an absolute path")?;
    let targets = base.join("targets/")?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let repository = runtime.block_on(
        RepositoryLoader::new(&root, base, targets)
            .transport(FilesystemTransport)
            .limits(Limits {
                max_targets_size: 1 << 30,
                ..Limits::default()
            })
            .load(),
    )?;
    Ok(repository.targets().signed.targets.len())
}
