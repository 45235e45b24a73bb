"""The last steps over the written pages: light, accessible, safe.

Each step is a function of one page (a BeautifulSoup tree) in light.py, accessible.py or safe.py. A step that does not find
what it expects of the theme raises an error, so that an upgrade of the theme is noticed and not silently half done.
"""

from pathlib import Path

from bs4 import BeautifulSoup

from . import accessible, figures, light, safe, social

FINISHED = "<!doctype html><"  # how a page begins that has been through the steps


def finish(app, exception):
    if exception is None and app.builder.format == "html":
        finish_folder(Path(app.outdir), Path(app.doctreedir) / "pages")


def finish_folder(folder, kept):
    pages, rules = {}, {}  # trees by path; what stood in style attributes
    texts = as_written(folder, kept)
    sheets = light.style_sheets(folder, next(iter(texts.values())))
    colours = light.code_colours(folder)
    for path, text in texts.items():
        page = BeautifulSoup(light.thin_code(text, colours), "html.parser")
        figures.to_files(page, folder, root(path, folder))
        more = figures.take_out(page, path.stem)
        pages[path] = page
        if more is not None:
            pages[path.with_name(path.stem + figures.SUFFIX + path.suffix)] = more
    for path, page in pages.items():
        light.drop_scripts(page)
        light.join_styles(page, root(path, folder), sheets)
        light.describe(page)
        social.introduce(page, root(path, folder))
        light.plain_cells(page)
        accessible.improve(page)
        rules |= safe.move_styles(page)
    css, is_read = light.write_styles(folder, [str(page) for page in pages.values()], sheets, rules)
    for path, page in pages.items():
        light.strip(page, is_read)
        safe.forbid_strangers(page)
        pages[path] = str(page).replace(light.JOINED, css)
        path.write_text(light.minified(pages[path]), encoding="utf-8", newline="\n")
    light.remove_unused(folder, pages.values())


def as_written(folder, kept):
    """{path: text} of all pages as Sphinx wrote them, also of those that it did not write anew (those are in `kept`)."""
    texts = {}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder)
        if name.parts[0] == "_static":
            continue
        text, copy = path.read_text(encoding="utf-8"), kept / name
        if not text.startswith(FINISHED):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8", newline="\n")
        elif copy.is_file():
            text = copy.read_text(encoding="utf-8")
        else:  # the page of a chapter's figures, which is made from that of the chapter
            continue
        texts[path] = text
    return texts


def root(path, folder):
    return "../" * len(path.relative_to(folder).parts[1:])


def setup(app):
    app.connect("build-finished", finish, priority=900)  # after everything else that writes
    return {"parallel_read_safe": True, "parallel_write_safe": True}
