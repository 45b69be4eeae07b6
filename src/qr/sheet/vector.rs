//! Pages as SVG, and as HTML around it.

use std::fmt::Write as _;

use super::raster::runs;
use super::{Caption, Item, Page, UNITS_PER_INCH};
use crate::qr::symbol::Symbol;
use crate::safe::{markup, safe};

/// A page as an SVG file.
pub fn svg(page: &Page) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        drawing(page)
    )
}

/// All pages as an HTML file: each is as wide as the window, and a page of its own where it is
/// printed.
pub fn html(pages: &[Page], caption: &Caption) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n\
         @page {{ margin: 0 }}\n\
         body {{ margin: 0; background: #fff; color: #000 }}\n\
         section {{ break-after: page; break-inside: avoid }}\n\
         section:last-child {{ break-after: auto }}\n\
         svg {{ display: block; margin: 0 auto; max-width: 100% }}\n\
         @media screen {{ svg {{ width: 100%; height: auto }} }}\n\
         </style>\n</head>\n<body>\n",
        markup(&safe(&caption.name))
    );
    for page in pages {
        // writing to a String cannot fail
        let _ = writeln!(text, "<section>\n{}\n</section>", drawing(page));
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn drawing(page: &Page) -> String {
    let (width, height) = (page.width, page.height);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}in\" height=\"{}in\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        inches(width),
        inches(height)
    );
    for item in &page.items {
        // writing to a String cannot fail
        let _ = match item {
            Item::Words { x, y, scale, words } => writeln!(
                text,
                "<text x=\"{x}\" y=\"{}\" font-family=\"monospace\" font-size=\"{}\" textLength=\"{}\" \
                 lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
                y + scale * 28 / 3,
                scale * 40 / 3,
                words.chars().count() * scale * 8,
                markup(words)
            ),
            Item::Code {
                x,
                y,
                module,
                symbol,
            } => writeln!(
                text,
                "<path shape-rendering=\"crispEdges\" transform=\"translate({x} {y}) scale({module})\" d=\"{}\"/>",
                path(symbol)
            ),
        };
    }
    text.push_str("</svg>");
    text
}

/// One rectangle for each run of dark modules.
fn path(symbol: &Symbol) -> String {
    let mut path = String::new();
    for y in 0..symbol.width() {
        for (x, length) in runs(symbol, y) {
            let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
        }
    }
    path
}

/// Units as inches, to a thousandth.
fn inches(units: usize) -> String {
    let thousandths = units * 1000 / UNITS_PER_INCH;
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}
