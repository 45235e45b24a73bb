"""Nothing from elsewhere is loaded, and nothing in the data becomes code: by policy, and by escaping."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

import standoff.display.exercises as exercises
import standoff.display.lookup as tables
import standoff.display.show as show
from _ext.finish import accessible, safe
from chapters import ALL_PAGES, HTML

HOSTILE = [
    "<script>stolen = true</script>",
    '"><img src=x onerror="stolen = true">',
    "=HYPERLINK(1)",
    "\u202egnp.exe",
    "</table>'&",
]


def assert_is_text(html):
    page = BeautifulSoup(html, "html.parser")
    assert not page.select("script, img[onerror]")
    assert all(text in page.get_text() for text in HOSTILE)


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


def test_hostile_cells_stay_text_in_tables():
    frame = pd.DataFrame({"gist": HOSTILE}, index=pd.Index(HOSTILE, name=HOSTILE[0]))
    assert_is_text(show.as_table(frame, HOSTILE[1]))


def test_hostile_cells_stay_text_in_the_tables_of_claims_and_cruxes(practice, monkeypatch):
    shown = []
    monkeypatch.setattr(tables, "display", lambda output: shown.append(output.data))
    text = " ".join(HOSTILE)
    case = type(
        "Case",
        (),
        {name: getattr(practice, name).copy() for name in ("claims", "actors", "spans", "claim_links", "cruxes")},
    )()
    case.claims["gist"] = case.actors["name"] = case.claim_links["note"] = text
    case.cruxes["why"] = case.cruxes["printed_reading"] = text
    tables.claims_table(case)
    tables.cruxes_table(case)
    for html in shown:
        assert_is_text(html)


def test_hostile_words_stay_text_in_exercises():
    text = " ".join(HOSTILE)
    html = exercises._html(1, text, "1", "a", [text, "other"], [("b", text)], text, 0, True)
    assert_is_text(html)
