"""A page may load its own files and nothing else; no code and no style stands in its attributes."""

import base64
import hashlib

from sphinx.errors import ExtensionError

POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)  # connect: the search page reads the pages that it found; form: the search field leads to the search page
HANDLERS = {"window.print()", "toggleFullScreen()"}  # the theme's, done by book.js instead


def forbid_strangers(page):
    """A content security policy. Scripts in the page itself, of which the theme has a few, are allowed by their hash."""
    for element in page.find_all(lambda e: any(name.startswith("on") for name in e.attrs)):
        for name in [name for name in element.attrs if name.startswith("on")]:
            if element[name] not in HANDLERS:
                raise ExtensionError(f"the policy forbids {name}={element[name]!r}: do this in _static/book.js")
            del element[name]
    scripts = [script for script in page.find_all("script", src=False) if script.string]
    for script in scripts:
        script.string = script.string.strip()  # as it will be written
    scripts = sorted({script.string for script in scripts})
    hashes = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    charset = page.find("meta", charset=True)
    if charset is None:
        raise ExtensionError("a page has no <meta charset>, behind which its content security policy belongs")
    meta = page.new_tag(
        "meta", attrs={"http-equiv": "Content-Security-Policy", "content": POLICY.format(hashes=hashes)}
    )
    charset.insert_after(meta)


def move_styles(page):
    """Style attributes, which the policy forbids, become classes; their rules are returned."""
    rules = {}
    for element in page.find_all(style=True):
        style = element.attrs.pop("style").strip()
        name = "style-" + hashlib.sha256(style.encode()).hexdigest()[:8]
        element["class"] = [*element.get("class", []), name]
        rules[name] = f".{name}{{{style}}}"
    for style in page.select("noscript style"):  # its one rule is in book.css, as @media (scripting: none)
        if style.string.split() != [".pst-js-only", "{", "display:", "none", "!important;", "}"]:
            raise ExtensionError(
                f"the theme has another style without scripts: put it into _static/book.css: {style.string}"
            )
        style.parent.decompose()
    return rules
