"""Values as plain data: what an answer is, without any of the objects that said it.

A submission's process turns its answers into JSON with `plain`; whoever judges them, elsewhere, sees numbers, texts and
lists, and calls nothing that the submission made. Each value is a list whose first item names its kind:

["nothing"], ["bool", true], ["number", 0.5] (or "nan", "inf", "-inf"), ["text", "Joe Biden"], ["date", "2022-02-15T00:00:00"],
["list", [items]], ["set", [items]], ["map", [[key, value], ...]], ["series", [labels], [items]],
["table", [index names], [column names], [[index values..., cells...], ...]], ["other", "name of the type"]
"""

import datetime
import math

import numpy as np
import pandas as pd

DEPTH = 6  # of containers in containers
ITEMS = 20_000  # in all containers of an answer together: more is no answer to a task
CHARACTERS = 100_000  # of a text


def plain(value):
    """`value` as plain data. What is too deep, too large or of an unknown kind becomes ["other", its type]."""
    return _Reader().plain(value)


class _Reader:
    """Reads one value, and counts how much it has read: the same list may stand in a list a thousand times."""

    def __init__(self):
        self.left = ITEMS

    def plain(self, value, depth=0):
        if value is None or value is ... or value is pd.NA or value is pd.NaT:
            return ["nothing"]
        if isinstance(value, (np.datetime64, np.timedelta64)) and np.isnat(value):
            return ["nothing"]
        if isinstance(value, (bool, np.bool_)):
            return ["bool", bool(value)]
        if isinstance(value, (int, np.integer)):
            return _number(int(value))
        if isinstance(value, (float, np.floating)):
            return _number(float(value))
        if isinstance(value, str) and len(value) <= CHARACTERS:
            return ["text", str(value)]
        if isinstance(value, (datetime.date, np.datetime64)):
            return ["date", pd.Timestamp(value).isoformat()]
        return (depth < DEPTH and self.container(value, depth + 1)) or ["other", type(value).__name__[:80]]

    def items(self, values, depth):
        return [self.plain(item, depth) for item in values]

    def container(self, value, depth):
        """A container as plain data; None if it is none, or too large."""
        size = _size(value)
        if size is None or size > self.left:
            return None
        self.left -= size
        if isinstance(value, pd.DataFrame):
            return self.table(value, depth)
        if isinstance(value, pd.Series):
            return ["series", self.items(value.index.tolist(), depth), self.items(value.tolist(), depth)]
        if isinstance(value, dict):
            return ["map", [self.items(pair, depth) for pair in value.items()]]
        if isinstance(value, (set, frozenset)):
            return ["set", self.items(value, depth)]
        if getattr(value, "ndim", 1) == 0:  # an array of one number, not in brackets
            return self.plain(value.item(), depth)
        return ["list", self.items(value, depth)]

    def table(self, value, depth):
        index = value.index
        default = index.nlevels == 1 and index.equals(pd.RangeIndex(len(index))) and index.name is None
        names = [] if default else [name if name is None else str(name) for name in index.names]
        labels = [[] if default else list(label) if index.nlevels > 1 else [label] for label in index]
        columns = [value.iloc[:, number].tolist() for number in range(value.shape[1])]
        rows = [
            self.items([*label, *(column[place] for column in columns)], depth) for place, label in enumerate(labels)
        ]
        return ["table", names, self.items(value.columns.tolist(), depth), rows]


def is_missing(value):
    """Return whether plain data say that there is no value (bool)."""
    return value == ["nothing"]


def _number(value):
    if isinstance(value, int) and abs(value) >= 10**300:
        return ["number", "inf" if value > 0 else "-inf"]
    return ["number", value if math.isfinite(value) else str(value)]


def _size(value):
    """How many items a container has (at least 1); None if it is no container."""
    if isinstance(value, np.ndarray):
        return max(1, value.size)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return max(1, len(value), value.size)
    if isinstance(value, (dict, list, tuple, set, frozenset, pd.Index, pd.api.extensions.ExtensionArray)):
        return max(1, len(value))
    return None


# ---- plain data that came from elsewhere ----

PARTS = {"nothing": 0, "bool": 1, "number": 1, "text": 1, "date": 1, "other": 1} | {
    "list": 1,
    "set": 1,
    "map": 1,
    "series": 2,
    "table": 3,
}


def checked(value, depth=0):
    """`value` if it is plain data as above and nothing else (texts without halves of characters), else None."""
    if not isinstance(value, list) or not value or not isinstance(value[0], str) or depth > DEPTH:
        return None
    kind, parts = value[0], value[1:]
    if len(parts) != PARTS.get(kind):
        return None
    if kind == "nothing":
        return value
    if kind == "bool":
        return value if type(parts[0]) is bool else None
    if kind == "number":
        number = parts[0]
        return (
            value
            if number in ("nan", "inf", "-inf") or (type(number) in (int, float) and abs(number) < 1e300)
            else None
        )
    if kind in ("text", "date", "other"):
        return [kind, _whole(parts[0])] if isinstance(parts[0], str) else None
    try:
        return [kind, *_CHECKS[kind](lambda items: _all(items, depth + 1), *parts)]
    except (TypeError, ValueError):
        return None


def _all(items, depth):
    found = [checked(item, depth) for item in items] if isinstance(items, list) else [None]
    if None in found:
        raise ValueError
    return found


def _checked_map(all_of, pairs):
    pairs = [all_of(pair) for pair in pairs]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError
    return [pairs]


def _checked_series(all_of, labels, items):
    if len(labels) != len(items):
        raise ValueError
    return [all_of(labels), all_of(items)]


def _checked_table(all_of, names, columns, rows):
    if not isinstance(names, list) or not all(name is None or isinstance(name, str) for name in names):
        raise ValueError
    rows = [all_of(row) for row in rows]
    if any(len(row) != len(names) + len(columns) for row in rows):
        raise ValueError
    return [[name and _whole(name) for name in names], all_of(columns), rows]


_CHECKS = {
    "list": lambda all_of, items: [all_of(items)],
    "set": lambda all_of, items: [all_of(items)],
    "map": _checked_map,
    "series": _checked_series,
    "table": _checked_table,
}


def _whole(text):
    return text.encode("utf-8", "replace").decode()


def brief(value, length=200):
    """Plain data as a short text for people."""
    kind, parts = value[0], value[1:]
    if kind == "map":
        words = ", ".join(f"{brief(key, 40)}: {brief(item, 40)}" for key, item in parts[0][:20])
        words = f"dict of {len(parts[0])}: {words}"
    elif kind == "series":
        words = ", ".join(f"{brief(key, 40)}: {brief(item, 40)}" for key, item in zip(parts[0][:20], parts[1]))
        words = f"Series of {len(parts[0])}: {words}"
    elif kind in ("list", "set"):
        words = f"{kind} of {len(parts[0])}: {', '.join(brief(item, 40) for item in parts[0][:20])}"
    elif kind == "table":
        words = f"DataFrame of {len(parts[2])} rows: {', '.join(brief(name, 40) for name in parts[1][:20])}"
    elif kind == "other":
        words = f"an object of type {parts[0]}"
    else:
        words = str(parts[0]) if parts else "nothing"
    words = " ".join("".join(one if one.isprintable() else " " for one in words[: 2 * length]).split())
    return words if len(words) <= length else f"{words[: length - 1]}…"
