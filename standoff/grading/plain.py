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
ITEMS = 20_000  # in one container, cells of a table: more is no answer to a task


def plain(value, depth=0):
    """`value` as plain data. What is too deep, too large or of an unknown kind becomes ["other", its type]."""
    if value is None or value is ... or value is pd.NA or value is pd.NaT:
        return ["nothing"]
    if isinstance(value, (bool, np.bool_)):
        return ["bool", bool(value)]
    if isinstance(value, (int, np.integer)):
        return _number(int(value))
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    if isinstance(value, str):
        return ["text", str(value)]
    if isinstance(value, (datetime.date, np.datetime64)):
        return ["date", pd.Timestamp(value).isoformat()]
    if depth < DEPTH:
        many = _container(value, depth + 1)
        if many:
            return many
    return ["other", type(value).__name__[:80]]


def _number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return ["number", str(value)]
    return ["number", value if abs(value) < 1e300 else float(value)]


def _container(value, depth):
    def items(values):
        return [plain(item, depth) for item in values]

    if isinstance(value, pd.DataFrame):
        if value.size > ITEMS:
            return None
        index = value.index
        default = index.nlevels == 1 and index.equals(pd.RangeIndex(len(index))) and index.name is None
        names = [] if default else [name if name is None else str(name) for name in index.names]
        labels = [[] if default else list(label) if index.nlevels > 1 else [label] for label in index]
        columns = [value.iloc[:, number].tolist() for number in range(value.shape[1])]
        rows = [items([*label, *(column[place] for column in columns)]) for place, label in enumerate(labels)]
        return ["table", names, items(value.columns.tolist()), rows]
    if isinstance(value, pd.Series):
        return ["series", items(value.index.tolist()), items(value.tolist())] if value.size <= ITEMS else None
    if isinstance(value, (dict, list, tuple, set, frozenset, np.ndarray, pd.Index, pd.api.extensions.ExtensionArray)):
        if (value.size if isinstance(value, np.ndarray) else len(value)) > ITEMS:
            return None
        if isinstance(value, dict):
            return ["map", [items(pair) for pair in value.items()]]
        if isinstance(value, (set, frozenset)):
            return ["set", items(value)]
        return plain(value.item()) if getattr(value, "ndim", 1) == 0 else ["list", items(value)]
    return None
