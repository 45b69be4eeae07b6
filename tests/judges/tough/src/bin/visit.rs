//! `visit URL TARGET ROOT=CACHE...`: what tough's client says of a repository over HTTP. One line for each
//! pair, in order: `accepted`, or `refused: REASON`. A cache keeps what was seen, for the next visit.

use std::error::Error;
use std::path::Path;

use tough::{ExpirationEnforcement, HttpTransport, IntoVec, RepositoryLoader, TargetName};
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("usage: visit URL TARGET ROOT=CACHE...".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for pair in arguments {
        let (root, cache) = pair.split_once('=').ok_or("a pair has no =")?;
        match runtime.block_on(visit(&url, &target, root.as_ref(), cache.as_ref())) {
            Ok(()) => println!("accepted"),
            Err(error) => {
                let words: Vec<String> = error
                    .to_string()
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect();
                println!("refused: {}", words.join(" "));
            }
        }
    }
    Ok(())
}

async fn visit(url: &str, target: &str, root: &Path, cache: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(cache)?;
    let root = std::fs::read(root)?;
    let base = Url::parse(&format!("{url}/"))?;
    let targets = base.join("targets/")?;
    let repository = RepositoryLoader::new(&root, base, targets)
        .transport(HttpTransport::default())
        .datastore(cache)
        .expiration_enforcement(ExpirationEnforcement::Safe)
        .load()
        .await?;
    let content = repository
        .read_target(&TargetName::new(target)?)
        .await?
        .ok_or_else(|| format!("{target} is not listed"))?;
    content.into_vec().await?;
    Ok(())
}
