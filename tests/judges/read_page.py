"""Reads a page as a browser would: read_page.py PAGE.html

Exit status 0 and a JSON document with headings, tables and text where the page is well-formed; 1 with a
reason that begins with "read_page" otherwise.
"""

import json
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}
# SVG elements that are written with a slash
EMPTY = {"rect", "path"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.headings = [], [], [], []
        self.tables, self.text, self.table = [], [], None
        self.heading, self.lang, self.titles = None, None, 0

    def fail(self, why):
        raise SystemExit(f"read_page: line {self.getpos()[0]}: {why}")

    def handle_startendtag(self, tag, attrs):
        if tag not in EMPTY and tag not in VOID:
            self.fail(f"<{tag}/> closes nothing in HTML")
        self.attributes(tag, dict(attrs))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.attributes(tag, attrs)
        if tag in VOID:
            return
        if tag == "p" and "p" in self.open:
            self.fail("a paragraph in a paragraph")
        self.open.append(tag)
        if tag == "html":
            self.lang = attrs.get("lang")
        if re.fullmatch("h[1-6]", tag):
            self.heading = (int(tag[1]), [])
        if tag == "svg" and attrs.get("role") == "img" and "aria-labelledby" not in attrs:
            self.fail("a picture without a name")
        if tag == "table":
            self.table = {"caption": None, "columns": 0, "rows": []}
        if tag == "caption":
            self.table["caption"] = ""
        if tag == "tr":
            self.table["rows"].append([])
        if tag == "th":
            if attrs.get("scope") not in ("row", "col"):
                self.fail("a head of nothing")
            if attrs["scope"] == "col":
                self.table["columns"] += 1
        if tag in ("th", "td"):
            self.table["rows"][-1].append("")

    def attributes(self, tag, attrs):
        if tag in ("script", "iframe", "object", "embed", "link", "base", "form", "img"):
            self.fail(f"<{tag}> has no place here")
        for name, value in attrs.items():
            if name.startswith("on"):
                self.fail(f"{name} runs something")
            if name in ("src", "srcset", "xlink:href", "action", "background"):
                self.fail(f"{name} loads something")
            if name == "href":
                if not value.startswith("#"):
                    self.fail(f"a link to {value}")
                self.links.append(value[1:])
            if name == "id":
                self.ids.append(value)
            if name in ("aria-labelledby",):
                self.links.extend(value.split())

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.fail(f"</{tag}> closes something else")
        if self.heading and re.fullmatch("h[1-6]", tag):
            self.headings.append((self.heading[0], "".join(self.heading[1])))
            self.heading = None
        if tag == "table":
            if not self.table["caption"]:
                self.fail("a table without a caption")
            widths = {len(row) for row in self.table["rows"]}
            if len(widths) > 1:
                self.fail(f"rows of different widths: {widths} in {self.table['caption']}")
            self.tables.append(self.table)
            self.table = None

    def handle_data(self, data):
        if "style" in self.open:
            if re.search(r"@import|url\(|expression\(", data):
                self.fail("the style loads something")
            return
        self.text.append(data)
        if self.heading:
            self.heading[1].append(data)
        if self.table:
            if "caption" in self.open:
                self.table["caption"] += data
            elif self.table["rows"] and self.table["rows"][-1]:
                self.table["rows"][-1][-1] += data


page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
if page.open:
    raise SystemExit(f"read_page: not closed: {page.open}")
if page.lang != "en":
    raise SystemExit("read_page: the page says no language")
if len(page.ids) != len(set(page.ids)):
    raise SystemExit("read_page: an id stands twice")
missing = [link for link in page.links if link not in page.ids]
if missing:
    raise SystemExit(f"read_page: links to nothing: {missing}")
level = 0
for depth, words in page.headings:
    if depth > level + 1:
        raise SystemExit(f"read_page: heading {words!r} of level {depth} after level {level}")
    if not words.strip():
        raise SystemExit("read_page: an empty heading")
    level = depth
if [depth for depth, _ in page.headings].count(1) != 1:
    raise SystemExit("read_page: one heading of level 1")
print(json.dumps({"headings": page.headings, "tables": page.tables, "text": "".join(page.text)}))
