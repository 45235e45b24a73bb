"""A task in parts: each part that is right has its points, and the feedback says which."""

from dataclasses import replace

import pytest
from handed_in import NAME, SOLUTIONS, notebook, source_text

from assignments.course import COURSE
from autograder.marking import mark
from autograder.source import AssignmentError

PARTS = """\
compare("share(case, 'narrator')", "(case.claims['source'] == 'narrator').mean()", part="the narrator's", points={})
compare("share(case, 'nobody')", "0", part="another's")
compare("share(case, 'putin')", "(case.claims['source'] == 'putin').mean()", part="another's", points=2)"""


def assignment(folder, points=1):
    """The small assignment, with a second task in two parts."""
    lines = source_text().splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("compare(") and "share(" in line)
    lines[place] = PARTS.format(points)
    (folder / NAME).mkdir()
    (folder / NAME / f"{NAME}.md").write_text("\n".join(lines), encoding="utf-8")
    return replace(COURSE, assignments=folder).read(NAME)


@pytest.mark.parametrize(
    "share, points, said",
    [
        (SOLUTIONS["share"], 3, ""),
        (
            "def share(case, who):\n    return (case.claims['source'] == 'narrator').mean()",
            1,
            "Right: the narrator's. Another's: ",
        ),
        ("def share(case, who):\n    return 0 if who == 'nobody' else 1 / 0", 0, "When it is tried, it stops"),
        (
            "def share(case, who):\n    return (case.claims['source'] == who).mean() if who != 'narrator' else 1 / 0",
            2,
            "Right: another's. The narrator's: ",
        ),
    ],
    ids=["both", "first", "none", "second"],
)
def test_each_part_has_its_points_and_is_told(share, points, said, tmp_path):
    result = mark(assignment(tmp_path), notebook(n_claims=SOLUTIONS["n_claims"], share=share), seed="parts")
    task = result.tasks[1]
    assert (task.points, task.status == "right") == (points, points == 3)
    assert task.reason.startswith(said) and bool(task.reason) == bool(said)
    assert result.tasks[0].points == 2


def test_parts_that_do_not_make_the_points_of_the_task_are_refused(tmp_path):
    with pytest.raises(AssignmentError, match="share_check: the parts do not make 3 points. Remedy: "):
        assignment(tmp_path, points=2)
