//! The camera of a ceremony, or what stands for one.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::ceremony::medium::Way;
use crate::ceremony::plan::Plan;
use crate::ports::Scanner;
use crate::scan::camera::Camera;
use crate::scan::files::Files;

/// Where QR codes are looked for.
#[derive(Clone, Debug, Default, Args)]
pub struct Source {
    /// The camera, such as `/dev/video0`, where the plan lets files come in as QR codes; or a picture, a
    /// folder of pictures or a video in its place. By default the first camera that is there.
    #[arg(long, value_name = "SOURCE")]
    camera: Option<PathBuf>,
}

impl Source {
    /// The scanner for a ceremony with this plan; `None` where nothing comes in by QR codes, or there
    /// is no camera: a hand scanner types.
    pub fn scanner(&self, plan: &Plan) -> Option<Box<dyn Scanner>> {
        if !plan.transport.incoming.contains(&Way::Qr) {
            return None;
        }
        match &self.camera {
            Some(path) if is_device(path) => Some(Box::new(Camera::new(path.clone()))),
            Some(path) => Some(Box::new(Files::new(vec![path.clone()]))),
            None => Some(Box::new(Camera::new(first_camera()?))),
        }
    }
}

fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = std::fs::metadata(path).map(|found| found.file_type());
    path.starts_with("/dev") || kind.is_ok_and(|kind| kind.is_char_device())
}

/// The first of `/dev/video*` by number.
fn first_camera() -> Option<PathBuf> {
    let entries = std::fs::read_dir("/dev").ok()?;
    let numbers = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.strip_prefix("video")?.parse::<u32>().ok()
    });
    let first = numbers.min()?;
    Some(PathBuf::from(format!("/dev/video{first}")))
}
