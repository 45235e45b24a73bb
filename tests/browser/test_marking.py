"""The marking desk: a text marked in the browser becomes the case that the sheets would have become."""

import functools
import io
import json
import threading
import zipfile
from http.server import ThreadingHTTPServer

import pytest
import sheets
from conftest import DATA, in_one_browser, save
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS
from test_light import Compressing, weigh

from chapters import HTML
from standoff import load
from standoff.case import Case
from standoff.coding.anchor import anchor
from standoff.coding.progress import _doubts
from standoff.coding.tasks import task
from standoff.export import webannotation
from standoff.rules import check

PLACE = """async ([number, words]) => {
    const node = document.querySelectorAll(".so-mark-text > p")[number - 1].firstChild;
    const range = document.createRange(), start = node.data.indexOf(words);
    node.parentNode.scrollIntoView({block: "center"});
    for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame); // paragraphs get their heights when they come into view
    range.setStart(node, start);
    range.setEnd(node, start + words.length);
    const boxes = [...range.getClientRects()], [first, last] = [boxes[0], boxes.at(-1)];
    return [first.left + 1, first.top + first.height / 2, last.right - 1, last.top + last.height / 2];
}"""
FORM = "const form = JSON.parse(document.querySelector('#so-mark script').textContent);"


@pytest.fixture(scope="module")
def functions(browser):
    """The page of the desk, opened once, for tests that call the functions of its scripts and leave the page as it is."""
    page = browser.new_page()
    page.goto((HTML / "chapters/marking-desk.html").as_uri())
    yield page
    page.close()


@pytest.fixture
def desk(tab):
    accept = lambda dialog: dialog.accept()  # noqa: E731
    tab.on("dialog", accept)
    tab.open("chapters/marking-desk")
    yield tab
    tab.remove_listener("dialog", accept)


@pytest.fixture
def opened(desk):
    """The desk with the practice report on it."""
    desk.get_by_role("button", name="Open the practice report").click()
    desk.locator(".so-mark-text").wait_for()
    return desk


def drag(tab, paragraph, words):
    tab.locator(".so-mark-text > p").nth(paragraph - 1).wait_for(state="attached")
    x, y, to_x, to_y = tab.evaluate(PLACE, [paragraph, words])
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(to_x, to_y, steps=3)
    tab.mouse.up()


def press(tab, *names):
    for name in names:
        tab.get_by_role("button", name=name, exact=True).click()


def saved(tab, folder):
    """The case that the desk saves, unpacked: its folder."""
    name, content = save(tab, "Save as a case")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder / name.removesuffix(".zip")


def files_of(folder):
    return {path.name: path.read_bytes().decode() for path in folder.iterdir() if path.is_file()}


def pack(files):
    """A zip file as other programs write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def give(tab, name, content):
    tab.get_by_label("Open a text, a case").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def choose(tab, name, value):
    """Choose a label, from those that stand side by side or from a list."""
    label = tab.locator(f".so-mark-form [name={name}][value='{value}']")
    if label.count():
        label.check()
    else:
        tab.locator(f".so-mark-form [name={name}]").select_option(value)


def describe(tab, about):
    """Fill in what the data are."""
    tab.get_by_label("Show", exact=True).select_option("about")
    for entry, value in about.items():
        tab.locator(f".so-mark-form [name={entry}]").fill(value)
    press(tab, "Back to the list")


# ---- the same case by two ways ----


def test_the_files_are_those_that_anchor_makes(desk, tmp_path, monkeypatch, practice):
    """Every table, byte for byte, from all rows of the practice case: by sheets and `anchor`, and by the desk."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    assert anchor(folder).problems == []
    give(desk, "practice.zip", pack({f"practice/{name}": text for name, text in files_of(practice.folder).items()}))
    about = {row["entry"]: row["value"] for row in sheets.rows_of(folder, "about")}
    describe(desk, {"name": "mine", **about, "text_date": "", "text_link": ""})
    ours, theirs = files_of(saved(desk, tmp_path / "desk")), files_of(folder)
    assert len(ours) == len(theirs) and "waiting.json" not in ours
    for name in sorted(theirs.keys() - {"codings.csv"}):  # of which no sheet is made
        assert ours[name] == theirs[name], name


@in_one_browser
def test_web_annotations_are_those_of_the_command(desk, practice):
    give(desk, "practice.zip", pack({f"practice/{name}": text for name, text in files_of(practice.folder).items()}))
    _, content = save(desk, "Save as Web Annotations")
    ours, theirs = json.loads(content), webannotation(practice)
    assert len(ours["items"]) == len(theirs["items"]) > 100
    by_place = {json.dumps(item["target"]): item["body"] for item in theirs["items"]}
    assert {json.dumps(item["target"]): item["body"] for item in ours["items"]} == by_place
    assert ours["@context"] == theirs["@context"] and ours["rights"] == theirs["rights"]


def test_web_annotations_are_opened_again(desk, practice):
    """All marks, and the labels and gists that annotations carry, lie on a copy of the text; of others the page says so."""
    page = webannotation(practice)
    foreign = {"type": "Annotation", "body": {"value": "content"}, "target": {"source": "https://example.org/"}}
    page["items"].append(foreign)
    give(desk, "practice.webannotation.json", json.dumps(page).encode())
    expect(desk.locator(".so-desk-said")).to_have_text(
        "1 annotation is not of this desk, and left out: standoff import reads those of other programs."
    )
    expect(desk.locator(".so-mark-list li")).to_have_count(len(practice.claims))
    theirs, ours = desk.evaluate(
        f"""([files, page]) => {{
        {FORM}
        const {"{ state, text }"} = standoffDesk.stateOf(form, files);
        return [state.rows, standoffDesk.stateOfAnnotations(form, page, text, "").state.rows];
    }}""",
        [files_of(practice.folder), page],
    )
    columns = {"claims": ["claim_id", "source", "act", "certainty", "polarity", "gist"], "actors": ["actor_id", "name", "kind"],
               "events": ["event_id", "category", "status", "gist"], "quantities": ["quantity_id", "concept", "bound", "unit"],
               "cruxes": ["crux_id", "problem", "adopted_reading"]}  # fmt: skip
    for table, names in columns.items():
        for rows in (theirs, ours):
            rows[table] = {
                row["cells"][names[0]]: [row["spans"], [row["cells"].get(name) for name in names]]
                for row in rows[table]
            }
        assert ours[table] == theirs[table] and ours[table], table


def test_rows_that_are_not_finished_wait_for_both(functions, tmp_path, monkeypatch, practice):
    """The same rows are kept from the tables, and those that name them, in the words of `anchor`."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    spoiled = {
        "actors": {"tamsel": {"kind": ""}},
        "claims": {"c004": {"gist": ""}, "c010": {"source": "nobody"}, "c012": {"certainty": "sure"}},
        "quantities": {"q001": {"low": "some"}, "q002": {"bound": ""}},
        "questions": {"k01": {"closes": "2024-13-40"}},
    }
    for table, rows in spoiled.items():
        own = sheets.rows_of(folder, table)
        for row in own:
            row.update(rows.get(next(iter(row.values())), {}))
        sheets.write(folder, table, own)
    theirs = anchor(folder)
    found = functions.evaluate(
        f"""([files, spoiled]) => {{
        {FORM}
        const {{ state, text }} = standoffDesk.stateOf(form, files);
        for (const [table, rows] of Object.entries(spoiled)) for (const [key, cells] of Object.entries(rows))
            Object.assign(state.rows[table].find((row) => Object.values(row.cells)[0] === key).cells, cells);
        return [standoffDesk.entriesOf(form, state).problems, standoffDesk.filesOf(form, state, text)];
    }}""",
        [files_of(practice.folder), spoiled],
    )
    ours = {(f"sheets/{each['table']}.csv", each["column"], f"{each['key']}: {each['message']}") for each in found[0]}
    same = {(each.file, each.column, each.message.replace("in the sheet", "in the table")) for each in theirs.problems}
    assert ours == same and len(ours) > 30
    for name, content in theirs.files.items():
        if name.endswith(".csv"):
            assert found[1][name] == content, name
    back = functions.evaluate(
        f"files => {{ {FORM} return standoffDesk.stateOf(form, files).state.rows; }}", found[1]
    )  # what waits is there again, in its place
    assert [row["cells"]["claim_id"] for row in back["claims"]] == practice.claims["claim_id"].tolist()
    assert len(back["actors"]) == len(practice.actors) and len(back["events"]) == len(practice.events)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("claims", "polarity", "unknown"),
        ("claims", "source_chain", "narrator;kesland"),
        ("claims", "quote_type", "none"),
        ("claims", "cue_lemma", ""),
        ("claims", "gist", "word " * 26),
        ("claims", "gist", "had left the waters off the island"),
        ("claim_links", "other_id", "c002"),
        ("quantities", "bound", "range"),
        ("quantities", "claim_id", "c002"),
        ("events", "status", "actual"),
    ],
)
def test_broken_rules_are_named_as_check_names_them(functions, tmp_path, practice, table, column, value):
    """In the page while one works, and by `standoff check` on the tables that it saves."""
    clear = "row.cells.actors = row.cells.recipients = '';" if column == "status" else ""
    ours, files = functions.evaluate(
        f"""([files, table, column, value]) => {{
        {FORM}
        const {{ state, text }} = standoffDesk.stateOf(form, files);
        for (const row of state.rows[table]) {{ row.cells[column] = value; {clear} }}
        const {{ entries }} = standoffDesk.entriesOf(form, state);
        return [standoffDesk.brokenRules(entries, standoffDesk.indexOf(text)), standoffDesk.filesOf(form, state, text)];
    }}""",
        [files_of(practice.folder), table, column, value],
    )
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8", newline="\n")
    waits = "no claim has its content" if table == "claims" else "\0"  # and rows that were left out name no others
    theirs = [problem for problem in check(tmp_path) if waits not in problem.message]
    assert ours
    said = [problem.message.partition(": ")[2] for problem in theirs]
    assert sorted(each["message"] for each in ours) == sorted(said)


@pytest.mark.parametrize("label", ["direct", "mixed", "indirect"])
def test_doubts_about_quotation_marks_are_those_of_check(desk, practice, label):
    ours = desk.evaluate(
        f"""([files, label]) => {{
        {FORM}
        const {{ state, text }} = standoffDesk.stateOf(form, files);
        for (const row of state.rows.claims) if (row.cells.source !== "narrator") row.cells.quote_type = label;
        return standoffDesk.doubts(standoffDesk.entriesOf(form, state).entries, text).map(({{ words }}) => words);
    }}""",
        [files_of(practice.folder), label],
    )
    labels = practice.claims["quote_type"].where(practice.claims["source"] == "narrator", label)
    claims = practice.claims.assign(quote_type=labels)
    case = Case(practice.folder, practice.package, practice.tables | {"claims": claims})
    assert ours == [doubt for doubt in _doubts(case) if doubt.startswith("c")] != []


# ---- the page ----


def test_a_claim_is_marked_with_the_mouse_and_told_as_one_goes(opened):
    panel, count = opened.locator(".so-mark-panel"), opened.locator(".so-mark-count")
    drag(opened, 2, "ome boats would sta")
    expect(opened.locator(".so-mark-picked")).to_have_text("“some boats would stay”")
    press(opened, "claim")
    expect(panel.get_by_role("heading")).to_have_text("c001")
    drag(opened, 2, "Dorvian President Oren Tamsel")
    press(opened, "source")
    drag(opened, 2, "said")
    press(opened, "cue")
    expect(panel).to_contain_text("Not finished: Gist, Source, Act")
    press(opened, "New actor: Dorvian President Oren Tamsel")
    expect(opened.get_by_role("button", name="Back to c001")).to_be_focused()  # and not lost with the button
    field = "[name={}]".format
    choose(opened, "kind", "person")
    press(opened, "Back to c001")
    expect(panel.locator(field("source"))).to_have_value("dorvian_president_oren_tamsel")
    choose(opened, "certainty", "certain")
    expect(panel.locator(".so-mark-definition")).to_contain_text("How sure the source of the row is")
    panel.locator(field("gist")).fill("Part of the fleet remains.")
    opened.get_by_text("More fields: 4 to fill in").click()
    expect(panel.locator(field("quote_type") + ":checked")).to_have_value("indirect")  # from the marks in the text
    for name, value in {
        "act": "state",
        "time_ref": "future",
        "polarity": "negative",
        "topic": "military forces",
    }.items():
        choose(opened, name, value)
    expect(panel).to_contain_text("says it, but the cue_lemma is empty")
    expect(count).to_have_text("1 claim, 1 row to finish or correct")
    panel.locator(field("cue_lemma")).fill("say")
    choose(opened, "cue_class", "communication")
    expect(count).to_have_text("1 claim")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_text_stays_in_its_place_while_rows_are_counted(desk, width):
    """It once moved by a line under the mouse, a moment after words had been marked."""
    desk.set_viewport_size({"width": width, "height": 900})
    press(desk, "Open the practice report")
    tops = desk.locator(".so-mark-text").evaluate("""text => ["1 claim", "12 claims, 12 rows to finish or correct"].map(words => {
        document.querySelector(".so-mark-count").textContent = words;
        return text.getBoundingClientRect().top;
    })""")
    assert tops[0] == tops[1]


@in_one_browser
def test_a_click_that_gives_no_focus_shows_a_definition_too(opened):
    """As in Safari."""
    drag(opened, 2, "some boats would stay")
    press(opened, "claim")
    opened.locator(".so-mark-form [name=certainty]").first.evaluate("radio => radio.click()")
    expect(opened.locator(".so-mark-definition")).to_contain_text("How sure the source of the row is")


def test_everything_by_keyboard(opened):
    opened.get_by_role("textbox", name="The text").focus()
    opened.keyboard.press("Control+Home")
    for key in ("Shift+Control+ArrowRight", "n"):
        opened.keyboard.press(key)
    expect(opened.locator(".so-mark-marks")).to_contain_text("content “Dorvia”")
    for key in ("ArrowRight", "Control+ArrowRight", "+"):  # the word after it
        opened.keyboard.press(key)
    expect(opened.locator(".so-mark-marks")).to_contain_text("content “Dorvia … announced”")
    opened.keyboard.press("Control+z")
    expect(opened.locator(".so-mark-marks")).to_contain_text("content “Dorvia”")
    opened.keyboard.press("x")  # nothing can be typed into the text
    opened.keyboard.press("Delete")
    opened.keyboard.press("Escape")
    assert opened.evaluate("document.activeElement.textContent") == "Back to the list"
    assert opened.locator(".so-mark-text > p").first.inner_text().startswith("Dorvia announced")


def test_words_are_tapped(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    tab.goto((HTML / "chapters/marking-desk.html").as_uri())
    tab.get_by_role("button", name="Open the practice report").tap()
    for words in ("finished", "routine"):
        x, y, *_ = tab.evaluate(PLACE, [2, words])
        tab.touchscreen.tap(x + 4, y)
    expect(tab.locator(".so-mark-picked")).to_have_text("“finished a routine”")
    tab.get_by_role("button", name="claim", exact=True).tap()
    expect(tab.locator(".so-mark-marks")).to_contain_text("content “finished a routine”")
    for words, name in {"said": "cue", "routine": "source"}.items():  # each alone: after a button, a new pair begins
        x, y, *_ = tab.evaluate(PLACE, [2, words])
        tab.touchscreen.tap(x + 4, y)
        expect(tab.locator(".so-mark-picked")).to_contain_text(f"“{words}”")
        tab.get_by_role("button", name=name, exact=True).tap()
    context.close()


def test_a_quotation_mark_is_tapped_where_a_quoted_stretch_ends(desk):
    """Of a tap on other punctuation nothing is taken, for a claim does not begin or end with it."""
    give(desk, "text.txt", "He said it would come “in due course”, and left. (So far.)".encode())
    desk.locator(".so-mark-text").focus()
    found = []
    for place in (36, 37, 48, 58):
        desk.evaluate(
            "place => getSelection().collapse(document.querySelector('.so-mark-text > p').firstChild, place)", place
        )
        desk.wait_for_timeout(50)
        found.append(desk.locator(".so-mark-picked").inner_text().split(" in the text")[0])
    assert found == ["“course”", "“””", "Select words", "Select words"]


def test_a_comma_after_the_last_word_is_not_taken(desk):
    """Firefox, and every browser on Windows, goes from word to word up to the beginning of the next one."""
    give(desk, "text.txt", b"It will come soon, he said; we wait.")
    drag(desk, 1, "come")
    for end, words in {18: "come soon", 19: "come soon", 28: "come soon, he said"}.items():
        desk.evaluate(
            "end => { const node = document.querySelector('.so-mark-text > p').firstChild; getSelection().setBaseAndExtent(node, 8, node, end); }",
            end,
        )
        expect(desk.locator(".so-mark-picked")).to_have_text(f"“{words}”")


def test_what_was_marked_is_there_after_the_tab_was_closed(opened, practice, tmp_path):
    for paragraph, words in {1: "patrol fleet", 3: "single photograph", 4: "puts the number at 20"}.items():
        drag(opened, paragraph, words)
        press(opened, "claim")
    opened.get_by_label("Gist").fill("Twenty at most.")
    expect(opened.locator(".so-mark-keeps")).to_contain_text("Kept in this browser")
    opened.wait_for_timeout(300)
    opened.reload()
    expect(opened.locator(".so-mark-kept")).to_contain_text("15 paragraphs, 3 claims")
    press(opened, "Go on with it")
    expect(opened.locator(".so-mark-list li")).to_have_count(3)
    expect(opened.locator(".so-mark-list")).to_contain_text("Twenty at most.")
    folder = saved(opened, tmp_path)
    case = load(folder)
    assert case.claims.empty and len(json.loads((folder / "waiting.json").read_text())) == 3
    assert case.text and case.paragraph_texts == practice.paragraph_texts
    press(opened, "Erase")
    expect(opened.locator(".so-mark-kept")).to_be_empty()
    give(opened, "mine.zip", pack({f"mine/{name}": text for name, text in files_of(folder).items()}))
    expect(opened.locator(".so-mark-list li")).to_have_count(3)


def test_overlapping_and_interrupted_spans(functions):
    found = functions.evaluate(
        "standoffDesk.overlaps([[[1, 0, 9], [1, 20, 30]], [[1, 5, 25]], [[2, 0, 4]], [[2, 4, 8]]])"
    )
    assert found == [[1, 5, 9], [1, 20, 25]]


HOSTILE = "See: <script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'>\n\n\u202eשלום עולם\u202c עם ישראל\n\n字字字字 𝔸👩‍👩‍👧 text"


def test_a_hostile_text_stays_text(desk, tmp_path):
    give(desk, "text.txt", HOSTILE.encode())
    drag(desk, 1, "stolen")
    press(desk, "claim")
    desk.get_by_label("Gist").fill("<img src=x onerror='window.stolen = 1'>")
    drag(desk, 3, "text")
    press(desk, "content")
    press(desk, "Back to the list")
    expect(desk.locator(".so-mark-list")).to_contain_text("<img src=x")
    assert desk.evaluate("window.stolen") is None
    waiting = json.loads((saved(desk, tmp_path) / "waiting.json").read_text(encoding="utf-8"))
    [[paragraph, start, end]] = waiting[0]["spans"]["content_span"]
    assert (paragraph, "".join([*HOSTILE.split("\n\n")[2]][start:end])) == (3, "text")  # characters, not units


def test_files_that_cannot_be_read_are_named(desk, practice, tmp_path):
    files = {f"p/{name}": text for name, text in files_of(practice.folder).items()}
    said = desk.locator(".so-desk-said")
    bad = {
        "it is not a complete zip file": pack(files)[:3000],
        "it is not a case": pack({"a.txt": "x"}),
        "claims.csv is missing": pack({name: text for name, text in files.items() if "claims" not in name}),
        "the columns of actors.csv are not": pack(files | {"p/actors.csv": "a,b\n"}),
        "not the text that its tables point into": pack(files | {"p/article.txt": "Another text."}),
        "unpacks to more than 20 MB": pack(files | {"p/big.csv": "0" * 60_000_000}),
        "waiting.json cannot be read": pack(files | {"p/waiting.json": "{"}),
        "is a PDF": b"%PDF-1.7",
    }
    for words, content in bad.items():
        give(desk, "file.zip", content)
        expect(said).to_contain_text(words)
        expect(desk.locator(".so-mark-text")).to_have_count(0)
    with open(tmp_path / "large.txt", "wb") as large:
        large.truncate(50_000_000)
    desk.get_by_label("Open a text, a case").set_input_files(large.name)
    expect(said).to_contain_text("larger than 20 MB")
    give(desk, "case.zip", pack({name: text for name, text in files.items() if "article" not in name}))
    expect(desk.locator(".so-mark-list li")).to_have_count(len(practice.claims))  # its text is that of the page


@in_one_browser
@pytest.mark.parametrize("kind", ["case.zip", "case.webannotation.json", "case.task.json"])
def test_what_comes_without_its_text_waits_for_it(desk, kind):
    folder, text = DATA / "report", "Another text."
    given = {
        "case.zip": lambda: pack({f"report/{name}": content for name, content in files_of(folder).items()}),
        "case.webannotation.json": lambda: json.dumps(webannotation(load(folder))).encode(),
        "case.task.json": lambda: json.dumps(task(load(folder))).encode(),
    }
    give(desk, kind, given[kind]())
    said = desk.locator(".so-desk-said")
    expect(said).to_contain_text("without its text")
    give(desk, "article.txt", text.encode())
    expect(said).to_contain_text("not the text that the file points into")
    expect(desk.locator(".so-mark-text")).to_have_count(0)


@in_one_browser
def test_a_copy_of_the_report_is_taken_for_its_task(desk, report_text):
    report = load(DATA / "report")
    press(desk, report.title)
    desk.get_by_label("Open a text, a case").set_input_files(report_text)
    expect(desk.locator(".so-mark-count").first).to_have_text(f"0 of {2 * len(report.claims)} labels")


def test_a_long_text_stays_quick(desk):
    text = "\n\n".join(
        f"The harbour office said on day {n} that some boats would stay in the strait." for n in range(2000)
    )
    give(desk, "long.txt", text.encode())
    desk.locator(".so-mark-text").wait_for()
    drag(desk, 1500, "some boats would stay")
    press(desk, "claim")
    expect(desk.locator(".so-mark-marks")).to_contain_text("some boats would stay")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_open_desk(browser, theme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    try:
        page.goto((HTML / "chapters/marking-desk.html").as_uri())
        page.get_by_role("button", name="Open the practice report").click()
        drag(page, 2, "some boats would stay")
        press(page, "claim")
        drag(page, 2, "boats")
        page.evaluate("document.querySelectorAll('article details').forEach(details => details.open = true)")
        page.evaluate(AXE)
        assert page.evaluate(VIOLATIONS, RULES) == []
        press(page, "Back to the list")
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.close()


def test_the_page_is_light(browser):
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressing, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        size, *_ = weigh(browser, f"http://127.0.0.1:{server.server_port}/chapters/marking-desk.html")
        server.shutdown()
    assert 40_000 < size <= 110_000
