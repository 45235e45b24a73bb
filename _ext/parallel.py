"""Let chapters run in parallel, one to a process and the longest first, so that no core waits for another at the end.

One extension that Jupyter Book always loads does not say that it allows it. It does: it only replaces a function that
numbers sections after all pages are read. Sphinx hands out pages in lots, one of which may hold all long chapters. And
each process that keeps a chapter's outputs removes from the cache what is too much; by mistake also outputs that another
process is just keeping, whose chapter would be executed again next time. (book.py does it once, before the build.)
"""

import os

import nbformat
import sphinx.builders
from jupyter_cache.cache.main import JupyterCacheBase
from sphinx.errors import ExtensionError


def allow(app, config):
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True


def longest_first(app, env, docnames):
    docnames.sort(key=lambda name: os.path.getsize(env.doc2path(name)), reverse=True)
    nbformat.v4.new_notebook()  # compiles its schema on first use: here once, and not in each process


def one_by_one(docnames, nproc):
    return [[name] for name in docnames]


def setup(app):
    for module, name, instead in (
        (sphinx.builders, "make_chunks", one_by_one),
        (JupyterCacheBase, "truncate_caches", lambda cache: None),
    ):
        if not hasattr(module, name):
            raise ExtensionError(f"{module.__name__} has no {name} any more: see _ext/parallel.py")
        setattr(module, name, instead)
    app.connect("config-inited", allow)
    app.connect("env-before-read-docs", longest_first)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
