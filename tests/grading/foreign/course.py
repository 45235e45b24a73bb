"""A course about the weather, as another school might have it: what the autograder is told of it, and no more."""

import random
from pathlib import Path

from autograder import Course

HERE = Path(__file__).resolve().parent


def _table(chance: random.Random) -> dict[str, bytes]:
    rows = [f"{day},{chance.randint(0, 30)}" for day in range(1, 32)]
    return {"data/rain.csv": "\n".join(["day,mm", *rows, ""]).encode()}


def data(seed: str) -> dict[str, dict[str, bytes]]:
    """Return a month of rain that everybody has, and one that nobody has seen."""
    return {"released": _table(random.Random("May")), "variant": _table(random.Random(seed))}


COURSE = Course(
    name="weather",
    assignments=HERE / "assignments",
    data=data,
    library=(HERE / "forecast",),
    preload=frozenset({"forecast", "pandas"}),
    files=lambda assignment: data("")["released"],
    read_me="{title}\n{line}\n\nOpen {name}.ipynb.\n",
)
