//! Pictures of QR codes as a camera would take them, made with a seed: the same on every machine.

use rootstage::ports::Luma;
use rootstage::qr::symbol::{Level, QUIET, Symbol, capacity};

/// Random numbers (`SplitMix64`): always the same ones for the same seed.
pub struct Dice(pub u64);

impl Dice {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From -1 to 1.
    pub fn side(&mut self) -> f64 {
        self.share() * 2.0 - 1.0
    }

    /// Normally distributed, by twelve throws.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// Letters and digits of a frame.
    pub fn text(&mut self, chars: usize) -> String {
        let letter =
            |bits: u64| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits as usize % 32]);
        (0..chars).map(|_| letter(self.bits())).collect()
    }
}

/// What stands around the symbol with its quiet zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Around {
    /// A light page or window.
    Light,
    /// A dark window.
    Dark,
}

/// How a picture is taken.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    /// Pixels of the picture to one module.
    pub pixels: f64,
    pub around: Around,
    /// Degrees.
    pub rotation: f64,
    /// By which part one side is shorter than the one across.
    pub perspective: f64,
    /// Standard deviation in modules.
    pub blur: f64,
    /// Length in modules, to the right.
    pub motion: f64,
    /// Standard deviation in grey levels.
    pub noise: f64,
    /// Grey levels between dark and light.
    pub contrast: f64,
    /// A slope of light over the picture, in grey levels.
    pub slope: f64,
    /// A bright spot.
    pub glare: bool,
    /// The pixels of a screen: six of them to one module.
    pub grid: bool,
    /// Quality of JPEG, in percent.
    pub jpeg: Option<u8>,
}

impl Shot {
    /// A good picture: straight, sharp, a little from the side.
    pub fn good(pixels: f64, around: Around) -> Self {
        Self {
            pixels,
            around,
            rotation: 0.0,
            perspective: 0.03,
            blur: 0.0,
            motion: 0.0,
            noise: 0.0,
            contrast: 235.0,
            slope: 0.0,
            glare: false,
            grid: false,
            jpeg: None,
        }
    }
}

/// The rows of the matrix: a name, and how the picture is taken.
pub fn rows(pixels: f64, around: Around) -> Vec<(&'static str, Shot)> {
    let good = Shot::good(pixels, around);
    vec![
        ("good", good),
        (
            "rotation 10",
            Shot {
                rotation: 10.0,
                ..good
            },
        ),
        (
            "rotation 33",
            Shot {
                rotation: 33.0,
                ..good
            },
        ),
        (
            "perspective 8 %",
            Shot {
                perspective: 0.08,
                ..good
            },
        ),
        (
            "perspective 15 %",
            Shot {
                perspective: 0.15,
                ..good
            },
        ),
        ("blur 0.35", Shot { blur: 0.35, ..good }),
        ("blur 0.45", Shot { blur: 0.45, ..good }),
        (
            "motion 1",
            Shot {
                motion: 1.0,
                ..good
            },
        ),
        (
            "noise 25",
            Shot {
                noise: 25.0,
                ..good
            },
        ),
        (
            "JPEG 30",
            Shot {
                jpeg: Some(30),
                ..good
            },
        ),
        (
            "low contrast",
            Shot {
                contrast: 50.0,
                ..good
            },
        ),
        (
            "glare",
            Shot {
                glare: true,
                ..good
            },
        ),
        ("moire", Shot { grid: true, ..good }),
        (
            "combo",
            Shot {
                perspective: 0.06,
                blur: 0.3,
                noise: 8.0,
                contrast: 120.0,
                slope: 60.0,
                jpeg: Some(60),
                ..good
            },
        ),
    ]
}

/// A full symbol of `version` with random content: the symbol and its text.
pub fn full(version: u8, dice: &mut Dice) -> (Symbol, String) {
    let text = dice.text(capacity(version, Level::Low));
    (Symbol::new(&text, version, Level::Low).unwrap(), text)
}

/// The symbol with its quiet zone, `scale` pixels to a module: exact, as a screenshot is.
pub fn exact(symbol: &Symbol, scale: usize) -> Luma {
    let modules = symbol.width() + 2 * QUIET;
    let width = modules * scale;
    let dark = |at: usize| (at / scale).checked_sub(QUIET);
    let pixels = (0..width * width)
        .map(|at| match (dark(at % width), dark(at / width)) {
            (Some(x), Some(y)) if symbol.is_dark(x, y) => 0,
            _ => 255,
        })
        .collect();
    Luma {
        width,
        height: width,
        pixels,
    }
}

/// Takes the picture.
#[expect(clippy::too_many_lines, reason = "what happens to the light, in order")]
pub fn take(symbol: &Symbol, shot: &Shot, dice: &mut Dice) -> Luma {
    let modules = (symbol.width() + 2 * QUIET) as f64;
    let extent = modules * shot.pixels;
    let edge = (extent * if shot.rotation == 0.0 { 1.15 } else { 1.45 }).ceil() as usize + 16;
    let (width, height) = (edge, edge);
    let centre = [
        edge as f64 / 2.0 + dice.side() * 3.0,
        edge as f64 / 2.0 + dice.side() * 3.0,
    ];
    let (sine, cosine) = (shot.rotation + dice.side()).to_radians().sin_cos();
    // the side that is farther away, by turns
    let far = dice.bits() % 4;
    let corners: Vec<[f64; 2]> = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        .into_iter()
        .zip(0_u64..)
        .map(|((x, y), number)| {
            let shrink = if number == far || number == (far + 1) % 4 {
                1.0 - shot.perspective
            } else {
                1.0
            };
            let (x, y) = (x * extent / 2.0 * shrink, y * extent / 2.0 * shrink);
            [
                centre[0] + x * cosine - y * sine,
                centre[1] + x * sine + y * cosine,
            ]
        })
        .collect();
    let to_unit = from_unit_square(&corners).inverse();
    let (dark, light) = (128.0 - shot.contrast / 2.0, 128.0 + shot.contrast / 2.0);
    let around = match shot.around {
        Around::Light => light,
        Around::Dark => dark,
    };
    let steps = if shot.grid { 3 } else { 4 };
    let mut grey = vec![0.0_f64; width * height];
    for (at, pixel) in grey.iter_mut().enumerate() {
        let mut sum = 0.0;
        for part in 0..steps * steps {
            let dx = (f64::from(part % steps) + 0.5) / f64::from(steps);
            let dy = (f64::from(part / steps) + 0.5) / f64::from(steps);
            let [u, v] = to_unit.at((at % width) as f64 + dx, (at / width) as f64 + dy);
            if !(0.0..1.0).contains(&u) || !(0.0..1.0).contains(&v) {
                sum += around;
                continue;
            }
            let (u, v) = (u * modules, v * modules);
            let module = |at: f64| (at as usize).checked_sub(QUIET);
            let is_dark = match (module(u), module(v)) {
                (Some(x), Some(y)) => symbol.is_dark(x, y),
                _ => false,
            };
            let mut level = if is_dark { dark } else { light };
            if shot.grid && ((u * 6.0).fract() < 0.3 || (v * 6.0).fract() < 0.3) {
                level = dark + (level - dark) * 0.5;
            }
            sum += level;
        }
        *pixel = sum / f64::from(steps * steps);
    }
    if shot.motion > 0.0 {
        let length = (shot.motion * shot.pixels).round().max(1.0) as usize;
        grey = weighted(&grey, width, 1, &vec![1.0; length]);
    }
    if shot.blur > 0.0 {
        let sigma = shot.blur * shot.pixels;
        let reach = (sigma * 3.0).ceil() as i32;
        let bell: Vec<f64> = (-reach..=reach)
            .map(|n| (-f64::from(n * n) / (2.0 * sigma * sigma)).exp())
            .collect();
        grey = weighted(&grey, width, 1, &bell);
        grey = weighted(&grey, width, width, &bell);
    }
    let glare = [
        centre[0] + dice.side() * extent / 3.0,
        centre[1] + dice.side() * extent / 3.0,
    ];
    let pixels = grey
        .iter()
        .enumerate()
        .map(|(at, level)| {
            let (x, y) = ((at % width) as f64, (at / width) as f64);
            let mut level = level + shot.slope * (x / width as f64 - 0.5);
            if shot.glare {
                let (dx, dy) = (x - glare[0], y - glare[1]);
                let reach = extent / 6.0;
                level += 110.0 * (-(dx * dx + dy * dy) / (2.0 * reach * reach)).exp();
            }
            if shot.noise > 0.0 {
                level += dice.bell() * shot.noise;
            }
            level.round().clamp(0.0, 255.0) as u8
        })
        .collect();
    let picture = Luma {
        width,
        height,
        pixels,
    };
    match shot.jpeg {
        None => picture,
        Some(quality) => rootstage::scan::picture::decode(&jpeg(&picture, quality)).unwrap(),
    }
}

/// The picture as JPEG.
pub fn jpeg(picture: &Luma, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (picture.width as u16, picture.height as u16);
    jpeg_encoder::Encoder::new(&mut bytes, quality)
        .encode(
            &picture.pixels,
            width,
            height,
            jpeg_encoder::ColorType::Luma,
        )
        .unwrap();
    bytes
}

/// Each pixel as the weighted mean of those around it, `step` apart.
fn weighted(grey: &[f64], width: usize, step: usize, weights: &[f64]) -> Vec<f64> {
    let (total, before) = (weights.iter().sum::<f64>(), weights.len() / 2);
    let lines = if step == 1 { width } else { grey.len() / width };
    (0..grey.len())
        .map(|at| {
            let place = at / step % lines;
            let mut sum = 0.0;
            for (number, weight) in weights.iter().enumerate() {
                let there = (place + number).saturating_sub(before).min(lines - 1);
                sum += weight * grey[at + there * step - place * step];
            }
            sum / total
        })
        .collect()
}

/// A projective map of the plane, row by row.
struct Map([[f64; 3]; 3]);

/// The map that takes the unit square to these corners (Heckbert 1989, section 2.2.3).
fn from_unit_square(corners: &[[f64; 2]]) -> Map {
    let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = *corners else {
        panic!("four corners");
    };
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let below = dx1 * dy2 - dx2 * dy1;
    let g = (dx3 * dy2 - dx2 * dy3) / below;
    let h = (dx1 * dy3 - dx3 * dy1) / below;
    Map([
        [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
        [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
        [g, h, 1.0],
    ])
}

impl Map {
    fn inverse(&self) -> Self {
        let m = &self.0;
        let minor = |row: usize, column: usize| {
            let (r, c) = (
                [(row + 1) % 3, (row + 2) % 3],
                [(column + 1) % 3, (column + 2) % 3],
            );
            m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]]
        };
        // the adjugate: a factor makes no difference to a projective map
        let mut inverse = [[0.0; 3]; 3];
        for (row, line) in inverse.iter_mut().enumerate() {
            for (column, place) in line.iter_mut().enumerate() {
                *place = minor(column, row);
            }
        }
        Self(inverse)
    }

    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let scaled = self.0.map(|line| line[0] * x + line[1] * y + line[2]);
        [scaled[0] / scaled[2], scaled[1] / scaled[2]]
    }
}
