"""The map of the code in CONTRIBUTING.md, made of the first line of every module.

    python book.py run python tests/code_map.py      writes the map anew

The rooms and their order stand here; what each module is for stands in the module alone.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "CONTRIBUTING.md"
MAP = re.compile(r"(?<=<!-- map -->\n).*?(?=<!-- end of map -->)", re.S)
ROOMS = {
    "standoff": "the method",
    "standoff/coding": "a case of your own",
    "standoff/coding/foreign": "marks of other tools",
    "standoff/rules": "the rules that a case must keep",
    "standoff/display": "what chapters show",
    "answers": "whether an answer is right",
    "autograder": "release, grade and report, for any Jupyter course",
    "autograder/intake": "what was handed in",
    "autograder/run": "running it in isolation",
    "autograder/report": "marks, feedback, the class report",
    "assignments": "Standoff's course",
    "_ext": "Sphinx extensions",
    "_ext/finish": "the last steps over the written pages",
    "_static": "what pages load",
    "formats": "PDF, EPUB, archives",
    "binder": "what Binder installs",
    "benchmarks": "how long things take, and how many corruptions are found",
    ".": "the build",
}


def modules(room: str) -> list[Path]:
    """Return the modules and scripts that lie in a room itself, the package's own file first."""
    folder = ROOT / room
    return sorted([*folder.glob("*.py"), *folder.glob("*.js")], key=lambda path: (path.stem != "__init__", path.name))


def purpose(path: Path) -> str:
    """Return the first sentence of a module's docstring, or of the comment at the top of a script."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        comment = re.match(r"((?://.*\n)+)", text)
        words = re.sub(r"^// ?", "", comment[1], flags=re.M) if comment else ""
    else:
        words = ast.get_docstring(ast.parse(text)) or ""
    return re.split(r"(?<=[.?])\s", " ".join(words.split("\n\n")[0].split()))[0]


def code_map() -> str:
    """Return the map as Markdown: a heading per room, a row per module."""
    lines = []
    for room, title in ROOMS.items():
        rows = [f"| `{path.name}` | {purpose(path)} |" for path in modules(room) if purpose(path)]
        if rows:
            name = f"`{room}/`" if room != "." else "this folder"
            lines += [f"**{name}**: {title}", "", "| file | its job |", "|---|---|", *rows, ""]
    return "\n" + "\n".join(lines)


if __name__ == "__main__":
    guide = GUIDE.read_text(encoding="utf-8")
    GUIDE.write_text(MAP.sub(lambda _: code_map(), guide), encoding="utf-8")
