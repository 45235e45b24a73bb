"""Let a page load less: one style sheet with the rules that are used, scripts and icons only where they do something.

Plain Jupyter Book sends 3.8 MB for a chapter, nine tenths of which the page does not use.
"""

import base64
import hashlib
import io
import os
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urljoin

import minify_html
from bs4 import BeautifulSoup
from fontTools import subset
from lightningcss import process_stylesheet
from sphinx.errors import ExtensionError

# What each script of the theme or an extension is for: without it on the page, the script does nothing there.
SCRIPTS = {
    "scripts/fontawesome.js": None,  # draws icons; the style sheet does, too
    "scripts/bootstrap.js": None,  # menus and tooltips, which are <details> and titles here
    "searchindex.js": "#search-results",  # grows with the book
    "searchtools.js": "#search-results",
    "language_data.js": "#search-results",
    "clipboard.min.js": "div.highlight",
    "copybutton.js": "div.highlight",
    "design-tabs.js": ".sd-tab-set",
    "search-words.js": "#search-results",
    "claim.js": "a.claim",
    "desk.js": "#so-desk",
    "desk-align.js": "#so-desk, #so-mark",
    "desk-pair.js": "#so-desk",
    "desk-text.js": "#so-desk, #so-mark",
    "mark.js": "#so-mark",
    "mark-annotations.js": "#so-mark",
    "mark-case.js": "#so-mark",
    "mark-decide.js": "#so-mark",
    "mark-form.js": "#so-mark",
    "mark-keep.js": "#so-mark",
    "mark-merge.js": "#so-mark",
    "mark-rules.js": "#so-mark",
    "mark-task.js": "#so-mark",
    "mark-text.js": "#so-mark",
    "mark-zip.js": "#so-mark",
    "trial.js": "form.so-trial",
}
SET_BY_SCRIPTS = {  # names of classes, beside our own (so-...); most words of a script are not such names
    *("right", "wrong"),  # book.js
    *("active", "empty", "pst-squeeze", "hide", "noprint", "scrolled", "pst-sidebar-hidden"),  # the theme
    *("copybtn", "o-tooltip--left", "icon", "success"),  # the button that copies code
    *("search", "search-summary", "context", "highlighted", "highlight-link"),  # Sphinx's search
}
JOINED = "styles/pages.css"  # beside the theme's, so that addresses in them hold
CHANGED = "has the theme changed? See _ext/finish/light.py."


# ---- one page ----


def drop_scripts(page: BeautifulSoup) -> None:
    """Keep the scripts that have something to do on this page."""
    for name, selector in SCRIPTS.items():
        elements = page.select(f"script[src*='{name}'], link[href*='{name}']")
        if not elements:
            raise ExtensionError(f"{name} is not on a page: {CHANGED}")
        if selector is None or page.select_one(selector) is None:
            for element in elements:
                element.decompose()
    for script in page.select("head script"):
        if script.get("src"):
            script["defer"] = ""  # the page is shown before they run, in the same order
        elif script.string.startswith("DOCUMENTATION_OPTIONS."):
            script.decompose()  # they would run too early, and nothing here reads them
    storage = page.select_one("script[src*='_static/storage.js']").extract()
    del storage["defer"]  # it comes before the theme's own script
    page.find("meta", charset=True).insert_after(storage)


def thin_words(page: BeautifulSoup) -> None:
    """Take names, punctuation, operators and spaces, four fifths of all words of code, out of elements of their own.

    Words of links to pages and terms, too.
    """
    for span in page.select("div.highlight :is(span.n, span.p, span.o, span.w, span:empty), a > span:is(.doc, .std)"):
        span.unwrap()


def join_styles(page: BeautifulSoup, root: str, folder: Path, sheets: list[str]) -> list[str]:
    """Put one style sheet in place of many; return the paths, in `folder`, of those that it is made of, in order.

    `sheets` are those of the page before, which must be the same; it is empty for the first page.
    """
    paths = []
    for link in page.select("link[rel=stylesheet]"):
        path = posixpath.normpath(link["href"].removeprefix(root).partition("?")[0])
        imported = re.findall(r'@import "([^"]+)"', (folder / path).read_text(encoding="utf-8"))
        paths += [urljoin(path, name) for name in imported] or [path]
        link.extract()
    if not paths or sheets and paths != sheets:
        raise ExtensionError(f"a page has other style sheets than the first one: {CHANGED}")
    page.head.append(page.new_tag("link", rel="stylesheet", href=f"{root}_static/{JOINED}?v="))
    return paths


def with_version(text: str, version: str) -> str:
    """Return a page that names the style sheet with its version, so that no browser takes an older one."""
    return re.sub(rf"(?<={re.escape(JOINED)}\?v=)\w*", version, text)


# ---- all pages ----


def write_styles(folder: Path, sheets: list[str], pages: Iterable[str]) -> str:
    """Write the joined style sheet with the rules that a page or a script has a use for; return its version."""
    target = folder / "_static" / JOINED
    css = "\n".join(rebased(folder / path, target) for path in sheets)
    css = with_icons(target.parent, light_on_paper(purged(css, names_in(folder, pages))))
    target.write_text(css, encoding="utf-8", newline="\n")
    return hashlib.sha256(css.encode()).hexdigest()[:8]


def names_in(folder: Path, pages: Iterable[str]) -> set[str]:
    """Return everything that may be the name of a class or an id: of an element, or set by a script."""
    names, scripts = set(), set()
    for page in pages:
        names.update(" ".join(re.findall(r'\s(?:class|id)="?((?<=")[^"]*|[^\s>]*)', page)).split())
        scripts.update(re.findall(r'<script[^>]*src="?(?:\.\./)*([^"?\s>]*)', page))
    for path in scripts:
        names.update(re.findall(r"\bso-[\w-]+", (folder / path).read_text(encoding="utf-8")))
    return names | SET_BY_SCRIPTS


def rebased(path: Path, target: Path) -> str:
    """Return a style sheet whose addresses of files hold where `target` is."""

    def rebase(match: re.Match) -> str:
        return f"url({os.path.relpath(path.parent / match[1], target.parent).replace(os.sep, '/')})"

    return re.sub(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""", rebase, path.read_text(encoding="utf-8"))


def purged(css: str, used: set[str]) -> str:
    """Return a style sheet, minified, without rules for other names and without variables that no rule reads."""
    unused = {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"[.#]((?:[\w-]|\\.)+)", css)} - used
    before = ""
    while css != before:  # a variable that only an unused one reads is unused itself
        before, css = css, process_stylesheet(css, unused_symbols=unused)
        unused = set(re.findall(r"(--[\w-]+):", css)) - set(re.findall(r"var\((--[\w-]+)", css)) - used
    return css


def light_on_paper(css: str) -> str:
    """Return a minified style sheet whose dark theme is for screens; the light one is for paper, and without scripts, too."""

    def apart(match: re.Match) -> str:
        rule, themes = match[0], set(re.findall(r"\[data-theme=(\w+)\]", match[0]))
        if themes == {"dark"}:
            return f"@media screen{{{rule}}}"
        if themes == {"light"}:
            printed = rule.replace("[data-theme=light]", "[data-theme=dark]")
            return rule.replace("html[data-theme=light]", "html:not([data-theme=dark])") + f"@media print{{{printed}}}"
        return rule

    return process_stylesheet(re.sub(r"[^{}]*\[data-theme=\w+\][^{}]*\{[^{}]*\}", apart, css))


def with_icons(folder: Path, css: str) -> str:
    """Return the style sheet with one icon font in it that has the icons that are used; `folder` is the style sheet's.

    A frame of a learning platform, which belongs to no site, is refused a font of its own by most servers.
    """
    icons = {ord(sign) for sign in css if "\ue000" <= sign <= "\uf8ff"}
    solid = [path for path in re.findall(r"url\(([^()]*)\)", css) if path.endswith("fa-solid-900.ttf")]
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, notdef_outline=False)
    font = solid and subset.load_font(str(folder / solid[0]), options, dontLoadGlyphNames=True)
    if not icons or not font:
        raise ExtensionError(f"no icons in the style sheets, or no font for them: {CHANGED}")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=icons)
    subsetter.subset(font)
    font.recalcTimestamp = False  # the same bytes on every day
    written = io.BytesIO()
    subset.save_font(font, written, options)
    source = f"url(data:font/woff;base64,{base64.b64encode(written.getvalue()).decode()})"
    face = f'@font-face{{font-family:"Font Awesome 6 Free";font-weight:900;src:{source}}}'
    return face + re.sub(r"@font-face\{[^}]*\}", "", css)


def thin_scripts(folder: Path, own: Path) -> None:
    """Write the book's own scripts into _static without what only those need who read them in `own`: comments and spaces."""
    for path in own.glob("*.js"):
        code = re.sub(r"^\s*//.*\n", "", path.read_text(encoding="utf-8"), flags=re.M)
        thin = minify_html.minify(f"<script>{code}</script>", minify_js=True)
        thin = thin.removeprefix("<script>").removesuffix("</script>")
        (folder / "_static" / path.name).write_text(f'"use strict";{thin}', encoding="utf-8", newline="\n")


def remove_unused(folder: Path, pages: Iterable[str]) -> None:
    """Remove from _static what no page and no style sheet names: nine tenths of it."""
    css = (folder / "_static" / JOINED).read_text(encoding="utf-8")
    named = {posixpath.normpath(path) for page in pages for path in re.findall(r'_static/[^"?#\s>]+', page)}
    named |= {urljoin(f"_static/{JOINED}", path) for path in re.findall(r"url\(([^)]+)\)", css)}
    for path in sorted((folder / "_static").rglob("*"), reverse=True):  # a folder after what is in it
        if path.is_file() and path.relative_to(folder).as_posix() not in named:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
