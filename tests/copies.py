"""Copies of the book that tests and benchmarks may build and change."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from unittest import mock

from jupyter_cache import get_cache

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks/build.py is a script
import book  # noqa: E402

NOT_COPIED = shutil.ignore_patterns("_build", ".venv", ".git", "*.egg-info", "__pycache__", ".pytest_cache")


class Copy:
    """The book's sources in another folder, with an environment that takes its packages from this one."""

    def __init__(self, folder):
        self.root = Path(shutil.copytree(ROOT, folder, ignore=NOT_COPIED)).resolve()
        self.html = self.root / "_build" / "html"
        self._borrow_environment()

    def _borrow_environment(self):
        own = self.root / ".venv"
        venv.EnvBuilder(symlinks=os.name != "nt").create(own)
        packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(own)}))
        (packages / "borrowed.pth").write_text(f"{self.root}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        for name in ("ipython", "matplotlib"):  # settings that book.py makes
            shutil.copytree(Path(sys.prefix) / name, own / name, dirs_exist_ok=True)
        self.python = own / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        code = "import book; (book.VENV / 'made-from.txt').write_text(book.made_from())"
        subprocess.run([self.python, "-c", code], cwd=self.root, check=True)

    def command(self, *arguments):
        """How `python book.py ...` is started here."""
        return [str(self.python), str(self.root / "book.py"), *arguments]

    def build(self):
        """Build; returns the finished process."""
        return subprocess.run(self.command("build"), capture_output=True, text=True, encoding="utf-8")

    def inside(self):
        """Have the functions of `book`, in this process, look at this copy: a context manager."""
        build = self.root / "_build"
        return mock.patch.multiple(
            book, ROOT=self.root, BUILD=build, HTML=self.html, BUILT_FROM=build / book.BUILT_FROM.name
        )

    def is_current(self):
        """Whether a build would do nothing."""
        with self.inside():
            return book.is_current()

    def edit(self, name, old, new):
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def executions(self):
        """A pair (name of the chapter, when it was executed) for each record of the cache that still holds."""
        cache = self.root / "_build" / ".jupyter_cache"
        if not cache.is_dir():
            return set()
        return {(Path(record.uri).stem, record.created) for record in get_cache(str(cache)).list_cache_records()}
