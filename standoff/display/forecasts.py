"""Show a form in which a reader of the built page scores forecasts. In a notebook, a cell of the chapter does it."""

import json

import pandas as pd
from markupsafe import Markup

from . import html


def scorecard(questions: pd.Series, happened: pd.Series) -> None:
    """Show a form with a field for each question; the page's script computes the mean Brier score, and sends nothing.

    questions  str; happened  1 (yes) or 0 (no), with the same index
    """
    fields = html.each(
        '<label>{} <span class="so-percent"><input type="text" inputmode="decimal" autocomplete="off"> %</span></label>',
        questions,
    )
    html.show(
        Markup(
            '<form class="so-quiz so-score" data-happened="{}"><fieldset><legend>Your forecasts, in per cent. '
            "Leave empty any that you did not forecast. Nothing leaves this page.</legend>{}</fieldset>"
            '<button type="submit" disabled>Score</button><output role="status" aria-live="polite"></output></form>'
        ).format(json.dumps([int(happened[name]) for name in questions.index]), fields)
    )
