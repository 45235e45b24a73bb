"""Write what needs the address of the site: canonical links, sitemap.xml, robots.txt, and a 404 page for any depth.

No address is written in _config.yml, for the reason given in repository.py. Tried in this order: BOOK_ADDRESS (an address,
or "none"), the address that GitHub Pages gives to the repository of a GitHub Action, and what GitLab CI says. If none is
known, nothing of this is made; the page 404 then works beside the first page only.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

NO_CONTENT = ("404", "genindex", "search")


def find_address(environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the site, which ends with a slash; "" if it is not known."""
    address = environ.get("BOOK_ADDRESS") or environ.get("CI_PAGES_URL") or ""
    if not address and environ.get("GITHUB_SERVER_URL") == "https://github.com":
        owner, _, name = environ["GITHUB_REPOSITORY"].partition("/")
        host = f"{owner.lower()}.github.io"
        address = f"https://{host}/{'' if name.lower() == host else name}"
    if address in ("", "none"):
        return ""
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w./~-]*)?", address):
        raise ExtensionError(f"BOOK_ADDRESS={address}: the address of the site looks like https://host/path/")
    return address.rstrip("/") + "/"


def set_address(app: Sphinx, config: Config) -> None:
    """Tell the theme the address, for its canonical links."""
    config.html_baseurl = find_address()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the sitemap and robots.txt, and let the page 404 work in any folder, where the address is known."""
    address = app.config.html_baseurl
    if exception is not None or app.builder.format != "html" or not address:
        return
    folder = Path(app.outdir)
    names = [name for name in sorted(app.env.found_docs) if name not in NO_CONTENT]
    urls = "".join(f"<url><loc>{address}{name}.html</loc></url>\n" for name in names)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    write(folder / "sitemap.xml", f"{head}\n{urls}</urlset>\n")
    write(folder / "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n")
    anchor(folder / "404.html", urlsplit(address).path)


def anchor(path: Path, root: str) -> None:
    """Let the links of a page begin at the root of the site: it is shown in place of pages in any folder."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for canonical in page.select("link[rel=canonical], meta[property='og:url']"):
        canonical.decompose()
    for name in ("href", "src", "action"):
        for element in page.find_all(attrs={name: re.compile(r"^(?![a-z]+:|#|/)")}):
            element[name] = root + element[name]
    write(path, str(page))


def write(path: Path, text: str) -> None:
    """Write a file that is the same on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.connect("config-inited", set_address)
    app.connect("build-finished", finish, priority=950)  # after the last steps over the pages
