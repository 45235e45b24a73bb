"""Less to load: one style sheet with the rules that are used, scripts only where they do something, no needless bytes.

Plain Jupyter Book sends 3.8 MB for a chapter, nine tenths of which the page does not use.
"""

import hashlib
import os
import posixpath
import re

import minify_html
from bs4 import Comment
from fontTools import subset
from sphinx.errors import ExtensionError

from .css import class_names, names_in, purge

# What each script of the theme or an extension is for: without it on the page, the script does nothing there.
SCRIPTS = {
    "scripts/fontawesome.js": None,  # draws icons; the style sheet does, too
    "scripts/bootstrap.js": None,  # menus and tooltips, which are <details> and titles here
    "searchindex.js": "#search-results",  # grows with the book
    "searchtools.js": "#search-results",
    "language_data.js": "#search-results",
    "clipboard.min.js": "div.highlight",
    "copybutton.js": "div.highlight",
    "togglebutton.js": ".toggle, .admonition.dropdown",
    "design-tabs.js": ".sd-tab-set",
    "claim.js": "a.claim",
    "desk.js": "#so-desk",
    "trial.js": "form.so-trial",
}
JOINED = "styles/pages.css"  # beside the theme's, so that addresses in them hold
CODE = re.compile(r'(?<=<div class="highlight"><pre>).*?(?=</pre>)', re.S)
PLAIN = (
    "w",
    "o",
)  # spaces; operators, which otherwise have the colour of strings, and are a third of all coloured words
NEEDLESS = (
    "meta[name=viewport] ~ meta[name=viewport], meta[name^=docsearch], #jb-print-docs-body, "
    "link:is([rel=preload], [rel=index], [rel=search]), "
    ".footer-item:empty, .sidebar-primary-item:empty, .sidebar-primary-items__end, .bd-footer, .pst-async-banner-revealer"
)
UNREAD = {  # classes that rules read in other places only, by where they are not read
    "a.reference:not(nav.bd-links .external)": ("reference", "external"),
    "nav.bd-links li.toctree-l1": ("toctree-l1",),
    "nav.page-toc li.nav-item": ("nav-item",),
}
SPACE = re.compile(r"\s+")


# ---- one page ----


def code_colours(folder):
    """For each class of Pygments, another class that looks the same in both themes; "" if it looks like plain text."""
    css = (folder / "_static/pygments.css").read_text(encoding="utf-8")
    rules = re.findall(r'html\[data-theme="(\w+)"\] \.highlight(?: \.(\w+))? \{([^}]*)\}', css)
    looks, plain = {}, {}
    for theme, name, style in rules:
        if name:
            looks.setdefault(name, {})[theme] = style.strip()
        else:
            plain[theme] = re.search(r"(?<![-\w])color: [^; ]+", style)[0]
    if not {"n", "k", "s2"} <= set(looks) or set(plain) != {"light", "dark"}:
        raise ExtensionError(
            "pygments.css is not as _ext/finish/light.py expects it: colours of code for light and dark"
        )
    looks = {name: look for name, look in looks.items() if name not in PLAIN}
    same = {}  # look -> the first class that has it
    return dict.fromkeys(PLAIN, "") | {
        name: "" if look == plain else same.setdefault(tuple(sorted(look.items())), name)
        for name, look in sorted(looks.items(), key=lambda item: (len(item[0]), item[0]))
    }


def thin_code(text, colours):
    """Every word and sign of code is in an element of its own: join those that look the same, unwrap the plain ones."""

    def simplify(match):
        name, content = match.groups()
        name = colours.get(name, name)
        return f'<span class="{name}">{content}</span>' if name else content

    def thin(code):
        code = re.sub(r'<span class="(\w+)">([^<]*)</span>', simplify, code[0].replace("<span></span>", ""))
        before = None
        while code != before:  # spans that touch, or have only spaces between them
            before, code = (
                code,
                re.sub(r'<span class="(\w+)">([^<]*)</span>( *)<span class="\1">', r'<span class="\1">\2\3', code),
            )
        return code

    return CODE.sub(thin, text)


def drop_scripts(page):
    """Only the scripts that have something to do on this page."""
    elements = page.find_all(["script", "link"])
    has = {
        selector: selector is not None and page.select_one(selector) is not None for selector in set(SCRIPTS.values())
    }
    for name, selector in SCRIPTS.items():
        found = [element for element in elements if name in element.get("src", element.get("href", ""))]
        if not found:
            raise ExtensionError(
                f"{name} is not on a page: has the theme changed? Then take it out of _ext/finish/light.py."
            )
        if not has[selector]:
            for element in found:
                element.extract()
    for script in page.find_all("script"):
        if script.get("src"):
            script["defer"] = ""  # the page is shown before they run, in the same order
        elif (
            re.match("DOCUMENTATION_OPTIONS[.]", script.string)
            or "toggle" in script.string
            and not has[SCRIPTS["togglebutton.js"]]
        ):
            script.extract()  # options of what is not used here


def style_sheets(folder, text):
    """The paths of the style sheets of a page, in order; one that only imports another stands for that."""
    paths = []
    for link in re.findall(r"<link\b[^>]*>", text):
        if 'rel="stylesheet"' in link:
            path = posixpath.normpath(re.search(r'href="(?:\.\./)*([^"?]*)', link)[1])
            imported = re.findall(r'@import "([^"]+)"', (folder / path).read_text(encoding="utf-8"))
            paths += [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in imported] or [path]
    return paths


def join_styles(page, root, sheets):
    """One style sheet for all pages in place of many."""
    links = page.select("link[rel=stylesheet]")
    if len(links) != len(sheets):
        raise ExtensionError(
            "a page has other style sheets than the first one: _ext/finish/light.py joins those of all pages"
        )
    links[0].attrs = {"rel": "stylesheet", "href": f"{root}_static/{JOINED}"}
    for link in links[1:]:
        link.decompose()


def describe(page):
    """A description for search engines: how the text begins, or else the title."""
    if not page.select("meta[name=description]"):
        paragraphs = (SPACE.sub(" ", p.get_text().strip()) for p in page.select("article p:not(.admonition-title)"))
        words = next((text for text in paragraphs if len(text) > 60), page.title.get_text())
        if len(words) > 155:
            words = words[:155].rsplit(" ", 1)[0].rstrip(",;:.") + " …"
        page.head.append(page.new_tag("meta", attrs={"name": "description", "content": words}))


def plain_cells(page):
    """A cell is in four elements, one inside the other, of which two do. (Of folded code, the outer one says how it unfolds.)"""
    for element in page.select("div.cell_input, div.cell_output"):
        element["class"] = [name for name in element["class"] if name not in ("docutils", "container")]
    fits = "div.output.text_html:has(> figure, > .so-scroll, > form.so-quiz)"  # other outputs scroll inside themselves
    for element in page.select(f"div.cell:not(:has(> details.hide)), div.cell_input > div.highlight-ipython3, {fits}"):
        element.unwrap()


def strip(page, named):
    """What nobody sees: comments, repeated metadata, classes that no rule and no script reads, elements that then say nothing."""
    for comment in page.find_all(string=lambda string: type(string) is Comment):
        comment.extract()
    for element in page.select(NEEDLESS):
        element.decompose()
    for link in page.select("article a.reference[title]"):  # a whole reference, one click away from where it stands
        del link["title"]
    for link in page.select("a.headerlink"):  # drawn by book.js, for whoever has a mouse
        link.extract()
    for code in page.select("code.literal"):
        code["class"] = ["literal"]
        code.string = code.get_text()
    for selector, names in UNREAD.items():
        for element in page.select(selector):
            element["class"] = [name for name in element["class"] if name not in names]
    for element in page.find_all(class_=True):
        element["class"] = [name for name in element["class"] if named(name)]
        if not element["class"]:
            del element["class"]
    for element in page.find_all("span"):
        if not element.attrs:
            element.unwrap()


def minified(text):
    """Without spaces that nobody sees, quotation marks and end tags that HTML does not ask for."""
    return minify_html.minify(text, keep_html_and_head_opening_tags=True, keep_input_type_text_attr=True)


# ---- all pages ----


def write_styles(folder, texts, sheets, extra):
    """Write the joined style sheet with the rules that some page, or some script, has a use for.

    Returns its name with its version, and a function that says whether a rule or a script reads a class.
    """
    scripts = {path for text in texts for path in re.findall(r'<script[^>]*src="(?:\.\./)*([^"?]*)', text)}
    scripts = [(folder / path).read_text(encoding="utf-8") for path in sorted(scripts)]
    target = folder / "_static" / JOINED
    css = "\n".join(rebased(folder / path, target) for path in sheets)
    css = purge(css + "\n" + "\n".join(extra[name] for name in sorted(extra)), names_in(texts, scripts))
    css = subset_icons(target.parent, css)
    target.write_text(css, encoding="utf-8", newline="\n")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    read, parts = names_in([], scripts) | class_names(css), re.findall(r"\[class[*^]=\"?([\w-]+)", css)
    return f"{JOINED}?v={version}", lambda name: name in read or any(part in name for part in parts)


def rebased(path, target):
    """A style sheet whose addresses of files hold in another folder, too."""

    def rebase(match):
        return f"url({os.path.relpath(path.parent / match[1], target.parent).replace(os.sep, '/')})"

    return re.sub(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""", rebase, path.read_text(encoding="utf-8"))


def subset_icons(folder, css):
    """The icon fonts with the icons that are used, and no others."""
    wanted = {int(code, 16) for code in re.findall(r'"\\([ef][0-9a-f]{3})"', css)}
    wanted |= {ord(sign) for sign in css if "\ue000" <= sign <= "\uf8ff"}  # written as themselves
    faces = re.findall(r"@font-face\{[^}]*\}", css)
    if not wanted or not faces:
        raise ExtensionError("no icon fonts in the style sheets: has the theme changed? See _ext/finish/light.py.")
    for face in faces:
        path = folder / re.search(r"url\(([^)]*\.ttf)\)", face)[1]
        font = subset.load_font(str(path), subset.Options(flavor="woff"), dontLoadGlyphNames=True)
        glyphs = wanted & set(font.getBestCmap())
        if "regular" in path.name or "brands" in path.name or not glyphs:  # every icon used here is in the solid font
            css = css.replace(face, "")
            continue
        options = subset.Options(flavor="woff", layout_features=[], hinting=False, notdef_outline=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=glyphs)
        subsetter.subset(font)
        font.recalcTimestamp = False  # the same bytes on every day
        subset.save_font(font, str(folder / "icons.woff"), options)
        css = css.replace(face, re.sub(r"src:[^;}]*", 'src:url(icons.woff) format("woff")', face))
    return css


def remove_unused(folder, pages):
    """Remove from _static what no page and no style sheet names: nine tenths of it."""
    css = (folder / "_static" / JOINED).read_text(encoding="utf-8")
    named = {posixpath.normpath(path) for page in pages for path in re.findall(r'_static/[^"?#\s]+', page)}
    named |= {posixpath.normpath("_static/styles/" + path) for path in re.findall(r"url\(([^)]+)\)", css)}
    for path in sorted((folder / "_static").rglob("*"), reverse=True):  # a folder after what is in it
        if path.is_file() and path.relative_to(folder).as_posix() not in named:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
