"""Lays a page out in Chromium: look_at_page.py CHROMIUM PAGE.html WIDTH…

Exit status 0 and a JSON list, for each width in CSS pixels [width asked for, width of what is laid out, what
stands out of the page].
"""

import html
import json
import re
import subprocess
import sys
import tempfile

chromium, page, widths = sys.argv[1], sys.argv[2], sys.argv[3:]
text = html.escape(open(page, encoding="utf-8").read())
# a window is no narrower than 500 pixels: a frame is as narrow as it is told
frames = "".join(
    f'<iframe style="border:0;height:900px;width:{width}px" srcdoc="{text}"></iframe>' for width in widths
)
LOOK = """
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, width = frame.contentWindow.innerWidth;
    // what is for readers of screens alone is a pixel wide; the mark across printed pages is meant to be cut
    const over = [...page.querySelectorAll("body *")].filter(e => !e.closest("thead, caption, .across, .mark")
      && e.getBoundingClientRect().right > width + 1);
    return [width, page.documentElement.scrollWidth, over.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
  });
  document.body.setAttribute("data-found", JSON.stringify(found));
});
"""
with tempfile.TemporaryDirectory() as home:
    around = f"{home}/around.html"
    with open(around, "w", encoding="utf-8") as out:
        out.write(f'<!DOCTYPE html><meta charset="utf-8"><script>{LOOK}</script><body>{frames}')
    call = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home}/profile"]
    done = subprocess.run(
        [*call, "--dump-dom", f"file://{around}"], capture_output=True, text=True, timeout=120, check=True
    )
found = re.search(r'data-found="([^"]*)"', done.stdout)
if not found:
    raise SystemExit("look_at_page: the page was not laid out")
print(html.unescape(found[1]))
