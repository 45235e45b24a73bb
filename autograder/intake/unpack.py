"""Take what was handed in, file by file, out of folders and archives that may be broken or hostile.

Nothing is opened but ordinary files, no link is followed, and no name that an archive says becomes a path on disk: what is
unpacked gets a number in a scratch folder.
"""

import contextlib
import functools
import os
import re
import shutil
import stat
import unicodedata
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .submission import NO_ROOM

MEMBER = 20_000_000  # bytes of one file: see submission.py
TOTAL = 1_000_000_000  # bytes of an archive, unpacked
CLASS = 10_000_000_000  # bytes of the archive of all, unpacked
BOMB = 50_000_000, 20  # from so many bytes on, an archive may grow at most so many times
MEMBERS = 20_000  # files in an archive, and in those in it
LISTED = 400  # bytes that the list of an archive may have for each: a million names would fill the memory
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others, a little may become any number of bytes at once
DEPTH = 3  # archives in archives
FOLDERS = 20  # folders in folders

REFUSED, UNREADABLE = "refused", "unreadable"
LINK = "is a link to another file: hand in the file itself"
TOO_LARGE = f"is larger than {MEMBER // 1_000_000} MB"
TOO_DEEP = f"has more than {FOLDERS} folders inside one another"
CLUTTER = {"__MACOSX", "__pycache__", "venv", "env", "node_modules", "site-packages", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Entry:
    """One thing that was handed in.

    parts    names of folders, archives (without .zip) and the file itself: to show and to compare, never a path on disk
    path     where its bytes are; None for a folder, and for what was not opened
    status   "" or refused or unreadable, and `why`, as a sentence without its subject: "is a link ..."
    archives for each archive that it comes from, from the outermost on, how many of the first parts lead to it
    """

    parts: tuple
    path: Path | None = None
    status: str = ""
    why: str = ""
    archives: tuple = ()


def entries(source: str | Path, scratch: Path) -> list[Entry]:
    """Return all files, empty folders and obstacles under `source` (a folder or a zip file), in a stable order.

    scratch: an empty folder that archives are unpacked into. Raises OSError if `source` itself cannot be read.
    """
    source, numbers = Path(source), count(1)
    handed_in = list((_folder if source.is_dir() else _archive)(source, (), scratch, numbers))
    if obstacle := next((entry for entry in handed_in if not entry.parts), None):
        raise OSError(f"{source} {obstacle.why}. Remedy: unpack it with another program, and give the folder")
    return sorted(handed_in, key=lambda entry: (natural_key("/".join(entry.parts)), entry.status))


def natural_key(name: str) -> tuple[list, str]:
    """Return a key to sort names by: as people do, and always the same."""
    parts = re.split(r"([0-9]+)", name.casefold())  # every second one is of digits
    return [int(part) if number % 2 else part for number, part in enumerate(parts)], name


def clean(name: str) -> str:
    """Return a name that every file can hold: composed, without control characters and halves of characters."""
    text = os.fsencode(name).decode("utf-8", "replace") if isinstance(name, str) else str(name)
    text = unicodedata.normalize("NFC", text)
    kept = "".join("" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in text)
    return " ".join(kept.split())[:200] or "_"


def _is_clutter(name):
    return name.startswith(".") or name in CLUTTER


def _folder(folder, parts, scratch, numbers):
    if len(parts) > FOLDERS:
        yield Entry(parts, None, REFUSED, TOO_DEEP)
        return
    names = set()
    for item in sorted(os.scandir(folder), key=lambda item: (item.name != clean(item.name), item.name)):
        if _is_clutter(item.name):
            continue
        name, is_folder = clean(item.name), item.is_dir(follow_symlinks=False)
        if name in names and is_folder:  # it looks like another one, and is not
            name = f"{name} [{len(names)}]"
        names.add(name)
        is_archive = not is_folder and item.name.lower().endswith(".zip")
        here = (*parts, clean(item.name[:-4]) if is_archive else name)
        status, why = _obstacle(item, is_folder, is_archive)
        if why:
            yield Entry(here, None, status, why)
        elif is_folder:
            yield from _folder(item.path, here, scratch, numbers)
        elif is_archive:
            yield from _archive(Path(item.path), here, scratch, numbers)
        else:
            yield Entry(here, Path(item.path))
    if not names and parts:
        yield Entry(parts)


def _obstacle(item, is_folder, is_archive):
    """Return (status, why) for what is not opened, ("", "") for all else."""
    about = item.stat(follow_symlinks=False)
    if stat.S_ISLNK(about.st_mode):
        return REFUSED, LINK
    if not is_folder and not stat.S_ISREG(about.st_mode):
        return REFUSED, "is a pipe, a socket or a device, which is not opened: hand in ordinary files"
    if not is_folder and about.st_nlink > 1:
        return REFUSED, "is another name of a file elsewhere (a hard link): hand in a copy of the file"
    if not os.access(item.path, os.R_OK | os.X_OK if is_folder else os.R_OK):
        return UNREADABLE, "cannot be opened: its owner has not permitted it"
    if not is_folder and not is_archive and about.st_size > MEMBER:
        return REFUSED, TOO_LARGE
    return "", ""


def _archive(path, parts, scratch, numbers, outer=(), room=None):
    """outer: of the archives around this one, as in Entry; room: how many bytes and files may still be unpacked."""
    archives = (*outer, len(parts))
    entry = functools.partial(Entry, archives=archives)
    if len(archives) > DEPTH:
        yield entry(parts, None, REFUSED, f"has more than {DEPTH} archives inside one another")
        return
    try:
        with open(path, "rb") as file:
            listed = (zipfile._EndRecData(file) or [0] * 6)[5]  # bytes of its list of members, as zipfile will read it
        if parts and listed > MEMBERS * LISTED:
            yield entry(parts, None, REFUSED, f"is an archive of more than {MEMBERS:,} files")
            return
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            members = [(info, *_member(info)) for info in infos]
            members = [member for member in members if member[2] or not any(map(_is_clutter, member[1]))]
            if parts:
                room = room or [_allowed(path.stat().st_size), MEMBERS]
                size = sum(info.file_size for info, *_ in members)
                if len(infos) > room[1]:
                    yield entry(parts, None, REFUSED, f"is an archive of more than {MEMBERS:,} files")
                    return
                if size > room[0]:
                    why = f"is an archive that would unpack to {size // 1_000_000:,} MB: there is no room"
                    yield entry(parts, None, REFUSED, why)
                    return
                room[0], room[1] = room[0] - size, room[1] - len(infos)
            else:
                members = _each_in_its_room(members)
            if not members and parts:
                yield entry(parts)
            for info, names, why in members:
                here = (*parts, *names)
                if why:
                    yield entry(here, None, REFUSED, why)
                elif info.filename.endswith(("/", "\\")):
                    yield entry(here)
                elif not _unpack(archive, info, target := scratch / f"{next(numbers):06}"):
                    why = "cannot be unpacked: the archive is damaged, or packed in an unusual way"
                    yield entry(here, None, UNREADABLE, why)
                elif here[-1].lower().endswith(".zip"):  # in the archive of all, each student has a room
                    inner = (*here[:-1], here[-1][:-4])
                    yield from _archive(target, inner, scratch, numbers, archives, room if parts else None)
                else:
                    yield entry(here, target)
    except Exception as error:  # zipfile raises many kinds on damaged archives
        _raise_if_machine(error)
        yield entry(parts, None, UNREADABLE, "is not a zip archive, or is damaged")


def _allowed(packed):
    """Return how many bytes an archive of so many may be unpacked to."""
    return min(TOTAL, max(BOMB[0], BOMB[1] * packed))


def _each_in_its_room(members):
    """Return the members of the archive of all, with why those are not unpacked for which a student has no room.

    What is under one name, below the folders that all have in common, is one student's: no one takes up the room of others.
    """
    names = [names for _, names, _ in members]
    common = len(os.path.commonprefix(names)) if len(set(names)) > 1 else 0
    of_each = defaultdict(list)
    for member in members:
        of_each[member[1][common : common + 1]].append(member)
    kept, left = [], CLASS
    for group in sorted(of_each.values(), key=lambda group: sum(info.file_size for info, *_ in group)):
        size, packed = (sum(getattr(info, name) for info, *_ in group) for name in ("file_size", "compress_size"))
        why = ""
        if len(group) > MEMBERS:
            why = f"is one of more than {MEMBERS:,} files"
        elif size > min(_allowed(packed), left):
            why = f"is one of files that would unpack to {size // 1_000_000:,} MB: there is no room"
        else:
            left -= size
        kept += [(info, names, obstacle or why) for info, names, obstacle in (group[:1] if why else group)]
    return kept


def _unpack(archive, info, target):
    """Return whether a member could be unpacked."""
    try:
        with archive.open(info) as packed, open(target, "xb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    except Exception as error:
        _raise_if_machine(error)
        return False
    return True


def _raise_if_machine(error):
    """Pass on what says nothing against the archive: this machine has no more room, memory or files to open."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in NO_ROOM:
        raise error


def _member(info):
    """Return the parts of a member's name, and why it is not unpacked ("" if it may be)."""
    raw = info.filename
    if not info.flag_bits & 0x800:  # not marked as UTF-8, and often UTF-8 all the same
        with contextlib.suppress(UnicodeError):
            raw = raw.encode("cp437").decode("utf-8")
    pieces = re.split(r"[/\\]", raw)
    names = tuple(clean(piece) for piece in pieces if piece not in ("", ".", ".."))
    kind = stat.S_IFMT(info.external_attr >> 16)
    leads_out = raw.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", raw) or ".." in pieces or not names
    obstacles = {
        "has a name that leads outside its archive": leads_out,
        LINK: kind == stat.S_IFLNK,
        "is a special file: hand in ordinary files": kind not in (0, stat.S_IFLNK, stat.S_IFREG, stat.S_IFDIR),
        "is packed in an unusual way: hand in an ordinary zip file": info.compress_type not in PACKED,
        "is in an archive that is locked with a password: hand it in without one": info.flag_bits & 1,
        TOO_LARGE: info.file_size > MEMBER and not raw.lower().endswith(".zip"),
        TOO_DEEP: len(names) > FOLDERS,
    }
    return names, next((why for why, is_so in obstacles.items() if is_so), "")
