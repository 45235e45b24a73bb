"""A class at the marking desk: a task made, coded by a student, and 24 files merged, with the numbers of `standoff merge`."""

import csv
import json
import re

import class_files
import pytest
from conftest import in_one_browser, save
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS
from test_marking import FORM, choose, desk, drag, files_of, functions, give, pack, press, saved  # noqa: F401  (fixtures)

from chapters import HTML
from standoff.cli import main
from standoff.coding import tasks
from standoff.coding.merge import confusion, hardest, marking_measures, measures, merge
from standoff.text import read_text


@pytest.mark.parametrize("whole", [True, False])
def test_the_page_and_the_command_say_the_same(functions, tmp_path, practice, whole):  # noqa: F811
    task = class_files.task_of(practice)
    files = class_files.class_of(practice, task)
    if not whole:
        files, _ = class_files.spoiled(files, task)
    class_files.write(tmp_path, task, files)
    theirs = merge(tmp_path)
    ours = functions.evaluate(
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
    desk.get_by_label("Put the text into it").uncheck()
    _, content = save(desk, "Save the task")
    press(desk, "Close")
    return content


def test_a_task_is_made_coded_and_merged(desk, practice, task):  # noqa: F811
    made = json.loads(task)
    assert [field["name"] for field in made["fields"]] == ["act", "certainty"] and made["text"] is None
    assert [unit["id"] for unit in made["units"]] == practice.claims["claim_id"].tolist()
    give(desk, "class.task.json", task)
    panel = desk.get_by_role("region", name="The unit")
    first = practice.claims.iloc[0]
    for label in ("certain", "possible"):  # of the first unit and the second
        choose(desk, "certainty", label)
        expect(panel.locator(".so-mark-definition")).to_contain_text("How sure the source of the row is")
        press(desk, "Next")
    press(desk, "Save my labels")
    expect(desk.locator(".so-desk-said")).to_contain_text("First choose a code word")
    desk.get_by_label("A code word").fill("Blue Otter")
    desk.reload()  # a tab closed in the middle
    give(desk, "class.task.json", task)
    expect(desk.locator(".so-mark-count").first).to_have_text(f"2 of {2 * len(practice.claims)} labels")
    name, coding = save(desk, "Save my labels")
    assert name == "blue_otter.coding.json"
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
    _, codings = save(desk, "Save codings.csv")
    assert codings.decode().splitlines()[1] == f"{first['claim_id']},certainty,blue otter,1,certain,false"


@in_one_browser
def test_the_command_makes_the_same_task(desk, practice, task):  # noqa: F811
    """The same file, byte for byte, and the same identifier, by which a task knows its coding files."""
    title = json.loads(task)["title"]
    ours = tasks.task(practice, ["act", "certainty"], title)
    assert json.dumps(ours, ensure_ascii=False, separators=(",", ":")).encode() == task
    marking = desk.evaluate(
        f"""text => {{
        {FORM}
        const {{ newState, makeTask }} = standoffDesk, state = newState(form, text.length, "");
        return makeTask(form, state, text, {{ title: "A", minutes: 20, fields: [], withText: true }});
    }}""",
        practice.paragraph_texts,
    )
    assert marking == tasks.task(practice, (), "A", with_text=True)


def test_a_task_is_opened_by_its_link(desk, practice):  # noqa: F811
    """The command's link and the page's, which other programs pack in other bytes; a link that was cut is named."""
    page = (HTML / "chapters/marking-desk.html").as_uri()
    made = tasks.task(practice, ["certainty"], "Ein Stück <b>", 5)
    desk.goto("about:blank")
    desk.goto(tasks.link(made, page))
    expect(desk.get_by_role("heading", name="Ein Stück <b>")).to_be_visible()
    expect(desk.locator(".so-mark-bar")).to_contain_text("Minute 0 of 5")
    press(desk, "Close", "Open the practice report", "Make a task")
    for label in ("Certainty", "Topic"):
        desk.get_by_label(label, exact=True).set_checked(label == "Certainty")
    assert desk.get_by_label("Put the text into it").is_checked()
    press(desk, "Make a link")
    expect(desk.get_by_role("status").filter(has_text="No task yet")).to_contain_text("Finish claims")
    desk.goto("about:blank")
    desk.goto(tasks.link(made, page)[:-400])
    expect(desk.locator(".so-desk-said")).to_have_text("The task in the link is not whole: ask for the file.")


def test_a_teacher_changes_a_definition(desk, practice):  # noqa: F811
    give(desk, "practice.zip", pack(files_of(practice.folder)))
    press(desk, "Make a task")
    desk.get_by_text("Change the definition of Certainty").click()
    desk.get_by_label("What Certainty means").fill("How sure, in your view, the source is.")
    desk.get_by_label("probable").first.fill("more likely than not")
    press(desk, "Make a link")
    link = desk.get_by_label("The link")
    expect(link).not_to_have_value("")
    address = link.input_value()
    desk.goto("about:blank")
    desk.goto(address)
    definition = desk.locator(".so-mark-definition")
    expect(definition).to_contain_text("How sure, in your view, the source is.")
    expect(definition).to_contain_text("probable more likely than not")
    expect(desk.locator(".so-mark-text > p")).to_have_count(len(practice.paragraphs))  # the text is in the link, too


@in_one_browser
def test_codings_of_a_ready_task_are_merged_without_its_file(desk, practice):  # noqa: F811
    made = tasks.task(practice)
    files = class_files.class_of(practice, made)
    hand_in(desk, files)
    expect(desk.get_by_role("row", name="certainty 67")).to_have_count(1)


@in_one_browser
def test_a_task_that_was_changed_is_refused(desk, task):  # noqa: F811
    made = json.loads(task)
    made["units"][0]["parts"] = [[1, 0, 3]]
    give(desk, "class.task.json", json.dumps(made).encode())
    expect(desk.locator(".so-desk-said")).to_contain_text("it was changed after it was made")


def hand_in(page, files):
    """Merge files on the page: {name: what its JSON holds}."""
    page.get_by_label("Merge what a class coded").set_input_files(
        [{"name": n, "mimeType": "application/json", "buffer": json.dumps(d).encode()} for n, d in files.items()]
    )


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_decides_and_the_result_is_a_case(desk, tmp_path, practice):  # noqa: F811
    """Decisions wait in the browser; in the case stand what holds, what it said before, what each coder gave, and why."""
    task = class_files.task_of(practice)
    files = {"class.task.json": task, **class_files.class_of(practice, task)}
    class_files.write(tmp_path, task, files)
    theirs = merge(tmp_path)
    differences = sum(theirs.labels(variable).nunique(axis=1).gt(1).sum() for variable in theirs.variables)
    hand_in(desk, files)
    press(desk, "Decide the differences")
    count = desk.locator(".so-mark-count")
    expect(count).to_have_text(f"0 of {differences} decided, each with a reason")
    decided = {}
    while len(decided) < 2:
        unit, variable = re.search(r": (c\d+), (\w+)", desk.get_by_role("heading", level=3).inner_text()).groups()
        if variable == "Act":
            before = str(practice.claims.set_index("claim_id").loc[unit, "act"])
            decided[unit] = before, "concede" if before != "concede" else "state"
            desk.get_by_label("We decide").select_option(decided[unit][1])
            if len(decided) == 2:
                expect(count).to_have_text(f"1 of {differences} decided, each with a reason")
            desk.get_by_label("because").fill('The definition says so, "exactly".')
        press(desk, "Next")
    expect(count).to_have_text(f"2 of {differences} decided, each with a reason")
    desk.reload()
    hand_in(desk, files)
    press(desk, "Decide the differences")
    expect(count).to_have_text(f"2 of {differences} decided, each with a reason")
    case = {"name": "p.zip", "mimeType": "application/zip", "buffer": pack(files_of(practice.folder))}
    desk.get_by_label("Put the labels into the case").set_input_files(case)
    expect(desk.locator(".so-mark-list li")).to_have_count(len(practice.claims))
    folder = saved(desk, tmp_path / "saved")
    press(desk, "Erase")
    give(desk, "mine.zip", pack(files_of(folder)))
    assert files_of(saved(desk, tmp_path / "again")) == files_of(folder)
    assert main(["check", str(folder)]) == 0
    claims = {row["claim_id"]: row for row in rows(folder / "claims.csv")}
    codings = {(row["unit_id"], row["variable"], row["coder"]): row["value"] for row in rows(folder / "codings.csv")}
    reasons = {row["unit_id"]: row for row in rows(folder / "decisions.csv")}
    assert {*reasons} == {*decided}
    for unit, (before, value) in decided.items():
        assert claims[unit]["act"] == value and codings[unit, "act", "table"] == before
        assert reasons[unit]["decided"] == value and reasons[unit]["why"] == 'The definition says so, "exactly".'
    for row in theirs.codings.itertuples():
        assert codings[row.unit_id, row.variable, row.coder] == row.value


@in_one_browser
def test_a_class_decides_what_is_a_claim(desk, tmp_path, practice):  # noqa: F811
    lengths = [len(block) for block in practice.paragraph_texts]
    task = tasks.task(practice, ())
    coding = {"kind": "standoff coding", "task": task["id"], "saved": "2024-05-09", "labels": {}, "unsure": {}}
    marks = {
        "fox": [[1, 0, 20], [2, 0, 9], [3, 5, 30]],
        "owl": [[1, 0, 20], [2, 3, 12]],
        "elk": [[1, 0, 20], [2, 3, 12], [4, 0, lengths[3]]],
    }
    files = {f"{coder}.json": coding | {"coder": coder, "marks": parts} for coder, parts in marks.items()}
    hand_in(desk, {"class.task.json": task, **files})
    press(desk, "Decide the differences")
    expect(desk.locator(".so-mark-count")).to_have_text("0 of 3 decided, each with a reason")
    expect(desk.locator(".so-mark-unit")).to_contain_text("2:0-9 1, 2:3-12 2")
    for value in ("2:3-12", "no claim", "4:0-" + str(lengths[3])):
        desk.get_by_label("We decide").select_option(value)
        if value != "no claim":
            desk.get_by_label("because").fill("It is one.")
        press(desk, "Next")
    press(desk, "Open the claims as a case")
    expect(desk.locator(".so-mark-list li")).to_have_count(3)
    waiting = json.loads((saved(desk, tmp_path) / "waiting.json").read_text(encoding="utf-8"))
    assert [row["spans"]["content_span"] for row in waiting] == [[[1, 0, 20]], [[2, 3, 12]], [[4, 0, lengths[3]]]]


@in_one_browser
def test_what_a_class_sees_names_nobody(desk, practice):  # noqa: F811
    """No code word on the wall or on paper, nor a name of a file, which holds one."""
    task = class_files.task_of(practice)
    files, _ = class_files.spoiled(class_files.class_of(practice, task), task)
    hand_in(desk, {"class.task.json": task, **files})
    seen = lambda: desk.locator("article").inner_text()  # noqa: E731
    expect(desk.locator(".so-desk-said")).to_contain_text("coder_00.coding.json")
    desk.get_by_text("Who coded, by code word").click()
    assert "coder 07" in seen()
    size = desk.locator(".so-mark-unit").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    press(desk, "Large, for a projector")
    assert not re.search(r"coder[ _]\d", seen()) and "26 coded, 24 to the end" in seen()
    large = desk.locator(".so-mark-unit").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert large > 1.4 * size
    press(desk, "Large, for a projector")
    desk.emulate_media(media="print")
    assert not re.search(r"coder[ _]\d", seen()) and "26 coded, 24 to the end" in seen()


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
            return standoffDesk.makeTask(form, state, text, {{ title: "A class", minutes: 5, fields: standoffDesk.labelled(form, state).filter(({{ name }}) => name === "certainty"), withText: true }});
        }}""",
            files_of(practice.folder),
        )
        give(page, "class.task.json", json.dumps(task, ensure_ascii=False).encode())
        expect(page.locator(".so-mark-text mark, .so-mark-text > p").first).to_be_visible()
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        press(page, "Close")
        files = {"class.task.json": task, **class_files.class_of(practice, task)}
        hand_in(page, files)
        expect(page.locator(".so-mark-unit mark").first).to_be_visible()
        for name in (None, "Large, for a projector", "Decide the differences"):
            if name:
                press(page, name)
            assert page.evaluate(VIOLATIONS, RULES) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.close()


def test_claims_are_marked_and_agreement_is_that_of_the_command(desk, tmp_path, practice, capsys):  # noqa: F811
    give(desk, "article.txt", read_text(practice.text).encode())
    press(desk, "Make a task")
    desk.get_by_label("Certainty", exact=True).uncheck()
    task = json.loads(save(desk, "Save the task")[1])
    press(desk, "Close")
    give(desk, "marking.task.json", json.dumps(task, ensure_ascii=False).encode())
    for words in ("patrol fleet had left the waters", "could not confirm the departure"):
        drag(desk, 1, words)
        press(desk, "Mark as a claim")
    desk.get_by_label("A code word").fill("fox")
    expect(desk.locator(".so-mark-count").first).to_have_text("2 marked")
    fox = json.loads(save(desk, "Save my labels")[1])
    owl = fox | {"coder": "owl", "marks": [[1, 40, 75], [3, 0, 30], [3, 20, 60], [99, 0, 1], "x"]}
    for name, data in {"class.task.json": task, "fox.json": fox, "owl.json": owl}.items():
        (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")
    merged = merge(tmp_path)
    theirs = marking_measures(merged)
    assert [len(parts) for parts in merged.marks.values()] == [2, 3] and -1 < theirs["low"] < theirs["alpha"] < 1
    ours = "files => standoffDesk.markingMeasure(standoffDesk.mergeFiles(files))"
    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert desk.evaluate(ours, files) == pytest.approx(theirs, abs=1e-9)
    assert main(["merge", str(tmp_path)]) == 0
    assert f"Alpha for unitizing: {theirs['alpha']:.3f}, interval {theirs['low']:.3f} to" in capsys.readouterr().out
    press(desk, "Close")
    desk.get_by_label("Merge what a class coded").set_input_files([*tmp_path.iterdir()])
    row = f"characters {theirs['percent']:.1f} {theirs['alpha']:.3f} {theirs['low']:.3f}"
    expect(desk.get_by_role("row", name=row)).to_have_count(1)
    expect(desk.locator("mark.so-by-all")).not_to_have_count(0)
