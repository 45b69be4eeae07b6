//! Pages as PDF (ISO 32000): vectors, and the fonts that every reader has.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::raster::runs;
use super::{Item, Page, UNITS_PER_INCH};

/// Points of PDF in an inch.
const POINTS_PER_INCH: f32 = 72.0;
/// The one font, as pages name it.
const FONT: Name<'_> = Name(b"F1");

/// All pages as one file.
pub fn document(pages: &[Page]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, font) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    let refs = || (0..count).map(|number| (Ref::new(4 + 2 * number), Ref::new(5 + 2 * number)));
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree)
        .kids(refs().map(|(page, _)| page))
        .count(count);
    pdf.type1_font(font)
        .base_font(Name(b"Courier"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    let point = POINTS_PER_INCH / float(UNITS_PER_INCH);
    for (page, (reference, contents)) in pages.iter().zip(refs()) {
        let mut written = pdf.page(reference);
        written
            .media_box(Rect::new(
                0.0,
                0.0,
                float(page.width) * point,
                float(page.height) * point,
            ))
            .parent(tree)
            .contents(contents);
        written.resources().fonts().pair(FONT, font);
        written.finish();
        pdf.stream(contents, &content(page, point));
    }
    pdf.finish()
}

fn content(page: &Page, point: f32) -> Vec<u8> {
    let mut content = Content::new();
    // units from here on; the origin is at the bottom left
    content.transform([point, 0.0, 0.0, point, 0.0, 0.0]);
    for item in &page.items {
        match item {
            Item::Words { x, y, scale, words } => {
                // Courier is 0.6 of its size wide
                let size = float(scale * 40) / 3.0;
                let baseline = page.height.saturating_sub(y + scale * 28 / 3);
                content.begin_text().set_font(FONT, size);
                content.next_line(float(*x), float(baseline));
                content.show(Str(&latin(words))).end_text();
            }
            Item::Code {
                x,
                y,
                module,
                symbol,
            } => {
                let (side, bottom) = (float(*module), page.height.saturating_sub(*y));
                content.save_state();
                content.transform([side, 0.0, 0.0, -side, float(*x), float(bottom)]);
                for y in 0..symbol.width() {
                    for (x, length) in runs(symbol, y) {
                        content.rect(float(x), float(y), float(length), 1.0);
                    }
                }
                content.fill_nonzero().restore_state();
            }
        }
    }
    content.finish().to_vec()
}

/// Text in the encoding of the font; a question mark for what it does not have.
fn latin(words: &str) -> Vec<u8> {
    words
        .chars()
        .map(|c| match c {
            ' '..='~' | '\u{a1}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
            _ => b'?',
        })
        .collect()
}

/// A length; pages have less than 65536 units.
fn float(units: usize) -> f32 {
    f32::from(u16::try_from(units).unwrap_or(u16::MAX))
}
