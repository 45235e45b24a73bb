"""Zip files whose bytes depend on nothing but what is in them."""

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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
