"""Slips that a student could make: small changes of a right answer, one at a time, made in its syntax tree."""

import ast
import copy
import difflib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
COMPARED = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
JOINED = {
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult],
}
CALLED = {  # methods, functions and what `agg` is told
    "nunique": ["count", "size"],
    "count": ["nunique"],
    "size": ["count", "nunique"],
    "mean": ["sum", "median"],
    "sum": ["mean", "max"],
    "min": ["max", "first", "last"],
    "max": ["min"],
    "any": ["all"],
    "all": ["any"],
    "idxmax": ["idxmin"],
    "idxmin": ["idxmax"],
    "dropna": ["fillna"],
    "len": ["set"],
    "sub": ["add"],
    "gt": ["ge"],
    "ge": ["gt"],
    "lt": ["le"],
    "le": ["lt"],
    "intersection": ["union"],
}
WITHIN = ("dropna", "sort_values", "sort_index", "drop_duplicates", "unique", "abs", "astype", "fillna", "reset_index")
WITHIN += (
    "reindex",
    "rename",
    "lower",
    "strip",
    "head",
    "copy",
    "where",
    "query",
    "clip",
)  # methods that may be left out
AROUND = ("sorted", "set", "abs", "str", "round", "reversed")  # and functions; list, int and float make no difference


def slips(code: str, names: set[str]) -> dict[str, str]:
    """Return the slips of an answer: its code with one change, by the lines that are other ("before => after").

    names: global ones of the notebook; a function that looks at one of them instead of at what it is given has slipped.
    """
    tree = ast.parse(code)
    right = ast.unparse(tree).splitlines()
    found = {}
    for place, node in enumerate(ast.walk(tree)):
        for other in _others(node, names):
            changed = copy.deepcopy(tree)
            target = next(one for number, one in enumerate(ast.walk(changed)) if number == place)
            _put(changed, target, other)
            try:
                lines = ast.unparse(ast.fix_missing_locations(changed)).splitlines()
                compile("\n".join(lines), "<slip>", "exec")
            except (SyntaxError, ValueError):
                continue
            if lines != right:
                found.setdefault(_told(right, lines), "\n".join(lines))
    return found


def _told(right, lines):
    changes = [line for line in difflib.ndiff(right, lines) if line[:2] in ("- ", "+ ")]
    before, after = ([line[2:].strip() for line in changes if line[0] == sign] for sign in "-+")
    return f"{' | '.join(before)} => {' | '.join(after)}"


def _put(tree, target, other):
    """Put another node, or none, in the place of one."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, field, other)
            elif isinstance(value, list) and any(one is target for one in value):
                place = next(number for number, one in enumerate(value) if one is target)
                value[place : place + 1] = [other] if other is not None else [ast.Pass()] * isinstance(target, ast.stmt)


def _with(node, **fields):
    """A copy of a node with other fields."""
    other = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(other, name, copy.deepcopy(value))
    return other


def _others(node: ast.AST, names: set[str]) -> Iterator[ast.AST | None]:
    """Yield what could stand in the place of a node by a slip (None: nothing)."""
    match node:
        case ast.Compare(ops=[op]):
            yield from (_with(node, ops=[kind()]) for kind in COMPARED.get(type(op), []))
        case ast.BinOp(op=op):
            yield from (_with(node, op=kind()) for kind in JOINED.get(type(op), []))
            yield node.left  # an operand forgotten
            yield node.right
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for number in range(len(values)):
                yield (
                    _with(node, values=values[:number] + values[number + 1 :])
                    if len(values) > 2
                    else values[not number]
                )
        case ast.UnaryOp():
            yield node.operand
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield from (ast.Constant(node.value + step) for step in (1, -1) if isinstance(node.value, int))
        case ast.Constant(value=str()):
            yield from (ast.Constant(word) for word in _words(node.value))
        case ast.Call():
            yield from _other_calls(node)
        case ast.Attribute():
            yield from (_with(node, attr=other) for other in CALLED.get(node.attr, []) + _words(node.attr))
        case ast.Subscript(slice=ast.Slice() as part):
            yield node.value
            yield from (
                _with(node, slice=_with(part, **{end: ast.BinOp(getattr(part, end), ast.Add(), ast.Constant(step))}))
                for end in ("lower", "upper")
                for step in (1, -1)
                if getattr(part, end)
            )
        case ast.Subscript(value=value):  # a filter forgotten
            if isinstance(value, ast.Attribute) and value.attr == "loc":
                if isinstance(node.slice, ast.Tuple):
                    yield _with(node, value=value.value, slice=node.slice.elts[1])
                else:
                    yield value.value
            elif not isinstance(value, ast.Attribute) or value.attr != "iloc":
                yield value
        case ast.List(elts=[_, _, *_]) | ast.Set(elts=[_, _, *_]) | ast.Tuple(elts=[_, _, *_], ctx=ast.Load()):
            for number in range(len(node.elts)):
                yield _with(node, elts=node.elts[:number] + node.elts[number + 1 :])
            if len(node.elts) == 2 and not isinstance(node, ast.Set):
                yield _with(node, elts=node.elts[::-1])
        case ast.comprehension(ifs=[_, *_]):
            for number in range(len(node.ifs)):
                yield _with(node, ifs=node.ifs[:number] + node.ifs[number + 1 :])
        case ast.While():
            yield ast.If(test=node.test, body=copy.deepcopy(node.body), orelse=[])
        case ast.For():
            yield _with(
                node, iter=ast.Subscript(ast.Call(ast.Name("list"), [node.iter], []), ast.Slice(upper=ast.Constant(-1)))
            )
            yield _with(node, body=[*node.body, ast.Break()])
        case ast.If(orelse=[]):
            yield None
            yield ast.If(ast.Constant(True), node.body, [])
        case ast.If():
            yield _with(node, orelse=[])
            yield ast.If(ast.Constant(True), node.body, [])
        case ast.AugAssign():
            yield ast.Assign([node.target], node.value)
        case ast.arg(arg=name) if name in names:
            yield ast.arg(f"_{name}")


def _other_calls(node):
    for number in range(len(node.keywords)):
        yield _with(node, keywords=node.keywords[:number] + node.keywords[number + 1 :])
    if isinstance(node.func, ast.Name):
        if node.func.id in AROUND and node.args:
            yield node.args[0]
        if node.func.id == "sorted":
            yield ast.Call(ast.Name("list"), node.args[:1], [])
        yield from (_with(node, func=ast.Name(other)) for other in CALLED.get(node.func.id, []))
    if isinstance(node.func, ast.Attribute):
        name, value = node.func.attr, node.func.value
        if name in WITHIN:
            yield value
        if name == "dropna":
            yield ast.Call(ast.Attribute(value, "fillna"), [ast.Constant(0)], [])
        if name == "isin" and isinstance(node.args[0], ast.List | ast.Set):
            yield from (ast.Compare(value, [ast.Eq()], [one]) for one in node.args[0].elts)
        if name == "sort_values":
            yield _with(
                node,
                keywords=[
                    *(k for k in node.keywords if k.arg != "ascending"),
                    ast.keyword("ascending", ast.Constant(False)),
                ],
            )
        if name == "drop_duplicates":
            yield _with(node, keywords=[ast.keyword("keep", ast.Constant("last"))])
        if name == "merge":
            yield _with(node, keywords=[*node.keywords, ast.keyword("how", ast.Constant("left"))])
    if len(node.args) == 2:
        yield _with(node, args=node.args[::-1])


# ---- words of the tables ----


def _tables():
    """For each column those of the same table that could be taken for it, and for each label the others of its list."""
    columns, labels = defaultdict(set), defaultdict(set)
    for path in sorted(DATA.rglob("datapackage.json")):
        for table in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            schema = table["schema"]
            leads = {
                column: key["reference"].get("resource")
                for key in schema.get("foreignKeys", [])
                for column in key["fields"]
            }
            kind = {}
            for field in schema["fields"]:
                listed = field.get("categories") or field.get("constraints", {}).get("enum") or []
                words = [one["value"] if isinstance(one, dict) else one for one in listed]
                for word in words:
                    labels[word] |= {*words} - {word}
                kind[field["name"]] = leads.get(field["name"]) or (field["type"], bool(words))
            for one, what in kind.items():
                columns[one] |= {other for other, same in kind.items() if other != one and same == what}
    return columns, labels


COLUMNS, LABELS = _tables()
KINDRED = {"source": ["source_chain"], "claim_id": ["other_id"], "sha256_16": [], "gist": []}
MOST = 4  # of the columns or labels that could be taken for one


def _words(word):
    others = [*KINDRED.get(word, []), *sorted(COLUMNS.get(word, ()))[:MOST], *sorted(LABELS.get(word, ()))[:MOST]]
    return list(dict.fromkeys(CALLED.get(word, []) + others))
