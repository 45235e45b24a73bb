"""Each assignment: its frame, its reference solution, and its key: wrong answers are refused, right ones taken.

The answers are run here, in this process, and judged as the grading judges them: on the released data and on a
variant. That the sandbox comes to the same marks is for its own tests.
"""

import ast
import itertools
import re
import sys
from collections import Counter, defaultdict

import pytest
from bench import RIGHT, WRONG, Bench, blocks, written

from answers import judge
from assignments.course import COURSE
from autograder import source as sources

NAMES = COURSE.names()
FRAME = ["admonition} In this assignment", "**You will show that you can**", "**Time**", "**You need**", "**Hand in"]
STUB = "raise NotImplementedError()"
SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION$.*?^[ \t]*### END SOLUTION$", re.M | re.S)


# ---- running answers ----


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folders with the released cases and with a variant of them."""
    return written("a seed for tests", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def benches(data):
    """Benches of an assignment by kind of data, made when first asked for."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = {kind: Bench(COURSE.read(name), folder, kind == "released") for kind, folder in data.items()}
        return made[name]

    return of


def verdicts(benches, answers, only=None):
    """What comes of a notebook with these answers in place of the reference (dict of str by task): for each task, or only
    for this one, the visible check's message on the released data ("" if it passes), and why its grading refuses it ("").
    """
    found, notebooks = {}, {kind: bench.scope() for kind, bench in benches.items()}
    released = benches["released"]
    for task in released.tasks:
        code = answers.get(task.name, released.cells[task.name])
        failed = {kind: bench.attempt(code, notebooks[kind]) for kind, bench in benches.items()}
        if only in (None, task.name):
            check = sources.HIDDEN.sub("", released.cells[task.check])
            seen = failed["released"] or released.attempt(check, dict(notebooks["released"]))
            found[task.name] = seen, _reason(task, benches, notebooks)
        if only == task.name:
            break
    return found


def _reason(task, benches, notebooks):
    """The first reason for which a task is refused; what comes after it is not asked."""
    asked = {kind: bench.asked(task, notebooks[kind]) for kind, bench in benches.items()}
    reasons = (
        bench.reason(task, place, asked[kind])
        for place in range(len(task.comparisons))
        for kind, bench in benches.items()
    )
    return next(filter(None, reasons), "")


def read_from_a_case(task):
    """The numbers of those of its comparisons whose right answer depends on a case."""
    return [place for place, one in enumerate(task.comparisons) if re.search("case|practice", one.right)]


def has_files(task):
    return any(comparison.files for comparison in task.comparisons)


def answers_of(kind):
    """Parameters of a test: each answer of this kind in each key, but for tasks that are judged by files."""
    return [
        pytest.param(name, block, id=f"{name}-{block.task}-{block.title}")
        for name in NAMES
        for tasks in [{task.name: task for task in COURSE.read(name).tasks}]
        for block in blocks(COURSE.read(name))
        if block.kind == kind and not (block.task in tasks and has_files(tasks[block.task]))
    ]


# ---- the source ----


@pytest.mark.parametrize("name", NAMES)
def test_the_frame_has_all_its_parts(name):
    one = COURSE.read(name)
    beginning = one.notebook.cells[0].source
    assert one.title.startswith(f"Assignment {name[0]}. ")
    assert [part for part in FRAME if part not in beginning] == []
    assert 4 <= len(one.tasks) <= 8
    assert 1 <= sum(task.prose for task in one.tasks) <= 2
    assert [task.title for task in one.tasks if not re.match(r"Task \d\. \w", task.title)] == []
    assert all(task.points > 0 for task in one.tasks)
    assert sources.role(one.notebook.cells[1])["grade_id"] == "setup"


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_locked_where_nothing_is_to_be_written(name):
    for cell in COURSE.read(name).notebook.cells:
        about = sources.role(cell)
        if cell.cell_type == "code":
            assert about["locked"] is not about["solution"], about["grade_id"]
            assert about["schema_version"] == 3 and about["task"] is False


@pytest.mark.parametrize("name", NAMES)
def test_prose_has_a_rubric_of_three_levels_a_model_answer_and_a_mark_scheme(name):
    cells = COURSE.read(name).notebook.cells
    for before, cell in itertools.pairwise(cells):
        if sources.role(cell).get("solution") and cell.cell_type == "markdown":
            assert re.findall(r"^\| (\d) \|", before.source, re.M) == ["2", "1", "0"], before.source[:40]
            model, scheme = cell.source.split("=== BEGIN MARK SCHEME ===")
            assert len(model.split()) > 60 and len(scheme.split()) > 30
            end = scheme.strip().endswith("=== END MARK SCHEME ===")
            assert end, "what follows would vanish with the model answer: put `+++` before it"


@pytest.mark.parametrize("name", NAMES)
def test_what_students_see_holds_no_solution(name):
    """Outside the marked parts stands no expression that gives a right answer, and no line of the reference."""
    one = COURSE.read(name)
    cells = {sources.role(cell).get("grade_id"): cell.source for cell in one.notebook.cells}
    visible = "\n".join(
        "" if cell.cell_type == "markdown" and sources.role(cell).get("solution") else handed_out(cell.source)
        for cell in one.notebook.cells
    )
    assert "compare(" not in visible and "### BEGIN" not in visible and "MARK SCHEME" not in visible
    shown = {line.strip() for line in visible.splitlines()}
    for task in one.tasks:
        if not task.prose:
            solution = SOLUTION.search(cells[task.name])[0].splitlines()[1:-1]
            shared = [line for line in solution if len(line.strip()) > 25 and line.strip() in shown]
            assert shared == [], task.name
            assert [it.right for it in task.comparisons if len(it.right) > 25 and it.right in visible] == []


@pytest.mark.parametrize("name", NAMES)
def test_students_functions_are_not_called_like_ours(name):
    ours = {
        node.name
        for path in COURSE.assignments.parent.glob("standoff/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    assert {task.name for task in COURSE.read(name).tasks} & ours == set()


def handed_out(source):
    """A cell's source as students get it: the solution is a stub, hidden tests are gone."""
    return sources.HIDDEN.sub("", SOLUTION.sub(rf"\1{STUB}", source))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_opened_alone_says_in_one_sentence_what_to_put_beside_it(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "standoff", None)
    setup = next(iter(COURSE.read(name).setup.values()))
    with pytest.raises(ModuleNotFoundError, match=r"^Put this notebook .* beside `standoff` and `data`\.$"):
        exec(setup, {})


def test_a_value_of_an_earlier_run_does_not_pass(benches):
    """A value that a cell was to make is gone when the cell has run again without making it."""
    for name in NAMES:
        bench = benches(name)["released"]
        for task in bench.tasks:
            if task.comparisons[0].expression == task.name or task.name == "mine":
                names = bench.scope()
                assert not bench.attempt(bench.cells[task.name], names)
                check = sources.HIDDEN.sub("", bench.cells[task.check])
                assert not bench.attempt(check, dict(names))
                bench.attempt(handed_out(bench.cells[task.name]), names)
                assert bench.attempt(check, names), task.name


# ---- the reference, and the cell as it was handed out ----


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_right_on_all_data(name, benches):
    tasks = [task.name for task in benches(name)["released"].tasks if not has_files(task)]
    found = verdicts(benches(name), {})
    assert {task: found[task] for task in tasks} == dict.fromkeys(tasks, ("", ""))


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_told_and_gets_nothing(name, benches):
    cells = benches(name)["released"].cells
    tasks = [task for task in benches(name)["released"].tasks if not has_files(task)]
    found = verdicts(benches(name), {task.name: handed_out(cells[task.name]) for task in tasks})
    assert [task.name for task in tasks if not all(found[task.name])] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_sentence_on_a_mistake_stands_once_in_a_comparison(name):
    """Mistakes are looked up by their sentence: of two with the same one, the first would be forgotten."""
    for task in COURSE.read(name).tasks:
        for one in task.comparisons:
            count = Counter(sentence for _, sentence in one.mistakes)
            assert [sentence for sentence, times in count.items() if times > 1] == [], f"{task.name}: {one.expression}"


@pytest.mark.parametrize("name", NAMES)
def test_no_mistake_is_right_everywhere(name, benches):
    """Each announced mistake differs from what is right, on the released data or the variant: else it is idle."""
    idle = [
        (task.name, sentence)
        for task in benches(name)["released"].tasks
        for place, one in enumerate(task.comparisons)
        for sentence in {sentence for _, sentence in one.mistakes}
        if all(
            not judge(bench.right[task.name][place][1][sentence], bench.right[task.name][place][0], {}, one.tolerance)
            for bench in benches(name).values()
            if sentence in bench.right[task.name][place][1]
        )
    ]
    assert idle == []


@pytest.mark.parametrize("name", NAMES)
def test_no_task_is_right_by_heart(name, benches):
    """What is read from a case is another answer on the variant."""
    released, varied = (benches(name)[kind].right for kind in ("released", "variant"))
    for task in benches(name)["released"].tasks:
        read = read_from_a_case(task)
        assert not read or any(released[task.name][place][0] != varied[task.name][place][0] for place in read), (
            task.name
        )


# ---- the key ----


@pytest.mark.parametrize("name", NAMES)
def test_the_key_has_enough_wrong_and_right_answers_for_each_task(name):
    one = COURSE.read(name)
    text = (one.folder / "key.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.M)
    tasks = [task.name for task in one.tasks]
    assert [section for section in sections if section in tasks] == tasks
    count, titles = Counter(), defaultdict(list)
    for block in blocks(one):
        assert block.kind in (WRONG, RIGHT) and block.title, block
        assert bool(block.reason) == (block.kind == WRONG), block
        count[block.task, block.kind] += 1
        titles[block.task].append(block.title)
    for task in one.tasks:
        if not task.prose and not has_files(task):  # these have tests of their own
            wrong, right = count[task.name, WRONG], count[task.name, RIGHT]
            wanted = (
                f"{one.folder.name}/key.md has {wrong} wrong and {right} right answers to {task.name}: write 5 and 3"
            )
            assert wrong >= 5 and right >= 3, wanted
            assert len(set(titles[task.name])) == len(titles[task.name]), task.name


@pytest.mark.parametrize("name, block", answers_of(WRONG))
def test_a_wrong_answer_is_refused_with_its_reason(name, block, benches):
    reason = verdicts(benches(name), {block.task: block.code}, only=block.task)[block.task][1]
    assert reason, "it gets full points"
    assert block.reason in reason


@pytest.mark.parametrize("name, block", answers_of(RIGHT))
def test_a_right_answer_is_taken_however_it_is_written(name, block, benches):
    assert verdicts(benches(name), {block.task: block.code}, only=block.task) == {block.task: ("", "")}


@pytest.mark.parametrize("every_second", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_answer_costs_only_its_own_task(name, every_second, benches):
    wrong = {block.task: block.code for block in blocks(COURSE.read(name)) if block.kind == WRONG}
    right = {block.task: block.code for block in blocks(COURSE.read(name)) if block.kind == RIGHT}
    tasks = [task for task in benches(name)["released"].tasks if not has_files(task)]
    mistaken = {task.name for task in tasks[every_second::2]}
    answers = {task.name: (wrong if task.name in mistaken else right)[task.name] for task in tasks}
    found = verdicts(benches(name), answers)
    assert {task.name for task in tasks if found[task.name][1]} == mistaken
