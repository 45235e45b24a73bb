"""Tell whose each file is, by the ways in which learning platforms name and arrange what they export.

One function for each platform takes a Folder of an export and returns the owners of what lies in it, by name: of those names
that have its form. `owned` asks them all, and takes what no platform has named for folders, archives and files of students.
What lies inside what one student handed in is never looked at in this way: it is hers, whatever its name.
"""

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .notebooks import Known, looks_like
from .unpack import REFUSED, Entry

WRAPPERS = re.compile(
    r"submissions?|submitted( files)?|working files|dropbox(es)?|dropped|abgaben?|rendus|multi_feedback.*", re.I
)
# What platforms write themselves, beside what was handed in.
LISTS = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".txt", ".html", ".xml", ".json", ".md", ".yml", ".yaml"}
MIXED = "holds what looks like the export of a class, beside individual submissions: grade it by itself"
LIST_SIZE = 5_000_000  # bytes of such a file that is read


@dataclass(frozen=True)
class Owner:
    """Whose something is.

    name, number  what the platform calls her, the number so that two of one name are two; "" if it has none
    rest          what the platform's name of a file leaves of the student's own
    time          when it was handed in, as the platform says; without a time zone it is that of the platform
    late          the platform says that it came late
    """

    name: str
    number: str = ""
    rest: tuple = ()
    time: datetime.datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Owned:
    """One thing that was handed in, and whose it is.

    parts: its names below the student; home: the folder of the export; layout: the one that has told.
    """

    owner: Owner
    parts: tuple
    entry: Entry
    home: tuple
    layout: str


@dataclass
class Folder:
    """A folder or archive: what lies in it, by the first name. parts: the names that lead to it."""

    parts: tuple
    known: Known
    inside: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, parts: tuple, known: Known, entries: Iterable[Entry]) -> "Folder":
        """Return the folder that these names lead to."""
        folder = cls(parts, known)
        for entry in entries:
            if len(entry.parts) > len(parts):
                folder.inside[entry.parts[len(parts)]].append(entry)
        return folder

    def child(self, name: str) -> "Folder":
        """Return a folder in this one."""
        return Folder.of((*self.parts, name), self.known, self.inside[name])

    def file(self, name: str) -> Entry | None:
        """Return the file of this name that lies in this folder itself, if there is one."""
        path = (*self.parts, name)
        return next((entry for entry in self.inside.get(name, ()) if entry.parts == path and entry.path), None)

    def text(self, name: str) -> str:
        """Return the text of a file that the platform has written; "" if there is none."""
        entry = self.file(name)
        if entry is None or entry.path.stat().st_size > LIST_SIZE:
            return ""
        return entry.path.read_text(encoding="utf-8-sig", errors="replace")

    def folders(self) -> list[str]:
        """Return the names of folders and archives."""
        return [name for name in self.inside if not self.file(name)]

    def is_archive(self, name: str) -> bool:
        """Whether this name in the folder is that of an archive."""
        return any(len(self.parts) + 1 in entry.archives for entry in self.inside[name])


Owners = dict[str, list[Owner]]


def _matching(folder, pattern, owner):
    """Return the owner of each name that a pattern fits, as `owner` makes it of the match."""
    return {name: [owner(match)] for name in folder.inside if (match := pattern.match(name))}


def _time(text: str, *formats: str) -> datetime.datetime | None:
    for form in formats:
        try:
            return datetime.datetime.strptime(text, form)
        except ValueError:
            continue
    return None


# ---- platforms ----

MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?$")


def moodle(folder: Folder) -> Owners:
    """Recognise `Anna Lee_123_assignsubmission_file_`, a folder or the beginning of a file's name."""

    def owner(match):
        return Owner(match["name"].strip(), match["number"], (match["rest"],) if match["rest"] else ())

    return _matching(folder, MOODLE, owner)


CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<rest>.+)$", re.I)
CANVAS_COPY = re.compile(r"^(?P<stem>.+)-(?P<number>\d+)(?P<end>(?:\.\w+)*)$")


def canvas(folder: Folder) -> Owners:
    """Recognise `leeanna_LATE_123_456_file-1.ipynb`, where -1 is the number of the attempt."""

    def owner(match):
        copy = CANVAS_COPY.match(match["rest"])
        rest = f"{copy['stem']} ({copy['number']}){copy['end']}" if copy else match["rest"]
        return Owner(match["name"].strip(), match["number"], (rest,), late=bool(match["late"]))

    return _matching(folder, CANVAS, owner)


BLACKBOARD = re.compile(r"(?P<who>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)?$")


def blackboard(folder: Folder) -> Owners:
    """Recognise `Assignment_anna_attempt_2024-05-09-10-11-12_file.ipynb`, and the receipts that name the user."""
    matches = {name: match for name in folder.inside if (match := BLACKBOARD.match(name))}
    users = {}
    for name, match in matches.items():
        receipt = re.search(r"^Name: .*\((.+)\)\s*$", folder.text(name), re.M) if not match["rest"] else None
        if receipt and match["who"].endswith(f"_{receipt[1]}"):
            users[match["who"]] = receipt[1]
    whos = sorted({match["who"] for match in matches.values()})
    same = (
        [
            index
            for index, sign in enumerate(whos[0])
            if sign == "_" and all(who[: index + 1] == whos[0][: index + 1] for who in whos)
        ]
        if whos
        else []
    )
    title = max(same, default=-1) + 1 if len(whos) > 1 else whos[0].rfind("_") + 1 if whos else 0
    return {
        name: [
            Owner(
                users.get(match["who"], match["who"][title:]),
                rest=(match["rest"] or "receipt.txt",),
                time=_time(match["time"], "%Y-%m-%d-%H-%M-%S"),
            )
        ]
        for name, match in matches.items()
    }


BRIGHTSPACE = re.compile(r"(?P<number>\d+)-\d+ - (?P<name>.+?) - (?P<time>[^-]*\d{4}[^-]*\d.*)$")
CLOCK = re.compile(r"\b(\d{1,2}):?(\d\d)\b(?= *(?:[AP]M)?$)")


def brightspace(folder: Folder) -> Owners:
    """Recognise `123-456 - Anna Lee - May 9, 2024 1023 AM`, a folder of one attempt."""

    def owner(match):
        text = CLOCK.sub(r"\1:\2", " ".join(match["time"].split()))
        days = ("%b %d, %Y", "%B %d, %Y", "%d %b, %Y", "%d %B, %Y", "%d %B %Y", "%d %b %Y")
        time = _time(text, *(f"{day} {clock}" for day in days for clock in ("%I:%M %p", "%H:%M")))
        return Owner(match["name"].strip(), match["number"], time=time)

    return _matching(folder, BRIGHTSPACE, owner)


SAKAI = re.compile(r"(?P<name>[^()]+, ?[^()]*)\((?P<number>[^()]+)\)$")


def sakai(folder: Folder) -> Owners:
    """Recognise `Lee, Anna(alee)`, a folder with `Submission attachment(s)` and the time in `timestamp.txt`."""
    owners = {}
    for name in folder.folders():
        match, inside = SAKAI.match(name), folder.child(name)
        if match and {"Submission attachment(s)", "timestamp.txt"} & inside.inside.keys():
            time = _time(inside.text("timestamp.txt").strip()[:14], "%Y%m%d%H%M%S")
            owners[name] = [Owner(match["name"].strip(), match["number"], time=time)]
    return owners


def gradescope(folder: Folder) -> Owners:
    """Recognise folders `submission_501` beside `submission_metadata.yml`, which names one student or a group for each."""
    records = _records(folder.text("submission_metadata.yml"))
    owners = {}
    for name in folder.folders():
        about = records.get(name)
        submitters = about.get(":submitters") if isinstance(about, dict) else None
        if isinstance(submitters, list):
            time = about.get(":created_at")
            owners[name] = [
                Owner(
                    str(one.get(":name")),
                    str(one.get(":sid") or one.get(":email") or ""),
                    time=time if isinstance(time, datetime.datetime) else None,
                )
                for one in submitters
                if isinstance(one, dict) and one.get(":name")
            ]
    return {name: people for name, people in owners.items() if people}


def _records(text):
    """Return the records of a YAML file; none if it is damaged, or if it refers to itself and so may grow without bounds."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            return {}
        records = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return records if isinstance(records, dict) else {}


def teams(folder: Folder) -> Owners:
    """Recognise `Anna Lee/Assignment/Version 2`, as Microsoft Teams keeps attempts."""
    versions = re.compile(r"Version \d+$", re.I)
    depth = len(folder.parts)
    return {
        name: [Owner(name)]
        for name in folder.folders()
        if any(len(entry.parts) > depth + 3 and versions.match(entry.parts[depth + 2]) for entry in folder.inside[name])
    }


CLASSROOM = re.compile(r"(?P<name>[^-].*?) - (?P<rest>.+)$")


def google_classroom(folder: Folder) -> Owners:
    """Recognise `Anna Lee - Copy of 3-claims.ipynb`, files in one folder."""
    matches = {name: match for name in folder.inside if folder.file(name) and (match := CLASSROOM.match(name))}
    return {
        name: [Owner(match["name"].strip(), rest=(match["rest"],))]
        for name, match in matches.items()
        if looks_like(folder.file(name)) and not folder.known.named(match["name"])
    }


def github_classroom(folder: Folder) -> Owners:
    """Recognise `3-claims-annalee`, repositories that begin with an assignment, or with that of `NAME-submissions` above."""
    above = folder.parts[-1] if folder.parts else ""
    slugs = [above.removesuffix("-submissions")] * above.endswith("-submissions") + folder.known.names
    begun = {name: next((slug for slug in slugs if name.startswith(f"{slug}-")), "") for name in folder.folders()}
    return {name: [Owner(name[len(slug) + 1 :])] for name, slug in begun.items() if slug and name != f"{slug}-"}


LAYOUTS: dict[str, Callable[[Folder], Owners]] = {
    "moodle": moodle,
    "canvas": canvas,
    "blackboard": blackboard,
    "brightspace": brightspace,
    "sakai": sakai,
    "gradescope": gradescope,
    "teams": teams,
    "google-classroom": google_classroom,
    "github-classroom": github_classroom,
}
FOLDERS = "folders"  # of students, or archives, or files with their names: not any platform's


# ---- a whole source ----


@dataclass
class Reading:
    """What `owned` has understood.

    layouts: how many names each has told; signs: the first of them; left_aside: what belongs to no one; unsure: archives beside
    nothing else, with the layout that their own names have.
    """

    owned: list[Owned] = field(default_factory=list)
    layouts: Counter = field(default_factory=Counter)
    signs: dict[str, str] = field(default_factory=dict)
    left_aside: list[str] = field(default_factory=list)
    unsure: dict[str, str] = field(default_factory=dict)


def owned(entries: Iterable[Entry], known: Known, layout: str = "") -> Reading:
    """Tell whose everything is that was handed in. layout: the only one of LAYOUTS, or FOLDERS, that is to be asked."""
    reading = Reading()
    _walk(Folder.of((), known, entries), layout, reading)
    return reading


def _walk(folder, layout, reading):
    owners, told = _owners(folder, layout)
    reading.layouts.update(told.values())
    for name, platform in told.items():
        reading.signs.setdefault(platform, "/".join((*folder.parts, name)))
    others = {name for name in folder.inside if name not in owners and not _is_list(folder, name)}
    classes = set() if owners else _classes(folder, others, layout)
    for name, entries in folder.inside.items():
        below = len(folder.parts) + 1
        if name in owners:
            for owner in owners[name]:
                reading.owned += [
                    Owned(owner, entry.parts[below:] or owner.rest, entry, folder.parts, told[name])
                    for entry in entries
                ]
        elif name in classes and not layout and folder.is_archive(name) and (told := _claims(folder.child(name))):
            reading.unsure["/".join((*folder.parts, name))] = told
        elif name in classes:
            _walk(folder.child(name), layout, reading)
        elif name not in others or layout not in ("", FOLDERS):
            reading.left_aside += ["/".join(entry.parts) for entry in entries]
        else:
            reading.layouts[FOLDERS] += 1
            reading.signs.setdefault(FOLDERS, "/".join((*folder.parts, name)))
            student = _loose(name, folder.known) if folder.file(name) else name
            if _is_export(folder.child(name), layout):
                entries = [Entry((*folder.parts, name), None, REFUSED, MIXED)]
            reading.owned += [
                Owned(Owner(student), entry.parts[below - bool(folder.file(name)) :], entry, folder.parts, FOLDERS)
                for entry in entries
            ]


def _owners(folder, layout):
    """Return (owners by name, the layout that told each name)."""
    owners, told = {}, {}
    for name, recognise in LAYOUTS.items():
        if layout in ("", name):
            for part, people in recognise(folder).items():
                if part not in owners:
                    owners[part], told[part] = people, name
    return owners, told


def _is_list(folder, name):
    """Whether this is a file that platforms and teachers put beside what was handed in."""
    entry = folder.file(name)
    is_list = entry is not None and Path(name).suffix.lower() in LISTS
    return is_list and not _is_work(name, entry, folder.known)


def _classes(folder, others, layout):
    """Return those names in a folder that hold several students' work, and not that of one.

    A student may choose the name of her archive and what is in it: where others have handed in beside it, it is hers.
    """
    by_name = {name for name in others if not folder.file(name) and _says_several(folder.known, name)}
    exports = {name for name in others if not folder.file(name) and _is_export(folder.child(name), layout)}
    if others == by_name | exports:
        return others
    if len(others) == 1 and _holds_students(folder, *others):
        return others
    return {name for name in by_name if not folder.is_archive(name)}


def _claims(folder):
    """Return the layout by which an archive names several students, or any by a platform's form; "" if it does not.

    A student may have made it, and the names in it: where it lies beside nothing else, only the teacher knows.
    """
    owners, told = _owners(folder, "")
    names = [name for name in folder.inside if not _is_list(folder, name)]
    if owners:
        return next(iter(told.values()))
    if len(names) == 1 and not folder.file(names[0]):
        return _claims(folder.child(names[0]))
    return FOLDERS if len(names) > 1 else ""


def _says_several(known, name):
    return known.is_name(name) or bool(WRAPPERS.fullmatch(name))


def _is_export(folder, layout):
    """Whether what lies here, or in the only folder here, has the names that platforms give."""
    owners, _ = _owners(folder, layout)
    others = [name for name in folder.inside if name not in owners and not _is_list(folder, name)]
    if owners:
        return not others
    return len(others) == 1 and not folder.file(others[0]) and _is_export(folder.child(others[0]), layout)


def _holds_students(folder, name):
    """Whether what is in the only folder of a folder are folders or files of several students."""
    inside = folder.child(name)
    if folder.file(name) or folder.is_archive(name):
        return False
    files = [part for part in inside.inside if (entry := inside.file(part)) and _is_work(part, entry, folder.known)]
    if files:
        return len({_loose(part, folder.known) for part in files if _names_somebody(part, folder.known)}) > 1
    folders = inside.folders()
    if len(folders) == 1:
        return bool(WRAPPERS.fullmatch(folders[0])) or _holds_students(inside, folders[0])
    return sum(not folder.known.is_name(part) for part in folders) > 1


def _is_work(name, entry, known):
    return bool(known.named(name)) or looks_like(entry)


def _names_somebody(name, known):
    return bool(known.named(name)) and not known.is_name(Path(name).stem) and not known.is_name(_loose(name, known))


def _loose(name, known):
    """Return the student of a file outside any student's folder: what its name says besides the assignment."""
    stem = re.sub(r"(\.ipynb)?\.\w+$", "", name) or name
    if assignment := known.named(stem):
        left = re.sub(rf"(?i){re.escape(assignment)}", "", stem).strip(" _-.")
        if left and not re.fullmatch(r"\(\d+\)", left):
            return left
    return stem
