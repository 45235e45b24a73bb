"""Turn an answer into plain data: JSON that gives its value, and nothing of the objects that it was made of.

A submission's process writes its answers as plain data; the process that judges them reads numbers, strings and
lists, and runs none of the submission's code. A value is a dict with its `kind` and the fields that FIELDS lists for it:

{"kind": "number", "value": 0.5}, {"kind": "list", "items": [...]}, {"kind": "series", "labels": [...], "items": [...]},
{"kind": "table", "index": ["actor_id"], "columns": [...], "rows": [[...], ...]} with the index in front of each row, ...
"""

import datetime
import decimal
import numbers

import numpy as np
import pandas as pd

DEPTH = 6  # of containers in containers
ITEMS = 20_000  # in all containers of an answer together
CHARACTERS = 100_000  # of a text
LARGEST = 1e300  # a number beyond it counts as infinite

_CONTAINERS = (dict, list, tuple, set, frozenset, pd.Index, pd.api.extensions.ExtensionArray)


def plain(value: object) -> dict:
    """Return `value` as plain data; kind "other" is for what is too deep, too large, unknown, or cannot be read."""
    try:
        return _Reader().read(value)
    except Exception:  # a submission may define a class that raises anything when it is looked at
        return _other(value)


class _Reader:
    """Read one value and count its items: the same list may be in another list a thousand times."""

    def __init__(self):
        self.left = ITEMS

    def read(self, value, depth=0):
        if value is None or value is ... or value is pd.NA or value is pd.NaT:
            return {"kind": "nothing"}
        if isinstance(value, (np.datetime64, np.timedelta64)) and np.isnat(value):
            return {"kind": "nothing"}
        for types, kind, tell in _SCALARS:
            if isinstance(value, types) and (types is not str or len(value) <= CHARACTERS):
                return {"kind": kind, "value": tell(value)}
        return (depth < DEPTH and self.container(value, depth + 1)) or _other(value)

    def items(self, values, depth):
        return [self.read(item, depth) for item in values]

    def container(self, value, depth):
        """Return a container as plain data, or None if it is not a container, or too large."""
        size = _size(value)
        if size is None or size > self.left:
            return None
        self.left -= size
        if isinstance(value, pd.DataFrame):
            return self.table(value, depth)
        if isinstance(value, pd.Series):
            labels, items = value.index.tolist(), value.tolist()
            return {"kind": "series", "labels": self.items(labels, depth), "items": self.items(items, depth)}
        if isinstance(value, dict):
            return {"kind": "map", "labels": self.items(value, depth), "items": self.items(value.values(), depth)}
        if getattr(value, "ndim", 1) == 0:  # an array of a single number without brackets
            return self.read(value.item(), depth)
        kind = "set" if isinstance(value, (set, frozenset)) else "list"
        return {"kind": kind, "items": self.items(value, depth)}

    def table(self, frame, depth):
        index, many = frame.index, frame.index.nlevels > 1
        numbered = index.name is None and index.equals(pd.RangeIndex(len(index)))
        rows = frame.itertuples(index=not numbered, name=None)
        return {
            "kind": "table",
            "index": [] if numbered else [None if name is None else str(name) for name in index.names],
            "columns": self.items(frame.columns.tolist(), depth),
            "rows": [self.items([*row[0], *row[1:]] if many else row, depth) for row in rows],
        }


def _other(value):
    return {"kind": "other", "type": type(value).__name__[:80]}


def _number(value):
    value = int(value) if isinstance(value, numbers.Integral) else float(value)
    if abs(value) < LARGEST:
        return value
    return "nan" if value != value else "inf" if value > 0 else "-inf"


_SCALARS = [  # types, in this order; what they are told as, and how
    ((bool, np.bool_), "bool", bool),
    ((datetime.timedelta, np.timedelta64), "text", lambda value: str(pd.Timedelta(value))),  # NumPy's are numbers, too
    ((numbers.Real, decimal.Decimal), "number", _number),
    (str, "text", str),
    ((datetime.date, np.datetime64), "date", lambda value: pd.Timestamp(value).isoformat()),
    ((pd.Interval, pd.Period), "text", str),
]


def _size(value):
    """Return how many items a container has (at least 1), or None if it is no container."""
    if isinstance(value, np.ndarray):
        return max(1, value.size)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return max(1, len(value), value.size)
    return max(1, len(value)) if isinstance(value, _CONTAINERS) else None


def is_missing(value: dict) -> bool:
    """Return whether plain data are nothing, or a number that is none (NaN)."""
    return value == {"kind": "nothing"} or value == {"kind": "number", "value": "nan"}


# ---- plain data from an untrusted process ----


def checked(value: object, depth: int = 0) -> dict | None:
    """Return what JSON from elsewhere says if it is plain data and nothing else, with whole characters only; else None."""
    try:
        return _checked(value, depth)
    except (TypeError, ValueError, LookupError):
        return None


def _checked(value, depth):
    fields = FIELDS[value["kind"]]
    if type(value) is not dict or len(value) != 1 + len(fields) or depth > DEPTH:
        raise ValueError
    data = {"kind": value["kind"], **{name: check(value[name], depth + 1) for name, check in fields.items()}}
    if "labels" in data and len(data["labels"]) != len(data["items"]):
        raise ValueError
    if "rows" in data and {len(row) for row in data["rows"]} - {len(data["index"]) + len(data["columns"])}:
        raise ValueError
    return data


def _typed(*types):
    def check(value, depth):
        if type(value) not in types:
            raise ValueError
        return value.encode("utf-8", "replace").decode() if type(value) is str else value

    return check


def _list_of(check):
    a_list = _typed(list)
    return lambda items, depth: [check(item, depth) for item in a_list(items, depth)]


def _checked_number(value, depth):
    if value in ("nan", "inf", "-inf") or (type(value) in (int, float) and abs(value) < LARGEST):
        return value
    raise ValueError


_values = _list_of(_checked)
FIELDS = {
    "nothing": {},
    "bool": {"value": _typed(bool)},
    "number": {"value": _checked_number},
    "text": {"value": _typed(str)},
    "date": {"value": _typed(str)},
    "list": {"items": _values},
    "set": {"items": _values},
    "map": {"labels": _values, "items": _values},
    "series": {"labels": _values, "items": _values},
    "table": {"index": _list_of(_typed(str, type(None))), "columns": _values, "rows": _list_of(_values)},
    "other": {"type": _typed(str)},
}


def brief(value: dict, length: int = 200) -> str:
    """Return plain data as a short text for people, of at most `length` characters."""
    kind, parts = value["kind"], value.get("columns", value.get("items"))
    if parts is None:
        words = f"an object of type {value['type']}" if kind == "other" else str(value.get("value", "nothing"))
    else:
        shown = [brief(part, 40) for part in parts[:20]]
        if "labels" in value:
            shown = [f"{brief(label, 40)}: {part}" for label, part in zip(value["labels"], shown)]
        name = {"map": "dict", "series": "Series", "table": "DataFrame"}.get(kind, kind)
        size = f"{len(value['rows'])} rows" if kind == "table" else len(parts)
        words = f"{name} of {size}: {', '.join(shown)}"
    words = " ".join("".join(c if c.isprintable() else " " for c in words[: 2 * length]).split())
    return words if len(words) <= length else f"{words[: length - 1]}…"
