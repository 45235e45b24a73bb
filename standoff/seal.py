"""Seal a case: write the length and the hash of each table, and of the descriptor, into the descriptor, and compare them.

`bytes` and `hash` of a table are those of the standard (Data Package 2.0). They are taken of the table as this library
writes it, UTF-8 with LF line ends, so that a spreadsheet's way of saving the same cells breaks no seal. The `hash` of the
package is that of the descriptor without it, whatever its spaces and the order of its keys.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from .case import name_of, table_text
from .problems import CaseError, Problem
from .schema import DESCRIPTOR, SEAL, unsealed
from .text import digest


def sealed(package: dict, texts: dict[str, str]) -> dict:
    """Return a descriptor with a seal on itself and on tables: their texts by the name of the file. Older seals go."""
    package = unsealed(package)
    for resource in package["resources"]:
        if resource["path"] in texts:
            resource.update(_seal(texts[resource["path"]]))
    return package | {"hash": _hash(package)}


def is_sealed(package: dict) -> bool:
    """Return whether a descriptor has a seal, on itself or on any of its tables."""
    return "hash" in package or any("hash" in resource for resource in package["resources"])


def broken(folder: Path, package: dict) -> Iterator[Problem]:
    """Yield the files of a sealed case that are not what they were; a file that cannot be read is for others to name."""
    if not is_sealed(package):
        return
    remedy = f"if every change is meant (see `git diff`), run `standoff seal {name_of(folder)}`; otherwise take it back"
    if package.get("hash") != _hash(package):
        yield Problem("it is not what it was when the case was sealed", remedy, DESCRIPTOR)
    for resource in package["resources"]:
        try:
            seal = _seal(table_text(folder, resource["path"]))
        except CaseError:
            continue
        if "hash" in resource and seal != {key: resource.get(key) for key in SEAL}:
            yield Problem("it is not what it was when the case was sealed", remedy, resource["path"])


def _seal(text: str) -> dict[str, str | int]:
    return {"hash": f"sha256:{digest(text)}", "bytes": len(text.encode())}


def _hash(package: dict) -> str:
    own = {key: value for key, value in package.items() if key != "hash"}
    return f"sha256:{digest(json.dumps(own, sort_keys=True, ensure_ascii=False))}"
