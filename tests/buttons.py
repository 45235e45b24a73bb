"""The book's pages built without executing a chapter, to see where their buttons lead."""

import html
import os
import re
import subprocess
import sys

BUILD = """
import sys
from pathlib import Path
from jupyter_book.sphinx import build_sphinx

root = Path.cwd()
sys.exit(build_sphinx(
    root,
    root / "_build" / "html",
    path_config=root / "_config.yml",
    noconfig=True,
    confoverrides={"external_toc_path": str(root / "_toc.yml"), "latex_individualpages": False, "nb_execution_mode": "off"},
))
"""
NAMES = ("BOOK_REPOSITORY", "BOOK_BRANCH", "GITHUB_", "CI_")  # what the real surroundings say must not count


def build_pages(folder, **environ):
    """Build the book in this folder; `environ` is what the surroundings say of the repository."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith(NAMES)}
    result = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=folder, env=rest | environ, capture_output=True, text=True, encoding="utf-8"
    )
    assert result.returncode == 0, result.stdout + result.stderr


def launch_links(folder):
    """The addresses of the Binder buttons, of each page one, in the order of the pages' names."""
    links = []
    for path in sorted((folder / "_build/html").rglob("*.html")):
        found = re.findall(r'href="(https://mybinder\.org/[^"]*)"', path.read_text(encoding="utf-8"))
        links += [html.unescape(link) for link in dict.fromkeys(found)]
    return links
