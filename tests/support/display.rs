//! A screen that nobody sees, with real terminal windows on it: what stands there is photographed, and
//! keys are pressed as a keyboard presses them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A bitmap font of 10 by 20 pixels.
pub const BITMAP: &[&str] = &[
    "-fn",
    "-misc-fixed-medium-r-normal--20-200-75-75-c-100-iso10646-1",
];

/// How long something may take until it stands on the screen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen of 1400 by 1000 pixels.
pub struct Display {
    name: String,
    _server: Running,
}

impl Display {
    /// Opens a screen of its own.
    pub fn open() -> Self {
        // it says which display it took once it takes connections
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", "1400x1000x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        Self {
            name: format!(":{}", number.trim()),
            _server: server,
        }
    }

    /// A terminal window with these options of xterm, and a command in it.
    pub fn xterm(&self, options: &[&str], command: &[&str], environment: &[(&str, &str)]) -> Child {
        Command::new("xterm")
            .args(["-bg", "black", "-fg", "gray80", "-u8"])
            .args(options)
            .arg("-e")
            .args(command)
            .env("DISPLAY", &self.name)
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("NO_COLOR")
            .envs(environment.iter().copied())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Everything that stands on the screen.
    fn photograph(&self, picture: &Path) {
        self.program("import", &["-window", "root", picture.to_str().unwrap()]);
    }

    /// Photographs until `found` is content with what stands on the screen: what a program has written is
    /// not painted yet.
    ///
    /// # Panics
    /// Where it is never; then the last photograph is kept.
    pub fn until<T>(
        &self,
        what: &str,
        picture: &Path,
        mut found: impl FnMut(&Path) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.photograph(picture);
            if let Some(found) = found(picture) {
                return found;
            }
            if Instant::now() > deadline {
                keep(picture, what);
                panic!("never on the screen: {what}");
            }
        }
    }

    /// Presses keys in the window at the top left. Keys that are no characters are written as a
    /// terminal hears them.
    pub fn keys(&self, keys: &str) {
        type_in(&self.name, keys);
    }

    /// What presses keys, for others to keep.
    pub fn typist(&self) -> impl Fn(&str) + use<> {
        let name = self.name.clone();
        move |keys| type_in(&name, keys)
    }

    fn program(&self, program: &str, arguments: &[&str]) {
        run(&self.name, program, arguments);
    }
}

/// As a terminal hears a key, and as X calls it.
const NAMED: [(&str, &str); 8] = [
    ("\x1b[18~", "F7"),
    ("\x1b[6~", "Next"),
    ("\x1b[H", "Home"),
    ("\x1b[F", "End"),
    ("\x1b[Z", "shift+Tab"),
    ("\x1b", "Escape"),
    ("\x03", "ctrl+c"),
    ("\r", "Return"),
];

fn type_in(display: &str, keys: &str) {
    let mut arguments = vec!["mousemove", "50", "50"];
    let mut rest = keys;
    while !rest.is_empty() {
        if let Some((heard, name)) = NAMED.iter().find(|(heard, _)| rest.starts_with(heard)) {
            arguments.extend(["key", "--delay", "2", name]);
            rest = &rest[heard.len()..];
            continue;
        }
        let end = rest.find(['\x1b', '\x03', '\r']).unwrap_or(rest.len());
        arguments.extend(["type", "--delay", "2", "--args", "1", &rest[..end]]);
        rest = &rest[end..];
    }
    run(display, "xdotool", &arguments);
}

fn run(display: &str, program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .env("DISPLAY", display)
        .env_remove("SESSION_MANAGER")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// For looking at: keeps a photograph where `ROOTSTAGE_TEST_SCREENS` says.
pub fn keep(picture: &Path, name: &str) {
    if let Some(directory) = std::env::var_os("ROOTSTAGE_TEST_SCREENS") {
        std::fs::copy(picture, Path::new(&directory).join(format!("{name}.png"))).unwrap();
    }
}
