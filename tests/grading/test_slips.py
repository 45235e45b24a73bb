"""Every slip shows, whatever the seed of the hidden data: small changes of the reference solutions, and the mistakes of the keys.

What is refused on the released data is refused with every seed; what is taken there is tried on the variants of SEEDS seeds.
A slip that makes no difference to any answer is listed in equivalent_slips.csv with the reason, and no other one may pass.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from bench import RIGHT, WRONG, Bench, blocks, written
from slips import slips

from answers import judge, plain
from assignments.course import COURSE

SEEDS = 20
NAMES = COURSE.names()
NO_SLIPS = {"mine"}  # tasks in which every label is right
LISTED = defaultdict(dict)
for row in csv.DictReader(Path(__file__).with_name("equivalent_slips.csv").read_text(encoding="utf-8").splitlines()):
    LISTED[row["assignment"], row["task"]][row["slip"]] = row["reason"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """The bench of an assignment on the variant of a seed, or (None) on the released data; made when first asked for."""
    made, folders, loaded = {}, {}, defaultdict(dict)

    def of(name, seed=None):
        if seed not in folders:
            kinds = written(f"seed {seed}", tmp_path_factory.mktemp("seed"))
            folders[seed] = kinds["released" if seed is None else "variant"]
        if (name, seed) not in made:
            made[name, seed] = Bench(COURSE.read(name), folders[seed], seed is None, loaded[seed])
        return made[name, seed]

    return of


def tasks_of(name):
    return [
        task for task in COURSE.read(name).tasks if not task.prose and not any(one.files for one in task.comparisons)
    ]


def answers_of_key(name, task, kind):
    return {
        block.title: block.code for block in blocks(COURSE.read(name)) if (block.task, block.kind) == (task.name, kind)
    }


@pytest.mark.parametrize("name, task", [(name, task) for name in NAMES for task in tasks_of(name)])
def test_a_slip_is_refused_on_every_variant(name, task, bench):
    released, listed = bench(name), LISTED[name, task.name]
    made = {} if task.name in NO_SLIPS else slips(released.cells[task.name], {*released.setup})
    taken = {slip: code for slip, code in made.items() if released.accepts(task, code)}
    assert listed.keys() - taken.keys() == set(), "listed, but no such slip passes any more: take it off the list"
    wrong = {slip: code for slip, code in taken.items() if slip not in listed}
    mistakes = answers_of_key(name, task, WRONG)
    wrong |= {title: code for title, code in mistakes.items() if released.accepts(task, code)}
    passing = {title for title, code in wrong.items() for seed in range(SEEDS) if bench(name, seed).accepts(task, code)}
    assert passing == set(), "these pass on some variant"


@pytest.mark.parametrize(
    "seeds", [range(3), pytest.param(range(3, SEEDS), marks=pytest.mark.thorough)], ids=["few", "all"]
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_right_is_known_and_taken_on_every_variant(name, seeds, bench):
    """The reference, and in turn the other right answers of the key that need nothing but their own cell."""
    refused = []
    for task in tasks_of(name):
        right = [bench(name).cells[task.name], *answers_of_key(name, task, RIGHT).values()]
        right = [code for code in right if bench(name).accepts(task, code)]
        for seed in seeds:
            code = right[seed % len(right)]
            if not bench(name, seed).accepts(task, code):
                refused.append((task.name, seed, code))
    assert refused == []


@pytest.mark.parametrize(
    "name, task",
    [(name, task) for name in NAMES for task in tasks_of(name) if task.comparisons[0].expression == task.name],
)
def test_an_answer_typed_from_the_released_data_is_refused_on_every_variant(name, task, bench):
    """Where the answer is a value and no function."""
    names = bench(name).scope()
    assert not bench(name).attempt(bench(name).cells[task.name], names)
    typed = plain(names[task.name])
    taken = [seed for seed in range(SEEDS) if not judge(typed, bench(name, seed).prepare(task)[1][0][1], {})]
    assert taken == []
