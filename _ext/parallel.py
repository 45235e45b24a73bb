"""Let chapters run in parallel: one extension that Jupyter Book always loads does not say that it allows it.

It does: it only replaces a function that numbers sections after all pages are read.
"""


def allow(app, config):
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True


def setup(app):
    app.connect("config-inited", allow)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
