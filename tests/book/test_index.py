"""The index: what is in it, and that each entry leads to the place it names."""

import re

import pytest

from chapters import CONTENT, built, code, tags
from standoff import load


@pytest.fixture(scope="module")
def entries():
    """{entry: (address or None, {place: address})}"""
    found = {}
    for item in built("genindex").select("ul.so-index > li"):
        own = item.find("a", recursive=False)
        name = (own or item.find(string=True)).get_text().strip()
        found[name] = (own and own["href"], {link.get_text(): link["href"] for link in item.select(":scope > ul a")})
    return found


def block_at(address):
    """The block that an address leads to: what follows the mark."""
    name, _, anchor = address.partition("#")
    mark = built(name.removesuffix(".html")).find(id=anchor)
    return mark.find_next(
        lambda e: e.name in ("p", "ul", "ol", "dl", "blockquote") or "cell_input" in e.get("class", [])
    )


def test_every_term_of_the_glossary_is_in_the_index(entries):
    for term in built("chapters/glossary").select("dl.glossary dt"):
        name = term.find(string=True).strip()
        assert entries[name][0] == f"chapters/glossary.html#{term['id']}"


def test_a_term_leads_to_the_chapters_that_bring_it_in(entries):
    glossary = {name: places for name, (own, places) in entries.items() if own}
    assert sum(map(len, glossary.values())) > 20
    for name, places in glossary.items():
        for place in places.values():
            block = block_at(place)
            links = [
                link["href"].partition("#term-")[2].replace("-", " ") for link in block.select("a[href*='#term-']")
            ]
            marked = [text.lower() for text in [*links, *(strong.get_text() for strong in block.select("strong"))]]
            assert name.lower() in marked, f"{name} at {place}: {marked}"
    assert "Read before you count" in glossary["crux"]


def test_a_function_leads_to_each_chapter_that_calls_it(entries):
    for name in ("groupby", "crosstab", "merge"):
        places = entries[f"{name} (pandas)"][1]
        calling = [
            chapter
            for chapter in CONTENT
            if any(
                re.search(rf"\.{name}\(", cell.source)
                and not {"remove-input", "remove-cell", "hide-input"} & set(tags(cell))
                for cell in code(chapter)
            )
        ]
        assert sorted(address.partition("#")[0] for address in places.values()) == sorted(
            f"chapters/{chapter}.html" for chapter in calling
        )
        assert calling and all(f".{name}(" in block_at(address).get_text() for address in places.values())


def test_an_actor_leads_to_the_first_of_its_claims(entries):
    claims = load("report").claims
    own = claims[claims["source"] == "biden"]
    assert entries["Biden, Joe"][1] == {
        f"first of {len(own)} claims": f"chapters/claims-table.html#{own['claim_id'].iloc[0]}"
    }
    speaking = set(claims["source"].astype(str)) - {"narrator"}
    assert sum("claims-table" in address for _, places in entries.values() for address in places.values()) == len(
        speaking
    )


def test_the_contents_lead_to_the_index():
    for name in ("index", "chapters/claims"):
        assert [a["href"] for a in built(name).select("nav.bd-links li > a") if a.get_text(strip=True) == "Index"] == [
            ("../" if "/" in name else "") + "genindex.html"
        ]
