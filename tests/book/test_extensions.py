"""The extensions that build the book: loaded as one package, and nothing beside them."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from pybtex.database import parse_string
from sphinx.errors import ExtensionError

from _ext.notebooks import citation
from chapters import ROOT

# Everything that a build imports, then what `make formats` does.
LOADED = """
import collections, importlib, pathlib, sys
from jupyter_book.config import get_final_config
config, _ = get_final_config(user_yaml=pathlib.Path("_config.yml"), cli_config={"latex_individualpages": False})
extensions = config["extensions"]
sys.path.insert(0, ".")
for name in extensions:
    importlib.import_module(name)
import formats.articles
print(*[name for name in extensions if name.startswith("_ext")])
files = collections.defaultdict(set)
for name, module in list(sys.modules.items()):
    if (file := getattr(module, "__file__", None)) and name != "__main__":
        files[file].add(name)
print(*[f"{file}: {names}" for file, names in files.items() if len(names) > 1 and file.startswith(sys.argv[1]) and ".venv" not in file])
"""


def test_no_file_of_the_project_is_loaded_under_two_names():
    done = subprocess.run([sys.executable, "-c", LOADED, str(ROOT)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    extensions, twice = done.stdout.split("\n")[:2]
    assert twice == ""
    assert "_ext.finish" in extensions.split() and "_ext" not in extensions.split(), "a package is no extension"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("title = {A map}", "no year,"),
        ("year = {2024}", "no author or title,"),
        ("title = {A map}, year = {}", "no year,"),
    ],
)
def test_an_entry_without_what_a_citation_needs_is_named(fields, said):
    bibliography = parse_string(f"@misc{{map2024, {fields}}}", "bibtex")
    domain = SimpleNamespace(bibdata=SimpleNamespace(data=bibliography))
    with pytest.raises(ExtensionError, match=f"references.bib: map2024 has {said} .*Remedy: add it"):
        citation("map2024", SimpleNamespace(get_domain=lambda _: domain))
