"""The pages to look things up in, made from a case: the table of all claims and the codebook."""

import html

from IPython.display import HTML, display

from .case import is_required, vocabulary

FILTERS = ["source", "quotation", "act", "certainty", "topic"]


def claims_table(case):
    """Show all claims as one table, a row per claim with its claim_id as address (`page.html#c045`).

    On the built page a form above the table searches and filters it; in a notebook the table stands alone.
    """
    paragraph = case.spans.drop_duplicates("span_id").set_index("span_id")["paragraph"]
    names = case.actors.set_index("actor_id")["name"]
    links = _links(case)
    columns = {
        "claim": lambda row: f'<a href="#{row.claim_id}">{row.claim_id}</a>',
        "gist": lambda row: html.escape(row.gist),
        "source": lambda row: html.escape("The narrator" if row.source == "narrator" else names[row.source]),
        "paragraph": lambda row: str(paragraph[row.content_span]),
        "certainty": lambda row: row.certainty,
        "polarity": lambda row: row.polarity,
        "act": lambda row: row.act,
        "quotation": lambda row: row.quote_type,
        "topic": lambda row: row.topic,
        "links": lambda row: links.get(row.claim_id, ""),
    }
    head = "".join(f'<th scope="col" data-column="{name}">{name}</th>' for name in columns)
    body = "".join(
        f'<tr id="{row.claim_id}">' + "".join(
            f'<th scope="row">{cell(row)}</th>' if name == "claim" else f"<td>{cell(row)}</td>" for name, cell in columns.items()
        ) + "</tr>"
        for row in case.claims.itertuples()
    )
    selects = "".join(
        f'<label>{name.capitalize()} <select data-column="{name}"><option value="">all</option></select></label>' for name in FILTERS
    )
    display(HTML(
        '<form class="so-filter" data-table="so-claims" data-noun="claims" hidden>'
        f'<label>Search <input type="search" autocomplete="off"></label>{selects}'
        '<button type="reset">Show all</button><output role="status" aria-live="polite"></output></form>'
        '<div class="so-scroll" tabindex="0" role="region" aria-label="All claims"><table id="so-claims" class="so-wide">'
        f"<caption>All {len(case.claims)} claims of the report, in our own words</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    ))


PASSIVE = {"contradicts": "contradicted by", "doubts": "doubted by", "answers": "answered by", "supports": "supported by", "repeats": "repeated by"}


def _links(case):
    """For each claim_id, the claims that it bears on and that bear on it, as HTML."""
    lines = {}
    for link in case.claim_links.itertuples():
        for claim, words, other in (
            (link.claim_id, link.relation, link.other_id), (link.other_id, PASSIVE[link.relation], link.claim_id),
        ):
            target = f'<a href="#{other}" title="{html.escape(link.note)}">{other}</a>'
            lines.setdefault(claim, []).append(f"{words} {target}")
    return {claim: ", ".join(words) for claim, words in lines.items()}


def codebook(case, table):
    """Show what the descriptor of the case says about one table: its rows, its columns, its vocabularies."""
    resource = next(resource for resource in case.package["resources"] if resource["name"] == table)
    schema = resource["schema"]
    keys = {key["fields"][0]: f'{key["reference"]["resource"]}.{key["reference"]["fields"][0]}' for key in schema.get("foreignKeys", [])}
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
            f"<td>{html.escape(field['description'])}{_vocabulary(field)}</td></tr>"
        )
    display(HTML(
        f"<p>{html.escape(resource['description'])} <em>{len(case[table])} rows.</em></p>"
        f'<div class="so-scroll" tabindex="0" role="region" aria-label="Columns of {table}"><table>'
        f"<caption>Columns of <code>{table}.csv</code></caption>"
        '<thead><tr><th scope="col">Column</th><th scope="col">What it says</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    ))


def _vocabulary(field):
    if not vocabulary(field):
        return ""
    items = "".join(
        f"<dt><code>{html.escape(category['value'])}</code></dt><dd>{html.escape(category.get('label', ''))}</dd>"
        for category in field["categories"]
    )
    return f"<dl>{items}</dl>"
