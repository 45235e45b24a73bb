"""Show the pages to look things up in, made from a case: all claims, all cruxes, and the codebook."""

from collections.abc import Sequence

from markupsafe import Markup

from ..case import Case, is_required, vocabulary
from . import html

PASSIVE = {
    "contradicts": "contradicted by",
    "doubts": "doubted by",
    "answers": "answered by",
    "supports": "supported by",
    "repeats": "repeated by",
}


def claims_table(case: Case) -> None:
    """Show all claims as one table, a row per claim with its claim_id as address (`page.html#c045`)."""
    columns = ["claim", "gist", "source", "paragraph", "certainty", "polarity", "act", "quotation", "topic", "links"]
    names = case.names.replace("the narrator", "The narrator")
    paragraph_of, links = case.paragraph_of, _links(case)
    rows = [
        [row.claim_id, row.gist, names[row.source], str(paragraph_of[row.content_span])]
        + [row.certainty, row.polarity, row.act, row.quote_type, row.topic, links.get(row.claim_id, "")]
        for row in case.claims.itertuples()
    ]
    caption = f"All {len(rows)} claims of the report, in our own words"
    _filterable("so-claims", "claims", caption, columns, rows, ["source", "quotation", "act", "certainty", "topic"])


def cruxes_table(case: Case) -> None:
    """Show all cruxes as one table, a row per crux with its crux_id as address."""
    columns = ["crux", "printed", "adopted", "other readings", "why", "problem", "paragraph"]
    cruxes = case.cruxes.assign(paragraph=case.cruxes["span_id"].map(case.paragraph_of).astype("str"))
    cells = ["crux_id", "printed_reading", "adopted_reading", "alternatives", "why", "problem", "paragraph"]
    rows = cruxes[cells].to_numpy().tolist()
    _filterable("so-cruxes", "cruxes", f"All {len(rows)} cruxes of the report", columns, rows, ["problem"])


def _filterable(name: str, noun: str, caption: str, columns: Sequence, rows: Sequence, filters: Sequence) -> None:
    """Show rows, whose first cells are their addresses, as a table.

    On the built page a form above it searches and filters the table; in a notebook the table stands alone.
    """
    addresses = [row[0] for row in rows]
    rows = [[Markup('<a href="#{0}">{0}</a>').format(address), *row[1:]] for address, row in zip(addresses, rows)]
    selects = html.each(
        '<label>{} <select data-column="{}"><option value="">all</option></select></label>',
        ((column.capitalize(), column) for column in filters),
    )
    form = Markup(
        '<form class="so-filter" data-table="{}" data-noun="{}" hidden>'
        '<label>Search <input type="search" autocomplete="off"></label>{}'
        '<button type="reset">Show all</button><output role="status" aria-live="polite"></output></form>'
    ).format(name, noun, selects)
    html.show(form + html.table(caption, columns, rows, name=name, addresses=addresses, box="so-scroll so-long"))


def _links(case):
    """Return, for each claim_id, the claims that it bears on and that bear on it, as Markup."""
    targets = {}  # claim_id -> relation in words -> links
    for link in case.claim_links.itertuples():
        for claim, words, other in (
            (link.claim_id, link.relation, link.other_id),
            (link.other_id, PASSIVE[link.relation], link.claim_id),
        ):
            target = Markup('<a href="#{0}" title="{1}">{0}</a>').format(other, html.text(link.note))
            targets.setdefault(claim, {}).setdefault(words, []).append(target)
    return {
        claim: Markup('<div class="so-links">{}</div>').format(
            Markup("; ").join(Markup("{} {}").format(words, Markup(", ").join(all_)) for words, all_ in kinds.items())
        )
        for claim, kinds in targets.items()
    }


def codebook(case: Case, table: str) -> None:
    """Show what the descriptor of the case says about one table: its rows, its columns, its vocabularies."""
    resource = case.resource(table)
    schema = resource["schema"]
    keys = {key["fields"][0]: key["reference"] for key in schema.get("foreignKeys", [])}
    rows = []
    for field in schema["fields"]:
        name = field["name"]
        kind = [field["type"], "required" if is_required(field) else "may be empty"]
        if name in schema["primaryKey"]:
            kind.append("key")
        if name in keys:
            kind.append(f"one of {keys[name]['resource']}.{keys[name]['fields'][0]}")
        head = Markup("<code>{}</code><br><small>{}</small>").format(name, ", ".join(kind))
        rows.append([head, definition(field)])
    html.show(
        Markup("<p>{} <em>{} rows.</em></p>{}").format(
            resource["description"],
            len(case[table]),
            html.table(
                Markup("Columns of <code>{}.csv</code>").format(table),
                ["Column", "What it says"],
                rows,
                addresses=[f"{table}-{field['name']}" for field in schema["fields"]],
            ),
        )
    )


def definition(field: dict) -> Markup:
    """Return what the descriptor says about one column, and about each label of its vocabulary."""
    labels = ""
    if vocabulary(field):
        items = ((category["value"], category.get("label", "")) for category in field["categories"])
        labels = Markup("<dl>{}</dl>").format(html.each("<dt><code>{}</code></dt><dd>{}</dd>", items))
    return Markup("{}{}").format(field["description"], labels)
