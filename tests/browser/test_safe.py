"""Nothing from elsewhere is loaded, and nothing in the data becomes code: by policy, and by escaping."""

import copy
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from sphinx.errors import ExtensionError

from _ext.finish import accessible, safe
from chapters import ALL_PAGES, HTML
from standoff.case import Case
from standoff.display import (
    actors_table,
    claims_table,
    codebook,
    cruxes_table,
    desk,
    exercise,
    figure,
    scorecard,
    table,
    trial,
    worksheets,
)

HOSTILE = [
    "<script>stolen = true</script>",
    '"><img src=x onerror="stolen = true">',
    "=HYPERLINK(1)",
    "\u202egnp.exe",
    "</table>'&",
]


# ---- the pages ----


@pytest.mark.parametrize("name", ALL_PAGES)
def test_a_page_has_a_policy_and_no_code_in_its_attributes(name):
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    policies = re.findall(r'<meta content="([^"]*)" http-equiv=Content-Security-Policy>', text)
    assert len(policies) == 1 and policies[0].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policies[0] and "http" not in policies[0]
    tags = "".join(re.findall(r"<[a-z][^>]*>", text))
    assert not re.findall(r"\s(?:on\w+|style)=", re.sub(r'"[^"]*"', "", tags))
    assert text.index("Content-Security-Policy") < min(text.index("<script"), text.index("<link"))


@pytest.fixture
def elsewhere():
    """Somebody else's server: its address, and what it was asked for."""
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


TRY_ALL = """url => {
    for (const [tag, name] of [["img", "src"], ["script", "src"], ["iframe", "src"]]) {
        const element = document.createElement(tag);
        element[name] = `${url}/${tag}`;
        document.body.append(element);
    }
    document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="window.stolen = true">');
    fetch(`${url}/fetch`).catch(() => {});
    const form = Object.assign(document.createElement("form"), {action: `${url}/form`, target: "somewhere"});
    document.body.append(form); // it sends to a frame of its own, so that the page stays
    document.body.insertAdjacentHTML("beforeend", '<iframe name="somewhere"></iframe>');
    form.submit();
}"""


@pytest.mark.parametrize("scheme", ["file", "http", "without a policy"])
def test_the_policy_stops_what_comes_from_elsewhere(browser, address, elsewhere, scheme):
    """Also code in attributes; and, without it, none of this is stopped."""
    url, asked = elsewhere
    tab = browser.new_page(bypass_csp=scheme == "without a policy")
    try:
        tab.goto(f"{address}/index.html" if scheme == "http" else (HTML / "index.html").as_uri())
        assert tab.evaluate("typeof DOCUMENTATION_OPTIONS") == "object", "the page's own scripts run"
        assert tab.evaluate("getComputedStyle(document.querySelector('article')).display") == "block"
        tab.evaluate(TRY_ALL, url)
        tab.wait_for_timeout(500)
        if scheme == "without a policy":
            assert "/img" in asked and "/script" in asked
        else:
            assert asked == [] and tab.evaluate("window.stolen") is None
    finally:
        tab.close()


def test_a_handler_in_an_attribute_stops_the_build():
    page = BeautifulSoup('<head><meta charset="utf-8"></head><a onclick="alert(1)">x</a>', "html.parser")
    with pytest.raises(ExtensionError, match="onclick"):
        safe.set_policy(page)


def test_a_style_in_an_attribute_stops_the_build():
    page = BeautifulSoup('<head><meta charset="utf-8"></head><p style="color: red">x</p>', "html.parser")
    with pytest.raises(ExtensionError, match="a style in the page"):
        safe.set_policy(page)


def test_a_changed_theme_stops_the_build():
    with pytest.raises(ExtensionError, match="has the theme changed"):
        accessible.improve(BeautifulSoup("<body><p>no buttons</p></body>", "html.parser"))


# ---- what the data say ----


TEXT = " ".join(HOSTILE)
SERIES = pd.Series([TEXT], index=pd.Index([TEXT], name=TEXT), name=TEXT)
KEPT = {"source", "source_chain", "source_span", "cue_span", "content_span", "sha256", "sha256_16", "relation"}
FIELD = {"title": TEXT, "description": TEXT, "categories": [{"value": TEXT, "label": TEXT}]}


@pytest.fixture
def hostile(practice):
    """A case in which every text that is not an identifier is code, also in its descriptor."""
    package = copy.deepcopy(practice.package) | {"title": TEXT, "sources": [FIELD], "licenses": [{"name": TEXT}]}
    tables = {name: table.copy() for name, table in practice.tables.items()}
    for resource in package["resources"]:
        table, keys = tables[resource["name"]], resource["schema"].get("foreignKeys", [])
        keys = {column for key in keys for column in key["fields"]} | set(resource["schema"]["primaryKey"])
        resource["description"] = TEXT
        for field in resource["schema"]["fields"]:
            is_text = field["type"] == "string" and field["name"] not in KEPT | keys
            field |= FIELD if is_text and "categories" in field else {"title": TEXT, "description": TEXT}
            if is_text:
                table[field["name"]] = TEXT
    case = Case(practice.folder, package, tables)
    case.claims["source"] = case.actors["actor_id"].iloc[0]
    return case


SHOWN = {  # what a chapter shows, for a hostile case
    "table": lambda case: table(case.claims, TEXT),
    "table of a Series": lambda case: table(SERIES, TEXT),
    "figure": lambda case: figure(Figure(), TEXT, SERIES),
    "actors": actors_table,
    "claims": claims_table,
    "cruxes": cruxes_table,
    "codebook": lambda case: codebook(case, "claims"),
    "trial": lambda case: trial(case, "certainty", case.claims["claim_id"].head(2)),
    "scorecard": lambda case: scorecard(pd.Series([TEXT]), pd.Series([1])),
    "desk": lambda case: desk(**{TEXT: case}),
    "exercise": lambda case: exercise(1, TEXT, '"a"', options=[TEXT, "other"], hints={"b": TEXT}, why=TEXT),
    "labels to write on": lambda case: worksheets.write(TEXT),
    "credit": lambda case: worksheets.to_mark(case, 1),
    "fill in": lambda case: worksheets.to_fill_in(TEXT, [TEXT, "tick"], [[TEXT, worksheets.to_tick([TEXT])]], [TEXT]),
}


@pytest.mark.parametrize("name", SHOWN)
def test_hostile_words_stay_text(name, hostile, shown):
    SHOWN[name](hostile)
    page = BeautifulSoup("".join(shown), "html.parser")
    assert not page.select("script:not([type='application/json']), img[onerror], img[src=x]")
    texts = [
        page.get_text(),
        *(part for script in page.select("script") for part in map(str, json.loads(script.string))),
        *(str(value) for tag in page.find_all() for value in tag.attrs.values()),
    ]
    assert any(all(words in text for words in HOSTILE) for text in texts)
