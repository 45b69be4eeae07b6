//! Pages as a file (ISO 32000-1), with its structure (ISO 14289-1, PDF/UA-1).

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::flow::{Heading, Item, Kind, Pen, Sheets};
use super::letters::{Face, Ink, Letters, Line, Style};
use super::{MM, PressError};

/// How the words at the foot look.
const FOOT: Style = Style::new(Face::Plain, 7.5).inked(Ink::Soft);

/// What stands around what is on the pages.
pub struct Frame {
    /// Title of the document.
    pub title: String,
    /// At the left of each foot: where the page belongs.
    pub belongs: String,
    /// In the middle of each foot, and across the page: what nobody should read past. Empty for none.
    pub mark: String,
}

/// The file. Language: English.
pub fn pdf(sheets: &Sheets, frame: &Frame) -> Result<Vec<u8>, PressError> {
    let strict = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PressError::Writing(format!("{error:?}")))?;
    match document(sheets, frame, strict) {
        // Text from outside must not keep people from having their paper.
        Err(KrillaError::Validation(_)) => document(sheets, frame, Configuration::default()),
        other => other,
    }
    .map_err(|error| PressError::Writing(format!("{error:?}")))
}

fn document(
    sheets: &Sheets,
    frame: &Frame,
    configuration: Configuration,
) -> Result<Vec<u8>, KrillaError> {
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        enable_tagging: true,
        xmp_metadata: true,
        ..SerializeSettings::default()
    });
    let mut leaves: Vec<Vec<Node>> = vec![Vec::new(); sheets.branches.len()];
    let (width, height) = sheets.size.points();
    let count = sheets.pages.len();
    for (number, items) in (1..).zip(&sheets.pages) {
        let Some(settings) = PageSettings::from_wh(width, height) else {
            continue;
        };
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        across(&mut surface, sheets, &frame.mark);
        for item in items {
            put(&mut surface, &sheets.letters, item, &mut leaves);
        }
        foot(
            &mut surface,
            sheets,
            frame,
            &format!("Page {number} of {count}"),
        );
        surface.finish();
        page.finish();
    }
    document.set_metadata(
        Metadata::new()
            .title(frame.title.clone())
            .language("en".to_owned())
            .creator(crate::PROGRAM_VERSION.to_owned()),
    );
    document.set_outline(outline(&sheets.headings));
    document.set_tag_tree(tree(sheets, leaves));
    document.finish()
}

fn put(surface: &mut Surface<'_>, letters: &Letters, item: &Item, leaves: &mut [Vec<Node>]) {
    match item {
        Item::Text { x, y, line, owner } => {
            let leaf = owner.and_then(|owner| leaves.get_mut(owner));
            let tag = match leaf {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)),
            };
            let id = surface.start_tagged(tag);
            text(surface, letters, line, *x, *y);
            surface.end_tagged();
            if let Some(leaf) = leaf {
                leaf.push(id.into());
            }
        }
        Item::Rule { from, to, pen } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            let Some(path) = path.finish() else { return };
            let artifact = Artifact::with_kind(ArtifactType::Other);
            surface.start_tagged(ContentTag::Artifact(artifact));
            surface.set_fill(None);
            surface.set_stroke(Some(drawn(*pen)));
            surface.draw_path(&path);
            surface.end_tagged();
        }
    }
}

fn text(surface: &mut Surface<'_>, letters: &Letters, line: &Line, x: f32, y: f32) {
    surface.set_stroke(None);
    surface.set_fill(Some(filled(line.style.ink, NormalizedF32::ONE)));
    for run in &line.runs {
        let (at, size) = (Point::from_xy(x + run.x, y), line.style.size);
        surface.draw_glyphs(
            at,
            &run.glyphs,
            letters.font(run.face),
            &run.text,
            size,
            false,
        );
    }
}

fn filled(ink: Ink, opacity: NormalizedF32) -> Fill {
    let colour = match ink {
        Ink::Black => rgb::Color::new(0x16, 0x16, 0x16),
        Ink::Soft => rgb::Color::new(0x44, 0x44, 0x44),
        Ink::Alarm => rgb::Color::new(0xa0, 0x10, 0x10),
    };
    Fill {
        paint: colour.into(),
        opacity,
        ..Fill::default()
    }
}

fn drawn(pen: Pen) -> Stroke {
    let (colour, width) = match pen {
        Pen::Strong => (rgb::Color::new(0x16, 0x16, 0x16), 0.7),
        Pen::Fine => (rgb::Color::new(0x88, 0x88, 0x88), 0.4),
        Pen::Alarm => (rgb::Color::new(0xa0, 0x10, 0x10), 1.6),
    };
    Stroke {
        paint: colour.into(),
        width,
        ..Stroke::default()
    }
}

/// Degrees by which the word across a page rises.
const SLANT: f32 = 32.0;
/// Its size in points, where the sheet is wide enough.
const ACROSS: f32 = 64.0;

/// The word across a page, pale enough to be written on.
fn across(surface: &mut Surface<'_>, sheets: &Sheets, mark: &str) {
    if mark.is_empty() {
        return;
    }
    let (width, height) = sheets.size.points();
    let set = |size| sheets.letters.set(mark, Style::new(Face::Bold, size));
    // from edge to edge of the sheet, less what the letters' own height takes at both ends
    let most = 0.9 * width / SLANT.to_radians().cos();
    let line = set(ACROSS);
    let line = if line.width > most {
        set(ACROSS * most / line.width)
    } else {
        line
    };
    let artifact = Artifact::with_kind(ArtifactType::Other);
    surface.start_tagged(ContentTag::Artifact(artifact));
    surface.push_transform(&Transform::from_rotate_at(
        -SLANT,
        width / 2.0,
        height / 2.0,
    ));
    surface.set_stroke(None);
    let pale = NormalizedF32::new(0.09).unwrap_or(NormalizedF32::ZERO);
    surface.set_fill(Some(filled(Ink::Alarm, pale)));
    let left = (width - line.width) / 2.0;
    for run in &line.runs {
        let at = Point::from_xy(left + run.x, height / 2.0);
        let font = sheets.letters.font(run.face);
        surface.draw_glyphs(at, &run.glyphs, font, &run.text, line.style.size, false);
    }
    surface.pop();
    surface.end_tagged();
}

fn foot(surface: &mut Surface<'_>, sheets: &Sheets, frame: &Frame, number: &str) {
    let (left, width) = sheets.body();
    let y = sheets.size.points().1 - 11.0 * MM;
    let letters = &sheets.letters;
    let right = letters.set(number, FOOT);
    let middle = letters.set(&frame.mark, FOOT.inked(Ink::Alarm));
    let words = letters.set(&letters.printable(&frame.belongs), FOOT);
    let places = [
        (left, &words),
        (left + (width - middle.width) / 2.0, &middle),
        (left + width - right.width, &right),
    ];
    let artifact = Artifact::with_kind(ArtifactType::Footer);
    surface.start_tagged(ContentTag::Artifact(artifact));
    for (x, line) in places {
        text(surface, letters, line, x, y);
    }
    surface.end_tagged();
}

fn outline(headings: &[Heading]) -> Outline {
    let mut outline = Outline::new();
    for heading in headings.iter().filter(|heading| heading.level <= 2) {
        let at = XyzDestination::new(heading.page, Point::from_xy(0.0, heading.y));
        outline.push_child(OutlineNode::new(heading.words.clone(), at));
    }
    outline
}

/// The structure, with what is on the pages in its places.
fn tree(sheets: &Sheets, leaves: Vec<Vec<Node>>) -> TagTree {
    let mut groups: Vec<Option<TagGroup>> = sheets
        .branches
        .iter()
        .zip(leaves)
        .map(|(branch, leaves)| Some(group(&branch.kind, leaves)))
        .collect();
    // parents come before their children: from the end, each is whole when it is put into its parent
    let mut roots = Vec::new();
    for (number, branch) in sheets.branches.iter().enumerate().rev() {
        let Some(done) = groups.get_mut(number).and_then(Option::take) else {
            continue;
        };
        match branch.parent.and_then(|parent| groups.get_mut(parent)) {
            Some(Some(parent)) => parent.children.insert(0, done.into()),
            _ => roots.push(done.into()),
        }
    }
    roots.reverse();
    TagTree::from(roots).with_lang(Some("en".to_owned()))
}

fn group(kind: &Kind, leaves: Vec<Node>) -> TagGroup {
    match kind {
        Kind::Heading(level, words) => {
            let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
            TagGroup::with_children(Tag::Hn(level, Some(words.clone())), leaves)
        }
        Kind::Paragraph => TagGroup::with_children(Tag::P, leaves),
        Kind::Table => TagGroup::with_children(Tag::Table, leaves),
        Kind::Row => TagGroup::with_children(Tag::TR, leaves),
        Kind::Head => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), leaves),
        Kind::Cell => TagGroup::with_children(Tag::TD, leaves),
    }
}
