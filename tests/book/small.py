"""A book with the real machinery and two small chapters: what tests build, when they do not need the whole book."""

import shutil

from copies import Copy

CHAPTER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# {title}

About {title}.

```{{code-cell}} python
import standoff
from standoff.display.show import say

claims = standoff.load("practice").claims
say(f"{title} has {{len(claims)}} claims.")
```
"""
TOC = """\
format: jb-book
root: index
parts:
- caption: All
  chapters:
  - file: chapters/one
  - file: chapters/two
"""


def make(folder) -> Copy:
    """Write the small book into `folder`, which must not exist, without building it."""
    book = Copy(folder)
    for name in ("assignments", "chapters"):
        shutil.rmtree(book.root / name)
    (book.root / "chapters").mkdir()
    for name in ("one", "two"):
        (book.root / f"chapters/{name}.md").write_text(CHAPTER.format(title=name.title()), encoding="utf-8")
    (book.root / "index.md").write_text("# Small\n\nA book of two chapters.\n", encoding="utf-8")
    (book.root / "_toc.yml").write_text(TOC, encoding="utf-8")
    return book
