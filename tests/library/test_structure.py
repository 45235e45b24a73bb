"""Who may import whom, the map of the code, and what every public function says of itself."""

import ast
import re
from importlib.util import resolve_name

import pytest
from code_map import GUIDE, MAP, ROOMS, ROOT, code_map, modules, purpose

from chapters import CONTENT, OTHERS, code, is_notebook

PYTHON = [path for room in ROOMS for path in modules(room) if path.suffix == ".py"]
TYPED = [path for path in PYTHON if path.parts[len(ROOT.parts)] in ("answers", "autograder", "formats", "standoff")]


def rules():
    """What each room may import: sets of rooms by room, as the table in CONTRIBUTING says."""
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", GUIDE.read_text(encoding="utf-8"), re.M)
    return {room: set(re.findall(r"`([\w.]+)`", allowed)) for room, allowed in rows}


RULES = rules()


def dotted(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__").replace("standoff.__main__", "standoff.cli")  # which is that command


def room(name):
    """The room of a module, by the longest of the names in the table that its name begins with."""
    fitting = [room for room in RULES if f"{name}.".startswith(f"{room}.")]
    return max(fitting, key=len, default=None)


def imports(source, package="", top_level=False):
    """The modules that Python code imports, each with every name that is taken from it."""
    tree = ast.parse(source)
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def module_imports(path, top_level=False):
    name = dotted(path)
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    return imports(path.read_text(encoding="utf-8"), package, top_level)


def test_the_table_names_every_room():
    assert {room.replace("/", ".") for room in ROOMS if any(path.suffix == ".py" for path in modules(room))} - {
        ".",
        "binder",
    } <= {
        inner for outer in RULES for inner in [outer, *(f"{outer}.{part}" for part in ("intake", "run", "report"))]
    } | {"_ext.finish", "standoff.coding.foreign"}


@pytest.mark.parametrize("path", PYTHON, ids=dotted)
def test_a_module_imports_only_what_its_room_may(path):
    own = room(dotted(path))
    if own is None:
        return  # the build itself starts everything
    strangers = {target for name in module_imports(path) if (target := room(name)) not in (None, own, *RULES[own])}
    assert not strangers


@pytest.mark.parametrize("name", [name for name in [*CONTENT, *OTHERS] if is_notebook(f"chapters/{name}")])
def test_a_chapter_imports_only_the_library(name):
    cells = "\n".join(cell.source for cell in code(name))
    assert {room(module) for module in imports(cells)} <= {None, *RULES["chapters"]}


def test_no_module_imports_itself_by_way_of_others():
    known = {dotted(path): path for path in PYTHON if path.stem != "__main__"}
    needs = {}
    for name, path in known.items():
        taken = module_imports(path, top_level=True)  # a module itself, or a name that stands in one
        needs[name] = {other if other in known else other.rpartition(".")[0] for other in taken} & known.keys()
    seen, done = [], set()

    def visit(name):
        assert name not in seen, " -> ".join([*seen[seen.index(name) :], name])
        if name not in done:
            seen.append(name)
            for other in sorted(needs[name] - {name}):
                visit(other)
            seen.pop()
            done.add(name)

    for name in sorted(known):
        visit(name)


def test_the_map_of_the_code_is_complete_and_current():
    assert MAP.search(GUIDE.read_text(encoding="utf-8"))[0] == code_map(), (
        "run `python book.py run python tests/code_map.py`"
    )


@pytest.mark.parametrize("path", [path for room in ROOMS for path in modules(room)], ids=lambda path: path.name)
def test_every_module_says_its_job_in_one_line(path):
    if path.read_text(encoding="utf-8").strip():
        assert 10 < len(purpose(path)) < 160


def public_functions(path):
    """Functions and methods whose names, and whose class's name, do not begin with an underscore."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scopes = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]
    for scope in scopes:
        for node in scope.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield node


@pytest.mark.parametrize("path", TYPED, ids=dotted)
def test_public_functions_have_types(path):
    bare = []
    for node in public_functions(path):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if (
            any(argument.annotation is None and argument.arg not in ("self", "cls") for argument in given)
            or node.returns is None
        ):
            bare.append(node.name)
    assert bare == []
