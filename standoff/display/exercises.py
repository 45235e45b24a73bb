"""State exercises that check themselves, in a notebook and on the built page.

A chapter states an exercise once; its solution is the code that a reader may look up, and the code that is run to know
the answer. In a notebook the reader calls `check(number, answer)`; on the built page a small form does the same.
"""

import ast
import html
import json
from dataclasses import dataclass

import pandas as pd
from IPython.display import HTML, display

from answers import TOLERANCE, judge, plain, same
from answers.compare import callers_names

from .show import as_table

_FIELDS = {
    "number": '<label>Your number <input type="text" inputmode="decimal" autocomplete="off"></label>',
    "text": '<label>Your answer <input type="text" autocomplete="off"></label>',
}


@dataclass(frozen=True)
class Exercise:
    """An exercise as a chapter states it; `mistakes` are foreseen wrong answers, by the sentence to say to each."""

    question: str
    solution: str
    answer: object
    mistakes: dict[str, object]
    options: dict[str, str]  # texts of a choice, by letter
    why: str
    tolerance: float


_exercises: dict[int, Exercise] = {}  # those of the chapter that runs in this kernel


def exercise(
    number: int,
    question: str,
    solution: str,
    options: list[str] | None = None,
    hints: dict[str, str] | None = None,
    why: str = "",
    tolerance: float = TOLERANCE,
    page: bool = True,
) -> None:
    """State an exercise and show it.

    number     how `check` and the reader call it
    question   plain text
    solution   Python code whose last line gives the answer; run where the exercise stands. With `options` it gives the
               letter of the right option
    options    texts of a choice, called a, b, c ... in this order
    hints      what to say to a wrong answer, by the code (or the letter) that leads to it; each sentence once
    why        what makes the right answer right
    tolerance  how far a number may be off
    page       False where the page shows no field for an answer, because it cannot be found without running code; it
               shows none for a table or a Series either
    """
    scope = callers_names()
    mistakes = {text: key if options else _run(key, scope) for key, text in (hints or {}).items()}
    letters = dict(zip("abcdefgh", options or []))
    stated = Exercise(question, solution, _run(solution, scope), mistakes, letters, why, tolerance)
    _exercises[number] = stated
    display(HTML(_html(number, stated, page)))


def check(number: int, answer: object) -> None:
    """Say whether `answer` is right, and if not, what may have gone wrong."""
    stated = _exercises.get(number)
    if not stated:
        print(f"There is no exercise {number} here: run the cell above that states it, then this one.")
    elif answer is None or answer is ...:
        print("Not answered yet: put your answer in place of ... and run the cell again.")
    else:
        mistakes = {text: plain(wrong) for text, wrong in stated.mistakes.items()}
        reason = judge(plain(answer), plain(stated.answer), mistakes, stated.tolerance)
        print(f"Not yet. {reason}" if reason else f"Right. {stated.why}".strip())


def _run(code, scope):
    *first, last = ast.parse(code).body
    exec(compile(ast.Module(first, []), "<solution>", "exec"), scope := dict(scope))
    return eval(compile(ast.Expression(last.value), "<solution>", "eval"), scope)


def _html(number, stated, page):
    right, title = plain(stated.answer), f"<strong>Exercise {number}.</strong> {html.escape(stated.question)}"
    kind = "choice" if stated.options else right["kind"]
    solved = (
        f'<details class="so-answer"><summary>Answer to exercise {number}</summary>{_shown(stated, kind)}'
        f"{f'<p>{html.escape(stated.why)}</p>' if stated.why else ''}"
        f"{'' if stated.options else f'<pre><code>{html.escape(stated.solution.strip())}</code></pre>'}</details>"
    )
    if not page or kind not in ("choice", *_FIELDS):
        return f'<div class="so-quiz"><p>{title}</p><p>(Solve this one in the notebook.)</p></div>{solved}'
    fields = _FIELDS.get(kind) or "".join(
        f'<label><input type="radio" name="exercise-{number}" value="{letter}"> {letter}) {html.escape(text)}</label>'
        for letter, text in stated.options.items()
    )
    wrong = {text: plain(value) for text, value in stated.mistakes.items()}
    wrong = {text: value for text, value in wrong.items() if not same(value, right, stated.tolerance)}
    data = {
        "kind": kind,
        "answer": right["value"],
        "tolerance": stated.tolerance,
        "why": stated.why,
        "feedback": json.dumps({str(value.get("value")): text for text, value in wrong.items()}),
    }
    attributes = " ".join(f'data-{name}="{html.escape(str(value))}"' for name, value in data.items())
    return (
        f'<form class="so-quiz" {attributes}><fieldset><legend>{title}</legend>{fields}</fieldset>'
        f'<button type="submit" disabled>Check</button><output role="status" aria-live="polite"></output></form>{solved}'
    )


def _shown(stated, kind):
    """Return the right answer as HTML."""
    answer = stated.answer
    if isinstance(answer, (pd.Series, pd.DataFrame)):
        return as_table(answer, "The answer")
    if kind == "choice":
        answer = f"{answer}) {stated.options[answer]}"
    elif kind == "number":
        answer = f"{answer:,.4g}" if isinstance(answer, float) else f"{answer:,}"
    return f"<p>{html.escape(str(answer))}</p>"
