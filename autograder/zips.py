"""Write zip files whose bytes depend only on what is in them."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file knows; entries have none here


def write_zip(path: Path, contents: dict[str, bytes], stored: Iterable[str] = ()) -> None:
    """Write `contents` by name as a zip file: first those `stored` without compression, the others by name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in [*stored, *sorted(set(contents) - set(stored))]:
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # as on Unix, even if written on Windows
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, contents[name], compresslevel=9)


def files(*names: str, base: Path) -> dict[str, bytes]:
    """Return files, and all files in folders, by their names under `base`; hidden ones and caches are left out."""
    found = {}
    for start in map(base.joinpath, names):
        for path in start.rglob("*") if start.is_dir() else [start]:
            name = path.relative_to(base)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                found[name.as_posix()] = path.read_bytes()
    return found
