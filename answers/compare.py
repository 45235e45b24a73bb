"""Is an answer right? Comparisons of plain data (see plain.py), and what to say where it is not.

A correct answer may be written in more than one way: a list, an array or a column; a whole number or 2.0; columns and rows in
another order, an index or a column. What the right answer is decides what is compared.
"""

import math
import sys

TOLERANCE = 1e-6
ROUNDED = 0.0051  # how far a share is off that somebody rounded to two places


def compare(expression, right, mistakes=None, tolerance=TOLERANCE, ordered=False, files=False):
    """In a hidden part of an assignment's check: `expression`, with the student's names, has the value of `right`.

    expression, right  Python expressions as str; the grader evaluates them in two different processes (see grade.py)
    mistakes           what to say about wrong values: dict of str, by the expression that leads to one
    tolerance          how far numbers may be off
    ordered            the order of rows and labels counts; lists are always ordered, unless `right` is a set
    files              the expression reads files that the student handed in, and is evaluated without the student's code

    The grader reads its arguments, so they are literals. Called in a notebook, as stock nbgrader does, it evaluates all
    expressions there and raises AssertionError with what to say.
    """
    from .values import plain

    scope = sys._getframe(1).f_globals
    answer, wanted, *wrong = (plain(eval(code, scope)) for code in (expression, right, *(mistakes or {})))
    reason = judge(answer, wanted, dict(zip((mistakes or {}).values(), wrong)), tolerance, ordered)
    if reason:
        raise AssertionError(reason)


def judge(answer, right, mistakes, tolerance=TOLERANCE, ordered=False):
    """Why `answer` is not `right`, as a sentence; "" if it is. All are plain data; mistakes: dict of plain data by sentence."""
    if same(answer, right, tolerance, ordered):
        return ""
    for sentence, wrong in mistakes.items():
        if same(answer, wrong, tolerance, ordered) and not same(wrong, right, tolerance, ordered):
            return sentence
    if tolerance < ROUNDED and same(answer, right, ROUNDED, ordered):
        return "This is close, but not exact: round nothing on the way, and look for a case that is counted too often or not at all."
    return _difference(answer, right)


def same(answer, right, tolerance=TOLERANCE, ordered=False):
    """Whether two values are the same answer (bool)."""
    kind = right[0]
    if kind == "set":
        items = _items(answer)
        return items is not None and len(items) == len(right[1]) and _matched(items, right[1], tolerance)
    if kind == "list":
        items = _items(answer) if answer[0] != "set" else None
        return items is not None and _in_turn(items, right[1], tolerance)
    if kind in ("series", "map"):
        pairs, wanted = _pairs(answer), _pairs(right)
        if pairs is None or len(pairs) != len(wanted):
            return False
        return (_in_turn if ordered else _matched)(pairs, wanted, tolerance)
    if kind == "table":
        return _same_table(answer, right, tolerance, ordered)
    return _same_scalar(answer, right, tolerance)


def _same_scalar(answer, right, tolerance):
    if _is_missing(right):
        return _is_missing(answer)
    if answer[0] != right[0]:
        return False
    if right[0] == "number":
        one, other = float(answer[1]), float(right[1])
        return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=tolerance)
    if right[0] == "text":
        return answer[1].strip() == right[1].strip()
    return answer == right and right[0] != "other"


def _is_missing(value):
    return value == ["nothing"] or value == ["number", "nan"]


def _items(value):
    """The items of a list, a set or a column without regard to its labels; None if it is something else."""
    if value[0] in ("list", "set"):
        return value[1]
    if value[0] == "series":
        return value[2]
    value = _unnumbered(value)
    return [row[-1] for row in value[3]] if value[0] == "table" and len(value[2]) == 1 and not value[1] else None


def _pairs(value):
    """[label, value] of each entry of a series, a dict, or a table whose last column has the values; else None."""
    if value[0] == "series":
        return [["list", [label, item]] for label, item in zip(value[1], value[2])]
    if value[0] == "map":
        return [["list", pair] for pair in value[1]]
    if value[0] == "table" and len(value[2]) > 1:
        value = _unnumbered(value)
    if value[0] == "table" and (len(value[2]) == 1 if value[1] else len(value[2]) >= 2):
        labels = [row[0] if len(row) == 2 else ["list", row[:-1]] for row in value[3]]
        return [["list", [label, row[-1]]] for label, row in zip(labels, value[3])]
    return None


def _unnumbered(value):
    """A table without the numbers of its rows: they change when it is sorted or filtered, and mean nothing."""
    if value[0] == "table" and value[1] == [None] and all(row[0][0] == "number" for row in value[3]):
        return ["table", [], value[2], [row[1:] for row in value[3]]]
    return value


def _same_table(answer, right, tolerance, ordered):
    right = _unnumbered(right)
    if not right[1]:
        answer = _unnumbered(answer)
    if answer[0] != "table" or len(answer[3]) != len(right[3]):
        return False
    names, wanted = _names(answer), _names(right)
    if sorted(names) != sorted(wanted):
        if len(names) != len(wanted) or names[len(answer[1]) :] != wanted[len(right[1]) :]:
            return False
        order = range(len(names))  # an index without a name, or with another: by its place
    else:
        order = [names.index(name) for name in wanted] if len(set(names)) == len(names) else range(len(names))
    rows = [["list", [row[place] for place in order]] for row in answer[3]]
    return (_in_turn if ordered else _matched)(rows, [["list", row] for row in right[3]], tolerance)


def _names(table):
    """Names of all columns of a table, its index first (str; "" for an index without one)."""
    return [name or "" for name in table[1]] + [str(name[1]) if len(name) > 1 else "" for name in table[2]]


def _in_turn(items, wanted, tolerance):
    return len(items) == len(wanted) and all(same(one, other, tolerance) for one, other in zip(items, wanted))


def _matched(items, wanted, tolerance):
    """Whether each item has a partner of its own among the wanted ones, whatever the order."""
    left = sorted(items, key=_rank)
    right = sorted(wanted, key=_rank)
    if _in_turn(left, right, tolerance):
        return True
    if (
        len(left) > 500
    ):  # trying all pairs would take too long; ties within the tolerance are not that many in an answer
        return False
    for item in left:
        partner = next((number for number, other in enumerate(right) if same(item, other, tolerance)), None)
        if partner is None:
            return False
        del right[partner]
    return not right


def _rank(value):
    """A key for sorting values of any kinds: the same for values that are the same, but for tiny differences of numbers."""
    if _is_missing(value):
        return (0, "")
    if value[0] == "number":
        return (1, f"{float(value[1]):+030.4f}")
    if value[0] == "list":
        return (3, tuple(_rank(item) for item in value[1]))
    return (2, str(value[1:]))


def _difference(answer, right):
    """What is wrong in general, without giving the answer away."""
    wanted = {
        "number": "a number",
        "text": "a text",
        "bool": "True or False",
        "date": "a date",
        "list": "a list or a column",
        "set": "a set",
        "map": "a dict or a Series",
        "series": "a Series with labels",
        "table": "a DataFrame",
    }.get(right[0], "nothing")
    if answer == ["nothing"]:
        return f"No answer: {wanted} is wanted."
    if right[0] == "number" and answer[0] == "text":
        return "A number is wanted, not a text: leave out the quotation marks."
    size, length = _size(answer), _size(right)
    items, pairs = _items(answer), _pairs(answer)
    fits = {"list": None if answer[0] == "set" else items, "set": items, "map": pairs, "series": pairs}
    if (right[0] in fits and fits[right[0]] is None) or (right[0] not in fits and answer[0] != right[0]):
        return f"{wanted[0].upper()}{wanted[1:]} is wanted, not {_called(answer)}."
    if size != length:
        return f"The answer has {size} {'entry' if size == 1 else 'entries'}; {'fewer' if size > length else 'more'} are wanted."
    if right[0] == "table":
        return "The number of rows is right; a column or a value is not."
    return "The number of entries is right; a label or a value is not." if length > 1 else "The value is not right."


def _called(answer):
    names = {"number": "a number", "text": "a text", "bool": "True or False", "list": "a list", "set": "a set"}
    names |= {"map": "a dict", "series": "a Series", "table": "a DataFrame", "date": "a date", "nothing": "nothing"}
    return names.get(answer[0], "something else")


def _size(value):
    """How many entries a value has: rows of a table, items of a list, 1 for a single value."""
    return (
        len(value[3] if value[0] == "table" else value[1])
        if value[0] in ("table", "list", "set", "map", "series")
        else 1
    )
