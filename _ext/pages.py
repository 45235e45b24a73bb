"""The last steps over the written pages: light, accessible, safe.

Each step is a function of one page (a BeautifulSoup tree) in light.py, accessible.py or safe.py. A step that does not find
what it expects of the theme raises an error, so that an upgrade of the theme is noticed and not silently half done.
"""

from pathlib import Path

from bs4 import BeautifulSoup

import accessible
import light
import safe

DONE = 'http-equiv="Content-Security-Policy"'  # a page that carries this has been through the steps


def finish(app, exception):
    if exception is None and app.builder.format == "html":
        finish_folder(Path(app.outdir))


def finish_folder(folder):
    written = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    texts = {path: path.read_text(encoding="utf-8") for path in written}
    new = [path for path in written if DONE not in texts[path]]  # `build --changed` writes only some pages
    if not new:
        return
    sheets = light.style_sheets(folder, texts[new[0]])
    colours = light.code_colours(folder)
    extra = {}  # rules for what stood in style attributes
    for path in new:
        page = BeautifulSoup(light.thin_code(texts[path], colours), "html.parser")
        root = "../" * len(path.relative_to(folder).parts[1:])
        light.move_figures(page, folder, root)
        light.drop_scripts(page)
        light.join_styles(page, root, sheets)
        light.describe(page)
        accessible.improve(page)
        extra |= safe.move_styles(page)
        light.strip(page)
        safe.forbid_strangers(page)
        texts[path] = str(page)
    texts = light.write_styles(folder, texts, sheets, extra)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    light.remove_unused(folder, texts)


def setup(app):
    app.connect("build-finished", finish, priority=900)  # after everything else that writes
    return {"parallel_read_safe": True, "parallel_write_safe": True}
