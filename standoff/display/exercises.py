"""Exercises that check themselves, in a notebook and on the built page.

A chapter states an exercise once; its solution is the code that a reader may look up, and the code that is run to know
the answer. In a notebook the reader calls `check(number, answer)`; on the built page a small form does the same.
"""

import ast
import html
import json
import sys

import pandas as pd
from IPython.display import HTML, display

from .show import as_table

_exercises = {}  # of the chapter that runs in this kernel, by number


def exercise(number, question, solution, options=None, hints=None, why="", tolerance=0, page=True):
    """State an exercise and show it.

    number     how `check` and the reader call it
    question   plain text
    solution   Python code whose last line gives the answer; run where the exercise stands. With `options` it gives the
               letter of the right option
    options    texts of a choice, called a, b, c ... in this order
    hints      what to say to a wrong answer, by the code (or the letter) that leads to it
    why        what makes the right answer right
    tolerance  how far a number may be off
    page       False where the page shows no field for an answer: it is a table, or cannot be found without running code
    """
    scope = sys._getframe(1).f_globals  # the chapter's own variables: the solution reads as the reader's code would
    answer = _run(solution, scope)
    hints = [(key if options else _run(key, scope), text) for key, text in (hints or {}).items()]
    hints = [(wrong, text) for wrong, text in hints if not _same(wrong, answer, tolerance)]
    _exercises[number] = (answer, hints, why, tolerance)
    display(HTML(_html(number, question, solution, answer, options, hints, why, tolerance, page)))


def check(number, answer):
    """Say whether `answer` is right, and if not, what may have gone wrong."""
    if number not in _exercises:
        print(f"There is no exercise {number} here: run the cell above that states it, then this one.")
        return
    right, hints, why, tolerance = _exercises[number]
    if answer is None or answer is ...:
        print("Not answered yet: put your answer in place of ... and run the cell again.")
    elif _same(answer, right, tolerance):
        print(f"Right. {why}".strip())
    else:
        hint = next((text for wrong, text in hints if _same(answer, wrong, tolerance)), None)
        print(f"Not yet. {hint or _difference(answer, right)}")


def _run(code, scope):
    *first, last = ast.parse(code).body
    exec(compile(ast.Module(first, []), "<solution>", "exec"), scope := dict(scope))
    return _simple(eval(compile(ast.Expression(last.value), "<solution>", "eval"), scope))


def _simple(value):
    """Numpy's scalars as Python's own."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def _same(answer, right, tolerance):
    answer = _simple(answer)
    if isinstance(right, (pd.Series, pd.DataFrame)):
        return _same_frame(answer, right)
    if isinstance(right, (set, frozenset)):
        return not isinstance(answer, (str, int, float)) and set(answer) == right
    if isinstance(right, bool) or isinstance(answer, bool):
        return answer is right
    if isinstance(right, (int, float)):
        return isinstance(answer, (int, float)) and abs(answer - right) <= tolerance + 1e-9
    if isinstance(right, str):
        return isinstance(answer, str) and answer.strip().lower() == right.strip().lower()
    return answer == right


def _same_frame(answer, right):
    """Equal numbers under equal labels, whatever the order of rows, the names of axes and the types of numbers."""
    if type(answer) is not type(right) or len(answer) != len(right):
        return False
    plain = [frame.rename_axis(None).sort_index() if frame.index.is_unique else frame for frame in (answer, right)]
    try:
        test = pd.testing.assert_series_equal if isinstance(right, pd.Series) else pd.testing.assert_frame_equal
        options = dict(check_dtype=False, check_index_type=False, check_names=False, check_categorical=False)
        test(*plain, **options, **({} if isinstance(right, pd.Series) else {"check_like": True}))
    except AssertionError:
        return False
    return True


def _difference(answer, right):
    if type(right) in (int, float) and isinstance(answer, str):
        return "A number is wanted, without quotation marks."
    if isinstance(right, (pd.Series, pd.DataFrame)):
        if type(answer) is not type(right):
            return f"A pandas {type(right).__name__} is wanted, this is a {type(answer).__name__}."
        if answer.shape != right.shape:
            return f"The shape is {answer.shape}, not the wanted one: did you drop or keep too much?"
        return "The shape is right, a label or a value is not."
    if isinstance(right, (set, frozenset)) and not isinstance(answer, (str, int, float)):
        return f"You name {len(set(answer) & right)} of the {len(right)} wanted, and {len(set(answer) - right)} others."
    return "Look again at the question."


def _html(number, question, solution, answer, options, hints, why, tolerance, page):
    if options:
        letters = dict(zip("abcdefgh", options))
        fields = "".join(
            f'<label><input type="radio" name="exercise-{number}" value="{letter}"> {letter}) {html.escape(text)}</label>'
            for letter, text in letters.items()
        )
        kind, shown = "choice", f"{answer}) {letters[answer]}"
    elif isinstance(answer, (int, float)):
        fields = '<label>Your number <input type="text" inputmode="decimal" autocomplete="off"></label>'
        kind, shown = "number", f"{answer:,.4g}" if isinstance(answer, float) else f"{answer:,}"
    else:
        fields = '<label>Your answer <input type="text" autocomplete="off"></label>'
        kind, shown = "text", str(answer)

    title = f"Exercise {number}. {question}"
    code = "" if options else f"<pre><code>{html.escape(solution.strip())}</code></pre>"
    shown = (
        as_table(answer, "The answer")
        if isinstance(answer, (pd.Series, pd.DataFrame))
        else f"<p>{html.escape(shown)}</p>"
    )
    solved = (
        f'<details class="so-answer"><summary>Answer to exercise {number}</summary>'
        f"{shown}{f'<p>{html.escape(why)}</p>' if why else ''}{code}</details>"
    )
    if not page:
        return (
            f'<div class="so-quiz"><p class="so-question">{html.escape(title)}</p>'
            f"<p>(Solve this one in the notebook.)</p></div>{solved}"
        )
    data = {
        "kind": kind,
        "answer": json.dumps(answer),
        "tolerance": tolerance,
        "why": why,
        "feedback": json.dumps({str(wrong): text for wrong, text in hints}),
    }
    attributes = " ".join(f'data-{name}="{html.escape(str(value))}"' for name, value in data.items())
    return (
        f'<form class="so-quiz" {attributes}><fieldset><legend>{html.escape(title)}</legend>{fields}</fieldset>'
        f'<button type="submit" disabled>Check</button><output role="status" aria-live="polite"></output></form>{solved}'
    )
