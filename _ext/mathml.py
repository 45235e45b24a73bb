"""Write formulas as MathML, which browsers draw themselves: no script, and no request to anywhere."""

from docutils.nodes import Element, SkipNode
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator


def inline(self: HTML5Translator, node: Element) -> None:
    """Write a formula in a line."""
    self.body.append(convert(node.astext()))
    raise SkipNode


def block(self: HTML5Translator, node: Element) -> None:
    """Write a formula between lines, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))  # carries the id that references lead to
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})</span>')
    self.body.append(convert(node.astext(), display="block") + "</div>\n")
    raise SkipNode


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
