"""Draw a figure once more for the screen of a phone: narrower, so that its letters stay as large as those around it."""

import itertools
import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

WIDTH = 4.0  # inches: on a phone of 390 px, 9 points are then about 11 px
TALLER = 1.12  # for what stands in more lines than in the wide drawing
TITLE, XLABEL, LABEL, KEY = 33, 28, 20, 18  # letters in a line: of the title, below the axis, beside it, in a legend
LINE, REST = 0.16, 1.3  # inches: a line of a label beside an axis; what stands above and below the axes
APART = 4  # pixels between two labels


def narrowed(fig: Figure) -> Figure:
    """Return the figure, made WIDTH wide: long words in more lines, legends below."""
    is_map = any(ax.get_aspect() != "auto" for ax in fig.axes)  # which is not to be stretched
    fig.set_size_inches(WIDTH, fig.get_figheight() * (WIDTH / fig.get_figwidth() if is_map else 1) * TALLER)
    if title := fig.get_suptitle():
        fig.suptitle(textwrap.fill(title, TITLE), x=0.01, ha="left", fontsize=12, fontweight="bold")
    for legend in fig.findobj(Legend):
        put_below(legend, fig)
    for ax in fig.axes:
        ax.set_xlabel(textwrap.fill(ax.get_xlabel(), XLABEL))
        wrap_labels(ax)
    fig.draw_without_rendering()
    for ax in fig.axes:
        turn_labels(ax)
    return fig


def put_below(legend: Legend, fig: Figure) -> None:
    """Put a legend below everything, in two columns if they fit."""
    drawn = {name: handle for ax in fig.axes for handle, name in zip(*ax.get_legend_handles_labels())}
    labels = [text.get_text() for text in legend.get_texts()]
    handles = [drawn.get(label, handle) for label, handle in zip(labels, legend.legend_handles)]
    columns = 2 if max(map(len, labels), default=0) <= KEY else 1
    legend.remove()
    fig.legend(handles, labels, loc="outside lower center", ncols=columns, fontsize=9)


def wrap_labels(ax: Axes) -> None:
    """Set long labels beside an axis in more lines, and make room for them. Numbers, which are never long, stay as they are."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    if max(map(len, labels), default=0) <= LABEL:
        return
    labels = [label if "\n" in label else textwrap.fill(label, LABEL) for label in labels]
    ax.set_yticks(ax.get_yticks(), labels, fontsize=9, linespacing=1.05)
    needed = LINE * sum(label.count("\n") + 1.4 for label in labels) + REST
    ax.figure.set_figheight(max(ax.figure.get_figheight(), needed))


def turn_labels(ax: Axes) -> None:
    """Turn labels below an axis that lie over each other; of whole numbers, show the first and each fifth."""
    labels = [label for label in ax.get_xticklabels() if label.get_text()]
    boxes = [label.get_window_extent() for label in labels]
    if not any(one.x1 + APART > other.x0 for one, other in itertools.pairwise(boxes)):
        return
    if all(label.get_text().isdigit() for label in labels) and len(labels) > 12:
        for label in labels[1:]:
            label.set_visible(label.get_text().endswith(("0", "5")))
    else:
        ax.tick_params(axis="x", rotation=90)
