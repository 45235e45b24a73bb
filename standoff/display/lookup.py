"""The pages to look things up in, made from a case: the tables of all claims and all cruxes, and the codebook."""

import html

from IPython.display import HTML, display

from ..case import is_required, vocabulary


def claims_table(case):
    """Show all claims as one table, a row per claim with its claim_id as address (`page.html#c045`)."""
    names = case.actors.set_index("actor_id")["name"]
    paragraph, links = _paragraphs(case), _links(case)
    rows = {
        row.claim_id: {
            "claim": f'<a href="#{row.claim_id}">{row.claim_id}</a>',
            "gist": html.escape(row.gist),
            "source": html.escape("The narrator" if row.source == "narrator" else names[row.source]),
            "paragraph": paragraph[row.content_span],
            "certainty": row.certainty,
            "polarity": row.polarity,
            "act": row.act,
            "quotation": row.quote_type,
            "topic": row.topic,
            "links": links.get(row.claim_id, ""),
        }
        for row in case.claims.itertuples()
    }
    filters = ["source", "quotation", "act", "certainty", "topic"]
    _filterable("so-claims", "claims", f"All {len(rows)} claims of the report, in our own words", rows, filters)


def cruxes_table(case):
    """Show all cruxes as one table, a row per crux with its crux_id as address."""
    paragraph = _paragraphs(case)
    rows = {
        row.crux_id: {
            "crux": f'<a href="#{row.crux_id}">{row.crux_id}</a>',
            "printed": html.escape(row.printed_reading),
            "adopted": html.escape(row.adopted_reading),
            "other readings": html.escape(row.alternatives),
            "why": html.escape(row.why),
            "problem": row.problem,
            "paragraph": paragraph[row.span_id],
        }
        for row in case.cruxes.fillna({"alternatives": ""}).itertuples()
    }
    _filterable("so-cruxes", "cruxes", f"All {len(rows)} cruxes of the report", rows, ["problem"])


def _paragraphs(case):
    """The paragraph in which each span begins."""
    return case.spans.groupby("span_id")["paragraph"].first()


def _filterable(name, noun, caption, rows, filters):
    """Show rows (a dict of cells, as HTML, by the row's address) as a table.

    On the built page a form above it searches and filters the table; in a notebook the table stands alone.
    """
    columns = list(next(iter(rows.values())))
    prose = {column for column in columns[1:] if any(len(str(cells[column])) > 40 for cells in rows.values())}
    head = "".join(f'<th scope="col" data-column="{column}">{column}</th>' for column in columns)
    body = "".join(
        f'<tr id="{address}">'
        + "".join(
            f'<th scope="row">{cell}</th>'
            if column == columns[0]
            else f'<td class="so-text">{cell}</td>'
            if column in prose
            else f"<td>{cell}</td>"
            for column, cell in cells.items()
        )
        + "</tr>"
        for address, cells in rows.items()
    )
    selects = "".join(
        f'<label>{column.capitalize()} <select data-column="{column}"><option value="">all</option></select></label>'
        for column in filters
    )
    display(
        HTML(
            f'<form class="so-filter" data-table="{name}" data-noun="{noun}" hidden>'
            f'<label>Search <input type="search" autocomplete="off"></label>{selects}'
            '<button type="reset">Show all</button><output role="status" aria-live="polite"></output></form>'
            f'<div class="so-scroll so-long" tabindex="0" role="group" aria-label="{caption}"><table id="{name}">'
            f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
    )


PASSIVE = {
    "contradicts": "contradicted by",
    "doubts": "doubted by",
    "answers": "answered by",
    "supports": "supported by",
    "repeats": "repeated by",
}


def _links(case):
    """For each claim_id, the claims that it bears on and that bear on it, as HTML."""
    found = {}
    for link in case.claim_links.itertuples():
        for claim, words, other in (
            (link.claim_id, link.relation, link.other_id),
            (link.other_id, PASSIVE[link.relation], link.claim_id),
        ):
            target = f'<a href="#{other}" title="{html.escape(link.note)}">{other}</a>'
            found.setdefault(claim, {}).setdefault(words, []).append(target)
    joined = {
        claim: "; ".join(f"{words} {', '.join(targets)}" for words, targets in kinds.items())
        for claim, kinds in found.items()
    }
    return {claim: f'<div class="so-links">{text}</div>' for claim, text in joined.items()}


def codebook(case, table):
    """Show what the descriptor of the case says about one table: its rows, its columns, its vocabularies."""
    resource = next(resource for resource in case.package["resources"] if resource["name"] == table)
    schema = resource["schema"]
    keys = {
        key["fields"][0]: f"{key['reference']['resource']}.{key['reference']['fields'][0]}"
        for key in schema.get("foreignKeys", [])
    }
    rows = []
    for field in schema["fields"]:
        name = field["name"]
        kind = [field["type"], "required" if is_required(field) else "may be empty"]
        if name in schema["primaryKey"]:
            kind.append("key")
        if name in keys:
            kind.append(f"one of {keys[name]}")
        rows.append(
            f'<tr id="{table}-{name}"><th scope="row"><code>{name}</code><br><small>{", ".join(kind)}</small></th>'
            f"<td>{definition(field)}</td></tr>"
        )
    display(
        HTML(
            f"<p>{html.escape(resource['description'])} <em>{len(case[table])} rows.</em></p>"
            f'<div class="so-scroll" tabindex="0" role="group" aria-label="Columns of {table}"><table>'
            f"<caption>Columns of <code>{table}.csv</code></caption>"
            '<thead><tr><th scope="col">Column</th><th scope="col">What it says</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )
    )


def definition(field):
    """What the descriptor says about one column, and about each label of its vocabulary, as HTML."""
    if not vocabulary(field):
        return html.escape(field["description"])
    items = "".join(
        f"<dt><code>{html.escape(category['value'])}</code></dt><dd>{html.escape(category.get('label', ''))}</dd>"
        for category in field["categories"]
    )
    return f"{html.escape(field['description'])}<dl>{items}</dl>"
