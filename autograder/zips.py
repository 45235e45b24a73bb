"""Zip files whose bytes depend on nothing but what is in them."""

import json
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("context", "practice", "report")  # in data/; every other folder there is a reader's own, and stays here
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file knows; ours have none


def write_zip(path, contents, stored=()):
    """Write `contents` (bytes by name) as a zip file: first those `stored` without compression, the others by name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in [*stored, *sorted(set(contents) - set(stored))]:
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # as on Unix, also where it is written on Windows
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, contents[name], compresslevel=9)


def files(*names, base=ROOT):
    """The contents of files, and of all files in folders, by their names under `base`; hidden ones and caches left out."""
    found = {}
    for start in map(base.joinpath, names):
        for path in start.rglob("*") if start.is_dir() else [start]:
            name = path.relative_to(base)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                found[name.as_posix()] = path.read_bytes()
    return found


def shipped(*names: str, root: Path = ROOT) -> dict[str, bytes]:
    """Return the data packages called `names` (all that are SHIPPED, if none is named): bytes by path under `root`.

    Of a package only its descriptor and the files that the descriptor names are taken: a reader may keep a text of theirs
    beside the project's tables. Raises ValueError if a package has no licence.
    """
    contents = {}
    for name in sorted({*SHIPPED} & {*(names or SHIPPED)}):
        folder = root / "data" / name
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        if not package.get("licenses"):
            raise ValueError(f"data/{name} has no licence, so it is not packed")
        named = [entry.get("path") for entry in [*package["resources"], *package.get("sources", [])]]
        for file in ["datapackage.json", *named]:
            if file and (folder / file).is_file():
                contents[f"data/{name}/{file}"] = (folder / file).read_bytes()
    return contents


def private(root: Path = ROOT) -> list[str]:
    """Return the data packages under `root` that are never packed, as sorted paths."""
    folders = {path.parent.name for path in (root / "data").glob("*/datapackage.json")}
    return [f"data/{name}" for name in sorted(folders - set(SHIPPED))]
