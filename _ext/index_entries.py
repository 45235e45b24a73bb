"""Fill the index: terms where they are defined and where chapters bring them in, functions of pandas, and who speaks.

Nothing is marked for it. A term of the glossary counts where a chapter writes it bold, or links to it ({term}`crux`);
a function where a shown cell calls it; an actor at the first of its claims. One place per chapter and entry.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

NAMES = "assign|concat|crosstab|cut|explode|groupby|map|melt|merge|pivot|pivot_table|value_counts"
CALL = re.compile(rf"\.({NAMES})\(")  # of a function of pandas
TERM = re.compile(r"^(?![\s`]).+$", re.M)  # in the glossary's directive, where definitions are indented


def terms(source_folder: str | Path) -> dict[str, str]:
    """Return the terms of the glossary by themselves in small letters; none if the book has no glossary."""
    path = Path(source_folder) / "chapters/glossary.md"
    block = path.read_text(encoding="utf-8").split("```{glossary}\n")[1] if path.is_file() else ""
    return {term.lower(): term for term in TERM.findall(block)}


class Entries(SphinxTransform):
    """Enter what a page has for the index."""

    default_priority = 840  # before Sphinx gathers the entries of a page

    def apply(self) -> None:
        """Enter the actors of the table of claims, or the terms and functions of another page."""
        if self.env.docname == "chapters/claims-table":
            self.enter_actors()
        elif self.env.docname != "chapters/glossary":
            self.enter_places()

    def enter_places(self) -> None:
        """Give an address to each place of a term or a function, and enter it under the title of its chapter."""
        title = next(self.document.findall(nodes.title), None)
        known, entered = terms(self.app.srcdir), set()
        for node in list(self.document.findall()) if title else []:
            names = ()
            if isinstance(node, nodes.strong):
                names = [known.get(node.astext().lower())]
            elif isinstance(node, addnodes.pending_xref) and node["reftype"] == "term":
                names = [known.get(node["reftarget"].lower())]
            elif (
                isinstance(node, nodes.container)
                and "cell_input" in node["classes"]
                and "tag_hide-input" not in node.parent["classes"]
            ):
                names = [f"{name} (pandas)" for name in sorted(set(CALL.findall(node.astext())))]
            for name in names:
                if name and name not in entered:
                    entered.add(name)
                    self.enter(node, name, title.astext())

    def enter(self, node: nodes.Node, name: str, title: str) -> None:
        """Enter the block that a node is in."""
        address = nodes.make_id(f"index-{name}")
        block = node
        while not isinstance(block.parent, (nodes.section, nodes.document)):
            block = block.parent
        entry = addnodes.index(entries=[("single", f"{name}; {title}", address, "", None)])
        block.parent.insert(block.parent.index(block), [entry, nodes.target("", "", ids=[address])])

    def enter_actors(self) -> None:
        """Enter each actor that speaks, at the first of its claims."""
        from standoff import load  # here, because most builds do not read that page again

        case = load("report")
        claims = case.claims.groupby("source", observed=True)["claim_id"]
        for actor in case.actors.itertuples():
            if actor.actor_id in claims.groups:
                own = claims.get_group(actor.actor_id)
                first, _, last = actor.name.rpartition(" ")
                name = f"{last}, {first}" if actor.kind == "person" else actor.name
                text = "the one claim" if len(own) == 1 else f"first of {len(own)} claims"
                self.document.append(addnodes.index(entries=[("single", f"{name}; {text}", own.iloc[0], "", None)]))


def list_index(app: Sphinx, doctree: nodes.document) -> None:
    """List the index at the end of the contents, because _toc.yml can only name pages that have a source."""
    if app.env.docname == app.config.root_doc:
        *_, last = doctree.findall(addnodes.toctree)
        last["entries"].append((None, "genindex"))


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.add_transform(Entries)
    app.connect("doctree-read", list_index, priority=900)  # after the contents are made of _toc.yml
