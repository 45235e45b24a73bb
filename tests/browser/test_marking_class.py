"""A class at the marking desk: a task made, coded by a student, and 24 files merged, with the numbers of `standoff merge`."""

import json

import class_files
import pytest
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS
from test_marking import FORM, desk, drag, files_of, give, pack, press  # noqa: F401  (the desk is a fixture)

from chapters import HTML
from standoff.coding.merge import confusion, hardest, marking_alpha, measures, merge
from standoff.text import read_text


@pytest.mark.parametrize("whole", [True, False])
def test_the_page_and_the_command_say_the_same(desk, tmp_path, practice, whole):  # noqa: F811
    task = class_files.task_of(practice)
    files = class_files.class_of(practice, task)
    if not whole:
        files, _ = class_files.spoiled(files, task)
    class_files.write(tmp_path, task, files)
    theirs = merge(tmp_path)
    ours = desk.evaluate(
        """files => {
        const merged = standoffDesk.mergeFiles(files), names = merged.task.fields.map(({ name }) => name);
        return { ...merged, measures: names.map((name) => Object.values(standoffDesk.measure(merged, name))),
            confusion: names.map((name) => standoffDesk.confusion(merged, name).table), hardest: standoffDesk.hardest(merged) };
    }""",
        {"class.task.json": task, **files},
    )
    assert ours["notes"] == theirs.notes and bool(ours["notes"]) != whole
    assert ours["rows"] == theirs.codings.to_numpy().tolist()
    assert {coder: tuple(counts) for coder, counts in ours["coders"].items()} == theirs.coders
    assert ours["measures"] == [pytest.approx(row, abs=1e-9) for row in measures(theirs).to_numpy().tolist()]
    for variable, table in zip(theirs.variables, ours["confusion"]):
        assert table == confusion(theirs, variable).to_numpy().tolist()
    found = [[row["unit"], row["variable"], ", ".join(f"{label} {count}" for label, count in row["labels"])] for row in ours["hardest"]]  # fmt: skip
    assert found == hardest(theirs)[["unit_id", "variable", "labels"]].to_numpy().tolist()


@pytest.fixture
def task(desk, practice):  # noqa: F811
    """A task that a teacher made of the practice case, without its text: the bytes of its file."""
    give(desk, "practice.zip", pack(files_of(practice.folder)))
    press(desk, "Make a task")
    desk.get_by_label("Act", exact=True).check()
    desk.get_by_label("Put the text into the file").uncheck()
    with desk.expect_download() as download:
        press(desk, "Save the task")
    press(desk, "Close")
    return download.value.path().read_bytes()


def test_a_task_is_made_coded_and_merged(desk, practice, task):  # noqa: F811
    made = json.loads(task)
    assert [field["name"] for field in made["fields"]] == ["act", "certainty"] and made["text"] is None
    assert [unit["id"] for unit in made["units"]] == practice.claims["claim_id"].tolist()
    give(desk, "class.task.json", task)
    expect(desk.locator(".so-desk-said")).to_contain_text("comes without its text")
    give(desk, "copy.txt", read_text(practice.text).encode())
    panel = desk.get_by_role("region", name="The unit")
    first = practice.claims.iloc[0]
    for label in ("certain", "possible"):  # of the first unit and the second
        panel.locator("[name=certainty]").focus()
        panel.locator("[name=certainty]").select_option(label)
        expect(panel.locator(".so-mark-definition")).to_contain_text("How sure the source of the row is")
        press(desk, "Next")
    press(desk, "Save my labels")
    expect(desk.locator(".so-desk-said")).to_contain_text("First choose a code word")
    desk.get_by_label("A code word").fill("Blue Otter")
    desk.reload()  # a tab closed in the middle
    give(desk, "class.task.json", task)
    give(desk, "copy.txt", read_text(practice.text).encode())
    expect(desk.locator(".so-mark-count")).to_have_text(f"2 of {2 * len(practice.claims)} labels")
    with desk.expect_download() as download:
        press(desk, "Save my labels")
    assert download.value.suggested_filename == "blue_otter.coding.json"
    coding = download.value.path().read_bytes()
    assert json.loads(coding)["labels"][first["claim_id"]] == {"certainty": "certain"}
    assert not any(block[:30] in coding.decode() for block in practice.paragraph_texts)
    press(desk, "Close")
    other = json.loads(coding) | {"coder": "red fox"}
    files = {"class.task.json": task, "a.json": coding, "b.json": json.dumps(other).encode(), "c.json": b"{"}
    desk.get_by_label("Merge what a class coded").set_input_files(
        [{"name": name, "mimeType": "application/json", "buffer": content} for name, content in files.items()]
    )
    expect(desk.locator(".so-desk-said")).to_contain_text("c.json is left out")
    row = desk.get_by_role("row", name="certainty 2 100.0 1.000")
    expect(row).to_have_count(1)
    with desk.expect_download() as download:
        press(desk, "Save codings.csv")
    assert (
        download.value.path().read_text().splitlines()[1] == f"{first['claim_id']},certainty,blue otter,1,certain,false"
    )


def test_a_task_that_was_changed_is_refused(desk, task):  # noqa: F811
    made = json.loads(task)
    made["units"][0]["parts"] = [[1, 0, 3]]
    give(desk, "class.task.json", json.dumps(made).encode())
    expect(desk.locator(".so-desk-said")).to_contain_text("it was changed after it was made")


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_while_a_class_works(browser, practice, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    try:
        page.goto((HTML / "chapters/marking-desk.html").as_uri())
        page.evaluate(AXE)
        task = page.evaluate(
            f"""files => {{
            {FORM}
            const {{ state, text }} = standoffDesk.stateOf(form, files);
            return standoffDesk.makeTask(form, state, text, {{ title: "A class", minutes: 5, variables: ["certainty"], withText: true }});
        }}""",
            files_of(practice.folder),
        )
        give(page, "class.task.json", json.dumps(task, ensure_ascii=False).encode())
        expect(page.locator(".so-mark-text mark, .so-mark-text > p").first).to_be_visible()
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        press(page, "Close")
        files = {"class.task.json": task, **class_files.class_of(practice, task)}
        page.get_by_label("Merge what a class coded").set_input_files(
            [{"name": n, "mimeType": "application/json", "buffer": json.dumps(d).encode()} for n, d in files.items()]
        )
        expect(page.locator(".so-mark-unit mark").first).to_be_visible()
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.close()


def test_claims_are_marked_and_agreement_is_that_of_the_command(desk, tmp_path, practice):  # noqa: F811
    give(desk, "article.txt", read_text(practice.text).encode())
    press(desk, "Make a task")
    desk.get_by_label("Certainty", exact=True).uncheck()
    with desk.expect_download() as download:
        press(desk, "Save the task")
    press(desk, "Close")
    task = json.loads(download.value.path().read_bytes())
    give(desk, "marking.task.json", json.dumps(task, ensure_ascii=False).encode())
    for words in ("patrol fleet had left the waters", "could not confirm the departure"):
        drag(desk, 1, words)
        press(desk, "Mark as a claim")
    desk.get_by_label("A code word").fill("fox")
    expect(desk.locator(".so-mark-count")).to_have_text("2 marked")
    with desk.expect_download() as download:
        press(desk, "Save my labels")
    fox = json.loads(download.value.path().read_bytes())
    owl = fox | {"coder": "owl", "marks": [[1, 40, 75], [3, 0, 30], [3, 20, 60], [99, 0, 1], "x"]}
    for name, data in {"class.task.json": task, "fox.json": fox, "owl.json": owl}.items():
        (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")
    merged = merge(tmp_path)
    assert [len(parts) for parts in merged.marks.values()] == [2, 3] and -1 < marking_alpha(merged) < 1
    ours = "files => standoffDesk.markingAlpha(standoffDesk.mergeFiles(files))"
    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert desk.evaluate(ours, files) == pytest.approx(marking_alpha(merged), abs=1e-9)
    press(desk, "Close")
    desk.get_by_label("Merge what a class coded").set_input_files([*tmp_path.iterdir()])
    expect(desk.locator("#so-mark")).to_contain_text(f"Alpha for unitizing (Krippendorff): {marking_alpha(merged):.3f}")
    expect(desk.locator("mark.so-by-all")).not_to_have_count(0)
