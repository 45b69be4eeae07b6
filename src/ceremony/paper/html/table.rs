//! Tables of the paper. Cells are HTML; roles, because a narrow screen shows tables as lists.

use std::fmt::Write as _;

/// Ends a table.
pub const CLOSE: &str = "</tbody></table>\n";

/// Begins one with a head for each column, or with none.
pub fn open(page: &mut String, class: &str, caption: &str, heads: &[&str]) {
    let _ = write!(
        page,
        "<table class=\"{class}\" role=\"table\"><caption>{caption}</caption>"
    );
    if !heads.is_empty() {
        page.push_str("<thead role=\"rowgroup\"><tr role=\"row\">");
        for head in heads {
            let _ = write!(page, "<th scope=\"col\" role=\"columnheader\">{head}</th>");
        }
        page.push_str("</tr></thead>");
    }
    page.push_str("<tbody role=\"rowgroup\">\n");
}

/// A row below these heads.
pub fn cells(page: &mut String, heads: &[&str], cells: &[&str]) {
    page.push_str("<tr role=\"row\">");
    for (number, cell) in cells.iter().enumerate() {
        let _ = match heads.get(number) {
            Some(head) => write!(page, "<td role=\"cell\" data-head=\"{head}\">{cell}</td>"),
            None => write!(page, "<td role=\"cell\">{cell}</td>"),
        };
    }
    page.push_str("</tr>\n");
}

/// Begins a table of labels and values.
pub fn facts(page: &mut String, caption: &str) {
    open(page, "plain", caption, &[]);
}

/// A label and its value.
pub fn row(page: &mut String, label: &str, value: &str) {
    let _ = writeln!(
        page,
        "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{label}</th><td role=\"cell\">{value}</td></tr>"
    );
}
