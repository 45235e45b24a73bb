"""Compare an answer with the right one, by one rule for exercises and assignments, and say what is wrong with it.

The kind of the right answer decides what is compared:

- Numbers are the same if they differ by no more than the tolerance (TOLERANCE unless a task says otherwise), or by a
  billionth of their size. 2 and 2.0 are the same, True and 1 are not, nor are 2 and "2". None, NaN and NaT are the same.
- In strings, capitalisation, the number of spaces, spaces at either end and the shape of quotation marks do not count.
- A list may be any sequence, array or column. Its order counts, unless the right answer is a set; repeated items count.
- A dict or Series may be either, or a table whose last column has the values. Labels count; their order does not, unless
  a task says so; the names of axes and of the Series do not count.
- In a table, columns are found by their names and may be in any order, and so may rows, unless a task says otherwise. An
  index may be columns instead; its name does not count if it stays an index; row numbers of pandas never count.
- The data types of numbers, categories and arrays do not count.

_static/book.js follows the rule for numbers and strings on the built pages; tests/answers.json has examples for both.
"""

import math
import sys

from .values import brief, is_missing, plain

TOLERANCE = 1e-6
ROUNDED = 0.0051  # how far off a share is that was rounded to two places
HAIR = 1e-9  # absolute and relative: 20.6 - 20.1 is not quite 0.5
PAIRS = 500  # entries of which all pairs are tried, in a time that grows with their square

CLOSE = "This is close, but not exact: do not round on the way, and look for a case counted too often or not at all."
CALLED = {"nothing": "nothing", "bool": "True or False", "number": "a number", "text": "a string", "date": "a date"}
CALLED |= {"list": "a list", "set": "a set", "map": "a dict", "series": "a Series", "table": "a DataFrame"}
CALLED |= {"other": "something else"}  # the name of a submission's own class could tell what a hidden question asks
WANTED = CALLED | {"list": "a list or a column", "map": "a dict or a Series", "series": "a Series with labels"}


def compare(
    expression: str,
    right: str,
    mistakes: dict[str, str] | None = None,
    tolerance: float = TOLERANCE,
    ordered: bool = False,
    files: bool = False,
    part: str = "",
    points: float = 0,
) -> None:
    """Assert in a hidden part of an assignment's check that `expression`, with the student's names, has the value of `right`.

    expression, right  Python expressions; the autograder evaluates them in two different processes
    mistakes           what to say about wrong values, by the expression that gives each
    tolerance          how far numbers may be off
    ordered            the order of rows and labels counts; lists are always ordered, unless `right` is a set
    files              the expression reads files that the student handed in, and is evaluated without the student's code
    part, points       of a task that has parts: what this part is called in the feedback, and what it is worth; a part may
                       have several comparisons, of which one names the points

    The autograder reads the arguments, so they must be literals. Called in a notebook, as stock nbgrader does, this function evaluates
    all expressions there and raises AssertionError with what to say.
    """
    scope = callers_names()
    answer, wanted, *wrong = (plain(eval(code, scope)) for code in (expression, right, *(mistakes or {})))
    reason = judge(answer, wanted, dict(zip((mistakes or {}).values(), wrong)), tolerance, ordered)
    if reason:
        raise AssertionError(reason)


def callers_names() -> dict:
    """Return the global names where the caller of this function was called: an author's code reads as the reader's would."""
    return sys._getframe(2).f_globals


def judge(
    answer: dict, right: dict, mistakes: dict[str, dict], tolerance: float = TOLERANCE, ordered: bool = False
) -> str:
    """Return why `answer` is not `right`, as a sentence, or "" if it is.

    All values are plain data. mistakes: foreseen wrong values, by the sentence to say to each.
    """
    if same(answer, right, tolerance, ordered):
        return ""
    for sentence, wrong in mistakes.items():
        if same(answer, wrong, tolerance, ordered) and not same(wrong, right, tolerance, ordered):
            return sentence
    if tolerance < ROUNDED and same(answer, right, ROUNDED, ordered):
        return CLOSE
    return _difference(answer, right)


def same(answer: dict, right: dict, tolerance: float = TOLERANCE, ordered: bool = False) -> bool:
    """Return whether two values, as plain data, are the same answer."""
    if is_missing(right):
        return is_missing(answer)
    kind, entries = right["kind"], _entries(answer, right)
    if entries is None:
        return False
    if "value" in right:
        return _same_scalar(kind, answer["value"], right["value"], tolerance)
    in_turn = kind == "list" or (ordered and kind != "set")
    return (_in_turn if in_turn else _matched)(entries, _entries(right, right), tolerance)


def _same_scalar(kind, answer, right, tolerance):
    if kind == "number":
        return math.isclose(float(answer), float(right), rel_tol=HAIR, abs_tol=tolerance + HAIR)
    return _folded(answer) == _folded(right) if kind == "text" else answer == right


def _folded(text):
    """Return a string without what does not count in it; `folded` of _static/book.js does the same."""
    return " ".join(text.translate(_STRAIGHT).lower().split())


_STRAIGHT = str.maketrans("‘’“”", "''\"\"")


def _entries(answer, right):
    """Return the parts of an answer that are compared with `right`: items, pairs of label and item, or rows; None if it has none."""
    kind = right["kind"]
    if kind in ("list", "set"):
        return None if kind == "list" and answer["kind"] == "set" else _items(answer)
    if kind in ("map", "series"):
        return _pairs(answer)
    if kind == "table":
        return _rows(answer, _unnumbered(right)) if answer["kind"] == "table" else None
    return [answer] if kind == answer["kind"] != "other" else None


def _list(items):
    return {"kind": "list", "items": items}


def _items(value):
    """Return the items of a list, a set, a Series or a table's only column, without labels; None for other values."""
    if value["kind"] == "table":
        value = _unnumbered(value)
        return [row[0] for row in value["rows"]] if len(value["columns"]) == 1 and not value["index"] else None
    return value["items"] if value["kind"] in ("list", "set", "series") else None


def _pairs(value):
    """Return label and item of each entry of a Series, a dict, or a table whose last column has the items; else None."""
    if "labels" in value:
        return [_list([label, item]) for label, item in zip(value["labels"], value["items"])]
    if value["kind"] != "table":
        return None
    if len(value["columns"]) > 1:
        value = _unnumbered(value)
    if len(value["columns"]) != 1 if value["index"] else len(value["columns"]) < 2:
        return None
    return [_list([row[0] if len(row) == 2 else _list(row[:-1]), row[-1]]) for row in value["rows"]]


def _unnumbered(table):
    """Return a table without the numbers of its rows: they change when it is sorted or filtered, and mean nothing."""
    if table["index"] == [None] and all(row[0]["kind"] == "number" for row in table["rows"]):
        return table | {"index": [], "rows": [row[1:] for row in table["rows"]]}
    return table


def _rows(answer, right):
    """Return the rows of a table with its columns in the order of those of `right`; None if it has other columns."""
    answer = answer if right["index"] else _unnumbered(answer)
    names, wanted, levels = _names(answer), _names(right), len(right["index"])
    if sorted(names) != sorted(wanted) and len(answer["index"]) == levels:
        names[:levels] = wanted[:levels]
    if sorted(names) != sorted(wanted):
        return None
    order = [names.index(name) for name in wanted] if len(set(names)) == len(names) else range(len(names))
    return [_list([row[number] for number in order]) for row in answer["rows"]]


def _names(table):
    """Return the names of all columns of a table, its index first ("" for an index without a name)."""
    return [_folded(name) for name in [*(name or "" for name in table["index"]), *map(brief, table["columns"])]]


def _in_turn(items, wanted, tolerance):
    return len(items) == len(wanted) and all(same(item, other, tolerance) for item, other in zip(items, wanted))


def _matched(items, wanted, tolerance):
    """Return whether each item has a partner among the wanted ones, in any order."""
    left, right = sorted(items, key=_rank), sorted(wanted, key=_rank)
    if len(left) != len(right) or _in_turn(left, right, tolerance):
        return len(left) == len(right)
    if len(left) > PAIRS:  # then numbers that only the tolerance makes equal must be in the same order, too
        return False
    for item in left:
        partner = next((number for number, other in enumerate(right) if same(item, other, tolerance)), None)
        if partner is None:
            return False
        del right[partner]
    return True


def _rank(value):
    """Return a key for sorting values of any kinds: the same for the same values, but for tiny differences of numbers."""
    if is_missing(value):
        return (0,)
    if value["kind"] == "number":
        return (1, round(float(value["value"]), 4))
    if value["kind"] == "text":
        return (2, _folded(value["value"]))
    if value["kind"] == "list":
        return (3, [_rank(item) for item in value["items"]])
    return (4, str(value))


def _difference(answer, right):
    """Return what is wrong in general, without giving the answer away."""
    wanted, entries = WANTED[right["kind"]], _entries(answer, right)
    if answer == {"kind": "nothing"}:
        return f"No answer: give {wanted}."
    if right["kind"] == "number" and answer["kind"] == "text":
        return "Give a number, not a string: leave out the quotation marks."
    if right["kind"] == answer["kind"] == "table":
        entries = answer["rows"]
    if entries is None:
        return f"Give {wanted}, not {CALLED[answer['kind']]}."
    size, length = len(entries), len(right.get("rows", right.get("items", [right])))
    if size != length:
        few = "it should have fewer" if size > length else "it should have more"
        return f"The answer has {size} {'entry' if size == 1 else 'entries'}; {few}."
    if right["kind"] == "table":
        return "The number of rows is right, but a column or a value is not."
    return "The number of entries is right, but a label or a value is not." if length > 1 else "The value is not right."
