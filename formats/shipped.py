"""Name the cases that the project ships: whatever is packed to be passed on takes its data only from here."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("context", "practice", "report", "witnesses")  # every other folder of data/ is a reader's own


def shipped(*names: str, root: Path = ROOT) -> dict[str, bytes]:
    """Return the cases called `names` (all that are SHIPPED, if none is named): bytes by path under `root`.

    Of a case only its descriptor and the files that the descriptor names are taken, because a reader may keep a text
    of their own beside them; and of its folder `witnesses`, if it has one, likewise. Raises ValueError if a case has no
    licence.
    """
    contents = {}
    chosen = sorted({*SHIPPED} & {*(names or SHIPPED)})
    for name in [path for case in chosen for path in (case, f"{case}/witnesses")]:
        folder = root / "data" / name
        if not (folder / "datapackage.json").is_file():
            continue
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        if not package.get("licenses"):
            raise ValueError(f"data/{name} has no licence, so it is not packed")
        named = [entry.get("path") for entry in [*package["resources"], *package.get("sources", [])]]
        for file in ["datapackage.json", *named]:
            if file and (folder / file).is_file():
                contents[f"data/{name}/{file}"] = (folder / file).read_bytes()
    return contents


def left_out(root: Path = ROOT) -> list[str]:
    """Return the cases under `root` that are never packed, as sorted paths."""
    folders = {path.parent.name for path in (root / "data").glob("*/datapackage.json")}
    return [f"data/{name}" for name in sorted(folders - {*SHIPPED})]
