"""Show the reference pages, made from a case: its actors, claims, cruxes, traces and passages, and the codebook."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

import pandas as pd
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
    """Show all claims as one table, with a row per claim and its claim_id as address (`page.html#c045`)."""
    columns = ["claim", "gist", "source", "paragraph", "certainty", "polarity", "act", "quotation", "topic", "links"]
    names = case.names.replace("the narrator", "The narrator")
    paragraph_of, links = case.paragraph_of, links_of(case)
    rows = [
        [row.claim_id, row.gist, names[row.source], str(paragraph_of[row.content_span])]
        + [row.certainty, row.polarity, row.act, row.quote_type, row.topic, _linked(links[row.claim_id])]
        for row in case.claims.itertuples()
    ]
    caption = f"All {len(rows)} claims in the report, in our own words"
    _filterable("so-claims", "claims", caption, columns, rows, ["source", "quotation", "act", "certainty", "topic"])


def actors_table(case: Case) -> None:
    """Show all actors as one table, a row per actor with its actor_id as address.

    The number of claims of which an actor is the source links to these claims on the page of all claims.
    """
    columns = ["actor", "paragraphs", "claims", "country", "kind", "office or note", "part of"]
    states = case.actors[case.actors["kind"] == "state"].dropna(subset="country")
    names, country = case.names, states.set_index("country")["name"]
    present, claims = presence(case), case.claims["source"].value_counts()
    link = Markup('<a href="claims-table.html?source={}">{}</a>')
    rows = []
    for row in case.actors.itertuples():
        made = claims.get(row.actor_id, 0)
        state, whole = country.get(row.country, row.country), names.get(row.part_of)
        heard = link.format(quote_plus(row.name), made) if made else "0"
        rows.append([row.actor_id, present[row.actor_id], heard, state, row.kind, row.role, whole])
    caption = f"All {len(rows)} actors in the report, in the order in which it first names them"
    _filterable("so-actors", "actors", caption, columns, rows, ["kind", "country"], names.to_dict())


def presence(case: Case) -> pd.Series:
    """Return in how many paragraphs each actor is present, by actor_id.

    An actor is present where it is first named, where it is the source, the recipient or the addressee of a claim, and
    where it takes part in an event.
    """
    claims = case.claims.rename(columns={"content_span": "span_id"})
    claims = claims.melt("span_id", ["source", "recipient", "addressee"], value_name="actor_id")
    seen = pd.concat([claims, case.event_actors.merge(case.events, on="event_id"), case.actors])
    return seen["span_id"].map(case.paragraph_of).groupby(seen["actor_id"]).nunique()


def cruxes_table(case: Case) -> None:
    """Show all cruxes as one table, with a row per crux and its crux_id as address."""
    columns = ["crux", "printed", "adopted", "other readings", "why", "problem", "paragraph"]
    cruxes = case.cruxes.assign(paragraph=case.cruxes["span_id"].map(case.paragraph_of).astype("str"))
    cells = ["crux_id", "printed_reading", "adopted_reading", "alternatives", "why", "problem", "paragraph"]
    rows = cruxes[cells].to_numpy().tolist()
    _filterable("so-cruxes", "cruxes", f"All {len(rows)} cruxes in the report", columns, rows, ["problem"])


def traces_table(case: Case, witnesses: Case) -> None:
    """Show all traces as one table, with a row per claim that a witness could bear on and its claim_id as address."""
    columns = ["claim", "gist", "source", "witness", "passage", "words", "sense", "printed", "said", "note"]
    names, titles = case.names, witnesses.witnesses.set_index("witness_id")["title"]
    traces = witnesses.traces.merge(case.claims[["claim_id", "gist", "source"]], on="claim_id")
    rows = [
        [row.claim_id, row.gist, names[row.source], titles[row.witness_id], _passage(row.passage_id)]
        + [row.words, row.sense, row.printed, row.said, row.note]
        for row in traces.itertuples()
    ]
    _filterable(
        "so-traces", "traces", f"All {len(rows)} traces of the report", columns, rows, ["source", "words", "sense"]
    )


def passages_table(case: Case, witnesses: Case) -> None:
    """Show all passages as one table, with a row per passage and its passage_id as address."""
    columns = ["passage", "gist", "speaker", "witness", "paragraph", "certainty", "polarity", "topic", "claims"]
    names, titles = case.names, witnesses.witnesses.set_index("witness_id")["title"]
    claims = witnesses.traces.groupby("passage_id")["claim_id"].agg(list)
    link = Markup('<a href="traces.html#{0}">{0}</a>')
    rows = [
        [row.passage_id, row.gist, names.get(row.speaker, row.speaker), titles[row.witness_id], row.paragraph]
        + [row.certainty, row.polarity, row.topic, [link.format(claim) for claim in claims.get(row.passage_id, [])]]
        for row in witnesses.passages.drop_duplicates("passage_id").itertuples()
    ]
    caption = f"All {len(rows)} passages of the witnesses, in our own words"
    _filterable("so-passages", "passages", caption, columns, rows, ["speaker", "witness", "topic"])


def _passage(passage: object) -> Markup:
    """Return a link to a passage on its page, or nothing where the cell is empty."""
    return Markup('<a href="passages.html#{0}">{0}</a>').format(passage) if isinstance(passage, str) else Markup()


def _filterable(
    name: str, noun: str, caption: str, columns: Sequence, rows: Sequence, filters: Sequence, names: Mapping = {}
) -> None:
    """Show rows, whose first cells are their addresses, as a table; `names` has what to show in place of an address.

    On the built page a form above it searches and filters the table; in a notebook there is only the table.
    """
    addresses = [row[0] for row in rows]
    link = Markup('<a href="#{}">{}</a>')
    rows = [[link.format(row[0], names.get(row[0], row[0])), *row[1:]] for row in rows]
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


def links_of(case: Case) -> dict[str, list[tuple[str, str, str]]]:
    """Return what bears on each claim or is borne on by it, by claim_id: (relation in words, claim_id, note)."""
    links = defaultdict(list)
    for claim, relation, other, note in case.claim_links[["claim_id", "relation", "other_id", "note"]].to_numpy():
        links[claim].append((relation, other, html.text(note)))
        links[other].append((PASSIVE[relation], claim, html.text(note)))
    return links


def _linked(links: list[tuple[str, str, str]]) -> Markup:
    """Return the links of a claim, those of a kind together."""
    targets = defaultdict(list)
    for words, *target in links:
        targets[words].append(Markup('<a href="#{0}" title="{1}">{0}</a>').format(*target))
    kinds = [Markup("{} {}").format(words, Markup(", ").join(claims)) for words, claims in targets.items()]
    return Markup('<div class="so-links">{}</div>').format(Markup("; ").join(kinds)) if kinds else Markup()


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
