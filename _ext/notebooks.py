"""Each chapter as a notebook to download, without outputs.

The theme offers the .ipynb only where there is a Binder button, and with outputs only if the chapter has just been
executed. Here it is always offered, and always the same: a reader starts with empty cells.
"""

import shutil
from pathlib import Path

import nbformat


def offer_notebook(app, pagename, templatename, context, doctree):
    if app.builder.format != "html" or "kernelspec" not in app.env.metadata.get(pagename, {}):
        return
    made = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"  # by myst_nb
    offered = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    offered.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, offered)
    context["ipynb_source"] = f"{pagename}.ipynb"  # read by the theme's download menu


def clear_notebooks(app, exception):
    for path in (Path(app.outdir) / "_sources").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.pop("language_info", None)
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # random otherwise
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)


def setup(app):
    app.connect("html-page-context", offer_notebook)
    app.connect("build-finished", clear_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
