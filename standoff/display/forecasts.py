"""A form in which a reader of the built page scores forecasts. In a notebook, a cell of the chapter does it."""

import html
import json

from IPython.display import HTML, display


def scorecard(questions, happened):
    """Show a form with a field for each question; the page's script computes the mean Brier score, and sends nothing.

    questions: Series of str; happened: Series of 1 (yes) and 0 (no) with the same index.
    """
    fields = "".join(
        f'<label>{html.escape(question)} <span class="so-percent"><input type="text" inputmode="decimal" autocomplete="off"> %</span></label>'
        for question in questions
    )
    answers = json.dumps([int(happened[name]) for name in questions.index])
    display(
        HTML(
            f'<form class="so-quiz so-score" data-happened="{answers}"><fieldset><legend>Your forecasts, in per cent. '
            f"Leave empty what you did not forecast. Nothing leaves this page.</legend>{fields}</fieldset>"
            '<button type="submit" disabled>Score</button><output role="status" aria-live="polite"></output></form>'
        )
    )
