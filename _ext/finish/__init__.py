"""Rework the written pages: light, accessible and safe.

Each step is a function of one page (a BeautifulSoup tree). A step that does not find what it expects of the theme raises
an error, so that an upgrade of the theme is noticed and not silently half done.
"""

from pathlib import Path

import minify_html
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from . import accessible, figures, light, safe, social, tables


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Finish all pages of a build that went well, which Sphinx has just written, and the files that they load."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages, sheets = {}, []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder)
        if name.parts[0] == "_static":
            continue
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        root = "../" * (len(name.parts) - 1)
        figures.improve(page, folder, root)
        figures.name_code(page)
        light.drop_scripts(page)
        light.thin_words(page)
        sheets = light.join_styles(page, root, folder, sheets)
        social.introduce(page, root)
        accessible.improve(page)
        tables.improve(page)
        safe.set_policy(page)
        pages[path] = minify_html.minify(
            str(page), keep_html_and_head_opening_tags=True, keep_input_type_text_attr=True
        )
    light.thin_scripts(folder, Path(app.confdir) / "_static")
    version = light.write_styles(folder, sheets, pages.values())
    for path, text in pages.items():
        path.write_text(light.with_version(text, version), encoding="utf-8", newline="\n")
    light.remove_unused(folder, pages.values())
    if app.config.html_baseurl:
        social.draw(folder / social.CARD)


def setup(app: Sphinx) -> None:
    """Connect the last steps, after everything else that writes."""
    app.connect("build-finished", finish, priority=900)
