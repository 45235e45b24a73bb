"""The reading desk: a copy of the text, recognised and annotated in the browser, which tells nobody."""

import random
import re
import unicodedata

import pytest
from conftest import watched
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS
from test_alignment import COPIES, JUNK, MOVED, OTHER_MARKS, SAME_CHARACTERS, SENTENCE
from test_data import words
from test_text import KINDS, PLAIN

from chapters import HTML
from standoff import load
from standoff.alignment import verify
from standoff.text import digest, paragraphs, read_text

NASTY = [
    "a",
    "Z",
    "é",
    "e\u0301",
    "ß",
    "\u1e9b\u0323",
    "한",
    "\u1112\u1161\u11ab",
    "𝔸",
    "👩‍👩‍👧",
    "字",
    "٣",
    "\u0344",
    "\u2126",
    " ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1f",
    "\x85",
    "\xa0",
    "\u1680",
    "\u2000",
    "\u2009",
    "\u2028",
    "\u2029",
    "\u202f",
    "\u205f",
    "\u3000",
    "\u200b",
    "\u180e",
    "\ufeff",
    "\n\u00a0\n",
    "\n\x85\n",
    "“",
    "’",
    "…",
    "--",
    "\xad",
]
COMPARE = """([name, copy]) => {
    const data = JSON.parse(document.querySelector("#so-desk script").textContent)[name];
    return standoffDesk.compare(data, copy);
}"""


@pytest.fixture
def desk(tab):
    tab.open("chapters/reading-desk")
    return tab


@pytest.fixture(scope="module")
def functions(each_browser):
    """The page of the desk, opened once, for tests that call the functions of its script and leave the page as it is."""
    page = each_browser.new_page()
    with watched(page):
        page.goto((HTML / "chapters/reading-desk.html").as_uri())
        yield page
    page.close()


@pytest.fixture
def opened(desk):
    """The desk with the practice report on it."""
    desk.get_by_role("button", name="Open the practice report").click()
    desk.locator(".so-desk-paragraph").first.wait_for()
    return desk


@pytest.fixture(params=["practice", "report"])
def case_and_text(request):
    case = load(request.param)
    return case, read_text(request.getfixturevalue("report_text") if request.param == "report" else case.text)


def statuses(functions, case, copy):
    return [each["status"] for each in functions.evaluate(COMPARE, [case.name, copy])]


# ---- the same rules in two languages ----


def test_canonical_forms_agree(functions):
    """Python and JavaScript differ in what is white space, in how characters are counted, in where lines end."""
    lots = random.Random(1)
    texts = ["".join(lots.choices(NASTY, k=lots.randint(0, 40))) for _ in range(3000)] + NASTY
    ours = [paragraphs(text) for text in texts]
    theirs = functions.evaluate("texts => texts.map(standoffDesk.paragraphs)", texts)
    assert [text for text, one, other in zip(texts, ours, theirs) if one != other] == []
    assert sum(len(each) > 1 for each in ours) > 500


def test_hashes_agree(functions):
    texts = ["x" * size for size in range(140)] + ["".join(NASTY), "字" * 1000]
    assert functions.evaluate("texts => texts.map(standoffDesk.sha256)", texts) == [digest(text) for text in texts]


@pytest.mark.filterwarnings("ignore::UnicodeWarning")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "broken utf-8", "big-endian"])
def test_files_are_read_alike(functions, tmp_path, encoding):
    text = "“Été”, she said – déjà vu.\r\n\r\nA second paragraph."
    data = {"broken utf-8": text.encode() + b"\xe2\x80", "big-endian": b"\xfe\xff" + text.encode("utf-16-be")}.get(
        encoding
    )
    data = data or text.encode(encoding)
    (tmp_path / "a.txt").write_bytes(data)
    read = functions.evaluate("bytes => standoffDesk.decode(new Uint8Array(bytes), 'a.txt')", list(data))
    assert read["text"] == read_text(tmp_path / "a.txt")
    assert bool(read["notes"]) == (encoding in ("cp1252", "broken utf-8"))


def test_files_that_are_no_text_are_refused_alike(functions):
    """By the same names as in Python: tests/library/test_text.py holds these against them."""
    said = functions.evaluate(
        """texts => texts.map(text => {
        try { return standoffDesk.decode(new TextEncoder().encode(text), "a.txt") && ""; } catch (error) { return error.message; }
    })""",
        [text for text, _ in KINDS.values()] + PLAIN,
    )
    assert [sentence[: len(f"a.txt is {kind}")] for sentence, (_, kind) in zip(said, KINDS.values())] == [
        f"a.txt is {kind}" for _, kind in KINDS.values()
    ]
    assert set(said[len(KINDS) :]) == {""}


@pytest.mark.parametrize(("original", "copy"), COPIES)
def test_statuses_are_those_of_the_specification(functions, original, copy):
    spans = {f"s{number:04}": [span] for number, span in enumerate(original["spans"])}
    data = {"paragraphs": original["paragraphs"], "spans": spans}
    found = functions.evaluate(
        """([data, copy]) => {
        const { ofParagraphs, ofSpans } = standoffDesk.align(data, copy);
        return [ofParagraphs, ofSpans].map((spans) => spans.map(({ match }) => match.status[0]).join(""));
    }""",
        [data, copy["copy"]],
    )
    assert found == [copy["paragraphs"], copy["spans"]]


# ---- copies ----


@pytest.mark.parametrize("change", SAME_CHARACTERS.values(), ids=SAME_CHARACTERS)
def test_exact_however_the_lines_are_broken(functions, case_and_text, change):
    case, text = case_and_text
    assert set(statuses(functions, case, change(text))) == {"exact"}


@pytest.mark.parametrize("change", OTHER_MARKS.values(), ids=OTHER_MARKS)
def test_found_with_other_marks(functions, case_and_text, change):
    case, text = case_and_text
    assert set(statuses(functions, case, change(text))) <= {"exact", "folded"}


@pytest.mark.parametrize("change", MOVED.values(), ids=MOVED)
def test_found_when_moved(functions, case_and_text, change):
    case, text = case_and_text
    assert set(statuses(functions, case, change(text))) <= {"exact", "relocated"}


def test_an_edited_and_a_lost_paragraph_are_named_and_the_rest_is_found(functions, case_and_text, tmp_path):
    """As `standoff verify` has it."""
    case, text = case_and_text
    blocks = paragraphs(text)
    place = blocks[3].index(". ") + 1
    edited = [*blocks[:3], f"{blocks[3][:place]} {SENTENCE}{blocks[3][place:]}", blocks[4], *blocks[6:]]
    copy = "\n\n".join(edited)
    results = functions.evaluate(COMPARE, [case.name, copy])
    assert [each["number"] for each in results if each["status"] == "edited"] == [4]
    assert [each["number"] for each in results if each["status"] in ("edited", "missing")] == [4, 6]
    (tmp_path / "copy.txt").write_text(copy, encoding="utf-8")
    df = verify(case, tmp_path / "copy.txt")
    ours = df[(df["paragraph"] == 4) & (df["status"] != "missing")].groupby("span_id").size().to_dict()
    theirs = {span: len(at) for span, at in results[3]["places"].items()}
    assert ours == theirs
    found = {  # and at the same words
        "".join([*results[3]["text"]][start:end]) for at in results[3]["places"].values() for start, end in at
    }
    spans = case.spans[case.spans["span_id"].isin(ours) & (case.spans["paragraph"] == 4)]
    assert found == {blocks[3][row.start : row.end] for row in spans.itertuples()}


def test_marks_in_a_manner_of_their_own(functions, practice):
    """Every second mark is another one: no uniform spelling gives the paragraph back."""
    count = 0

    def turn(match):
        nonlocal count
        count += 1
        return {"“": '"', "”": '"', "’": "'"}[match[0]] if count % 2 else match[0]

    copy = re.sub("[“”’]", turn, read_text(practice.text))
    assert set(statuses(functions, practice, copy)) == {"exact", "folded"}


def test_another_text_is_recognised(functions, practice):
    assert set(statuses(functions, practice, "The harbour was quiet. " * 300)) == {"missing"}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_what_is_left_of_the_text_is_found_before_junk(functions, practice, junk):
    """The page stands still while it compares: with some of these it once did so for a minute."""
    text = "\n\n".join(paragraphs(read_text(practice.text))[:8])
    found = statuses(functions, practice, f"{text}\n\n{junk * (40_000 // len(junk))}")
    assert set(found[:8]) == {"exact"} and not {"exact", "folded"} & set(found[8:])


def test_a_text_that_is_far_too_long_is_not_searched(functions, practice):
    assert set(statuses(functions, practice, "The harbour was quiet. " * 10_000)) == {"missing"}


def test_offsets_count_characters_not_units(functions):
    """A sign beyond 16 bits before a stretch does not shift it."""
    text = "𝔸👩 harbour “quiet” today."
    span = [1, text.index("harbour"), text.index("harbour") + 7, digest("harbour")[:16]]
    data = {"paragraphs": [[len(text), digest(text)]], "spans": {"s001": [span]}}
    for copy in (text, text.replace("“", '"').replace("”", '"')):
        [result] = functions.evaluate("([data, copy]) => standoffDesk.compare(data, copy)", [data, copy])
        [[start, end]] = result["places"]["s001"]
        assert "".join([*result["text"]][start:end]) == "harbour"


# ---- the page ----


def test_the_practice_report_is_shown_with_all_claims_and_cruxes(opened, practice):
    expect(opened.locator(".so-desk-said")).to_contain_text("this is the text. All 15 paragraphs match.")
    markers = opened.locator(".so-desk-paragraph button.so-tag")
    expect(markers).to_have_count(len(practice.claims) + len(practice.cruxes))
    shown = [
        unicodedata.normalize(
            "NFC",
            re.sub(
                r"\s+",
                " ",
                block.evaluate(
                    "p => { const copy = p.cloneNode(true); copy.querySelectorAll('button').forEach(b => b.remove()); return copy.textContent; }"
                ),
            ),
        )
        for block in opened.locator(".so-desk-paragraph > p").all()
    ]
    assert shown == paragraphs(read_text(practice.text))


def test_a_claim_is_selected_and_its_words_are_marked(opened, practice):
    opened.get_by_role("button", name="(c006)").click()
    panel = opened.locator(".so-desk-panel")
    claim = practice.claims.set_index("claim_id").loc["c006"]
    expect(panel).to_contain_text(claim["gist"])
    expect(panel).to_contain_text("certain, negative")
    text = paragraphs(read_text(practice.text))

    def words_of(span):
        return [
            text[row.paragraph - 1][row.start : row.end]
            for row in practice.spans[practice.spans["span_id"] == span].itertuples()
        ]

    for name, column in {"so-on": "content_span", "so-on-source": "source_span", "so-on-cue": "cue_span"}.items():
        assert opened.locator(f".so-desk-paragraph .{name}").all_inner_texts() == words_of(claim[column])
    box, marker = panel.bounding_box(), opened.get_by_role("button", name="(c006)").bounding_box()
    assert marker["y"] + marker["height"] <= box["y"] and box["y"] + box["height"] <= 901, "the panel hides nothing"
    panel.get_by_role("button", name="c025").click()
    expect(panel).to_contain_text("Claim c025")
    opened.locator(".so-words", has_text="twelve more islanders").click()
    expect(panel).to_contain_text("Claim c010")
    opened.locator(".so-words", has_text="twelve more islanders").click()
    expect(panel).to_contain_text("Crux x001")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(opened.locator(".so-desk-paragraph .so-on")).to_have_count(0)


def test_everything_by_keyboard(opened):
    opened.locator(".so-desk-filter select").last.focus()
    opened.keyboard.press("Tab")
    first = "document.activeElement.getAttribute('aria-label')"
    assert opened.evaluate(first) == "D: Dorvia, certain (c001)"
    opened.keyboard.press("Enter")
    assert opened.evaluate(first) == "Details"
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")  # next
    expect(opened.locator(".so-desk-panel")).to_contain_text("Claim c002")
    opened.keyboard.press("Escape")
    assert opened.evaluate(first) == "K: Kesland, uncommitted (c002)"
    expect(opened.locator(".so-desk-panel")).to_be_hidden()


def test_claims_can_be_filtered(opened, practice):
    opened.get_by_label("Claims of").select_option("tamsel")
    visible = opened.locator(".so-desk-paragraph button.so-tag:visible")
    expect(visible).to_have_count(int((practice.claims["source"] == "tamsel").sum() + len(practice.cruxes)))
    opened.get_by_label("that are").select_option("possible")
    expect(visible).to_have_count(len(practice.cruxes))


def test_sources_and_certainty_are_told_by_letters_and_signs_too(opened, practice):
    labels = opened.locator(".so-desk-paragraph button.so-tag:not(.so-dagger)").all_inner_texts()
    assert len(labels) == len(practice.claims) and all(re.fullmatch(r"\w+[●◕◐○]", label) for label in labels)
    data = opened.evaluate("JSON.parse(document.querySelector('#so-desk script').textContent)")
    for case in data.values():
        by_source = [source["label"] for source in case["sources"].values()]
        assert len(set(by_source)) == len(by_source)
    colours = opened.evaluate("""[0, 1, 2, 3, 4, 5, 6, 7].map(n => {
        const node = document.querySelector(`.so-words.so-c${n}`); return node && getComputedStyle(node).backgroundColor; })""")
    assert len(set(colours)) == 8 and None not in colours
    wavy = opened.locator(".so-wavy").first.evaluate("node => getComputedStyle(node).textDecorationStyle")
    assert wavy == "wavy"


def test_a_file_is_opened_and_a_wrong_one_explained(desk, practice, tmp_path):
    field = desk.get_by_label("Open a text file")
    said = desk.locator(".so-desk-said")
    field.set_input_files(practice.text)
    expect(said).to_contain_text("All 15 paragraphs match")
    edited = tmp_path / "edited.txt"
    edited.write_bytes(read_text(practice.text).replace("trawler. At least", "boat. At least").encode("cp1252"))
    field.set_input_files(edited)
    desk.locator(".so-edited").wait_for()
    expect(said).to_contain_text("14 of 15 paragraphs match")
    expect(said).to_contain_text("Not worded as in the original: paragraph 9.")
    expect(said).to_contain_text("read as Windows-1252")
    pdf = tmp_path / "report.txt"
    pdf.write_bytes(b"%PDF-1.7 ...")
    field.set_input_files(pdf)
    desk.locator(".so-desk-text:empty").wait_for(state="attached")
    expect(said).to_contain_text("report.txt is a PDF")
    other = tmp_path / "other.txt"
    other.write_text("Nothing of it. " * 200)
    field.set_input_files(other)
    desk.get_by_text("This seems to be a different text").wait_for()


def test_a_text_is_pasted_and_dropped(desk, practice):
    desk.get_by_text("Paste the text instead").click()
    desk.get_by_label("The text, with a blank line").fill(read_text(practice.text).replace("’", "'"))
    desk.get_by_role("button", name="Read the pasted text").click()
    desk.locator(".so-desk-paragraph").first.wait_for()
    expect(desk.locator(".so-desk-said")).to_contain_text("Quotation marks, dashes or the like differ")
    desk.reload()
    desk.evaluate(
        """text => {
        const data = new DataTransfer();
        data.items.add(new File([text], "copy.txt", {type: "text/plain"}));
        document.querySelector("#so-desk").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }""",
        read_text(practice.text),
    )
    desk.locator(".so-desk-paragraph").first.wait_for()
    expect(desk.locator(".so-desk-said")).to_contain_text("All 15 paragraphs match")


def test_the_real_report_is_shown(desk, report_text):
    """Needs the report's text; says so where it is not there. Nothing of the text is printed when this fails."""
    desk.get_by_label("Open a text file").set_input_files(report_text)
    desk.locator(".so-desk-paragraph").first.wait_for()
    case = load("report")
    expect(desk.locator(".so-desk-said")).to_contain_text(f"All {len(case.paragraphs)} paragraphs match")
    expect(desk.locator(".so-desk-paragraph button.so-tag")).to_have_count(len(case.claims) + len(case.cruxes))
    desk.get_by_role("button", name="(c097)").click()
    text = paragraphs(read_text(report_text))
    claim = case.claims.set_index("claim_id").loc["c097"]
    parts = case.spans[case.spans["span_id"] == claim["content_span"]]
    wanted = "".join(text[row.paragraph - 1][row.start : row.end] for row in parts.itertuples())
    same = "".join(desk.locator(".so-desk-paragraph .so-on").all_inner_texts()) == wanted
    assert same, "other words than those of the span are marked"


def test_the_page_holds_no_words_of_the_report(report_text):
    report = words(read_text(report_text))
    runs = {tuple(report[i : i + 7]) for i in range(len(report) - 6)}
    page = words((HTML / "chapters" / "reading-desk.html").read_text(encoding="utf-8"))
    assert not any(tuple(page[i : i + 7]) in runs for i in range(len(page) - 6))


def test_the_report_is_there_as_positions_and_hashes_only(functions):
    data = functions.evaluate("JSON.parse(document.querySelector('#so-desk script').textContent)")
    assert data["report"]["text"] is None and data["practice"]["text"]
    assert len(data["report"]["spans"]) == load("report").spans["span_id"].nunique()


@pytest.mark.parametrize("script", ["desk.js", "desk-align.js", "desk-pair.js", "desk-text.js"])
def test_only_the_desks_load_the_scripts(script):
    pages = {path.name for path in HTML.rglob("*.html") if f"/{script}" in path.read_text(encoding="utf-8")}
    shared = {"marking-desk.html"} if script in ("desk-align.js", "desk-text.js") else set()
    assert pages == {"reading-desk.html"} | shared


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_open_desk(browser, theme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    try:
        page.goto((HTML / "chapters/reading-desk.html").as_uri())
        page.get_by_role("button", name="Open the practice report").click()
        page.get_by_role("button", name="(c010)").click()
        page.evaluate("document.querySelectorAll('article details').forEach(details => details.open = true)")
        page.evaluate(AXE)
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator(".so-desk-panel").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] < 450
        sizes = page.locator(".so-desk button:visible").evaluate_all(
            "all => all.map(b => { const r = b.getBoundingClientRect(); return Math.min(r.width, r.height); })"
        )
        assert min(sizes) >= 24
    finally:
        page.close()


def test_it_works_from_a_server_too(each_browser, address, practice):
    page = each_browser.new_page()
    page.goto(f"{address}/chapters/reading-desk.html")
    page.get_by_role("button", name="Open the practice report").click()
    expect(page.locator(".so-desk-paragraph")).to_have_count(len(practice.paragraphs))
    page.close()
