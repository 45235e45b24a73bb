"""Let a page load the book's own files and nothing else, and run no code and no style from its attributes."""

import base64
import hashlib

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

HEADER = "Content-Security-Policy"
POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data:; font-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)  # connect: the search page reads the pages that it found; form: the search field leads to the search page
HANDLERS = {"window.print()", "toggleFullScreen()"}  # the theme's, done by book.js instead


def set_policy(page: BeautifulSoup) -> None:
    """Give a page its content security policy; scripts in the page, of which the theme has a few, pass by their hash."""
    drop_handlers(page)
    forbid_styles(page)
    for link in page.select("link[rel=next]"):  # Firefox would fetch it ahead, which the policy forbids, and say so
        link.decompose()
    hashes = set()
    for script in page.find_all("script", src=False):
        script.string = script.string.strip()  # as it will be written
        digest = hashlib.sha256(script.string.encode()).digest()
        hashes.add(f" 'sha256-{base64.b64encode(digest).decode()}'")
    charset = page.find("meta", charset=True)
    if charset is None:
        raise ExtensionError("a page has no <meta charset>, behind which its content security policy belongs")
    policy = POLICY.format(hashes="".join(sorted(hashes)))
    charset.insert_after(page.new_tag("meta", attrs={"http-equiv": HEADER, "content": policy}))


def drop_handlers(page: BeautifulSoup) -> None:
    """Take the theme's code out of attributes; raise ExtensionError for any other."""
    for element in page.find_all(lambda e: any(name.startswith("on") for name in e.attrs)):
        for name in [name for name in element.attrs if name.startswith("on")]:
            if element[name] not in HANDLERS:
                raise ExtensionError(f"the policy forbids {name}={element[name]!r}: do this in _static/book.js")
            del element[name]


def forbid_styles(page: BeautifulSoup) -> None:
    """Take out the one style that the theme has in its pages; raise ExtensionError for any other."""
    for style in page.select("noscript style"):  # its rule is in book.css, as @media (scripting: none)
        if style.string.split() == [".pst-js-only", "{", "display:", "none", "!important;", "}"]:
            style.parent.decompose()
    if styled := page.select("style, [style]"):
        raise ExtensionError(f"the policy forbids a style in the page, put it into _static/book.css: {styled[0]}")
