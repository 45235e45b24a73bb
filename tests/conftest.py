"""What several tests need: the practice case, a copy of it to spoil, and the report's text where somebody holds it."""

import contextlib
import functools
import os
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

import standoff
import standoff.display.exercises
import standoff.display.html
import standoff.display.show
from autograder.run.sandbox import SandboxError, require
from chapters import HTML
from formats.browser import IS_ROOT, NAMES, found, start
from standoff.files import write_atomically
from standoff.schema import DESCRIPTOR, descriptor_text, read_package, unsealed

DATA = Path(__file__).resolve().parents[1] / "data"
expect.set_options(timeout=30_000)  # milliseconds: how long a page of a busy machine is waited for


@pytest.fixture(scope="session")
def practice():
    """The practice case, loaded. Not to be changed."""
    return standoff.load(DATA / "practice")


@pytest.fixture
def shown(monkeypatch):
    """What cells display, as a list of texts."""
    pieces = []
    for module in (standoff.display.html, standoff.display.show, standoff.display.exercises):
        monkeypatch.setattr(module, "display", lambda output: pieces.append(output.data))
    return pieces


@pytest.fixture(scope="session")
def playwright():
    """What drives browsers; it can be started once in a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    """Chromium, one for all tests: for what Playwright emulates and measures in it alone, as paper, themes, touch, weights."""
    browser = start(playwright, "chromium")
    yield browser
    browser.close()


OTHER = pytest.param("firefox", marks=pytest.mark.thorough)  # as slow as the first once more: with --all, as in CI


@pytest.fixture(scope="session", params=["chromium", OTHER])
def each_browser(request, playwright, tmp_path_factory):
    """Every browser in turn: for what a page does."""
    if request.param == "chromium":
        yield request.getfixturevalue("browser")
    else:
        folder = tmp_path_factory.mktemp("saved")
        browser = start(playwright, request.param, downloads_path=folder)
        browser.saves_into = folder
        yield browser
        browser.close()


# A test that asks for `each_browser`, but is about what is the same in all of them: it runs in the tab that others take, too.
in_one_browser = pytest.mark.parametrize("each_browser", ["chromium"], indirect=True)


def install_sandbox():
    """Install what submissions run in, where it is missing and may be; elsewhere the grading says what to do."""
    if not shutil.which("bwrap") and IS_ROOT and shutil.which("apt-get"):
        command = "apt-get update && apt-get install -y --no-install-recommends bubblewrap libseccomp2"
        subprocess.run(command, shell=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session", autouse=True)
def sandbox():
    """A machine on which submissions can be run, if that can be had."""
    install_sandbox()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Before several processes of tests begin: each of them would install what is missing, in the way of the others."""
    with sync_playwright() as playwright:
        for engine in NAMES:
            found(playwright, engine)
    install_sandbox()


@contextlib.contextmanager
def watched(tab):
    """Watch a page: in the end, nothing was asked of anybody else's server, and no script failed or was stopped."""
    strangers, errors = [], []
    listeners = {
        "request": lambda request: (
            strangers.append(request.url) if urlsplit(request.url).scheme not in ("file", "data") else None
        ),
        "pageerror": lambda error: errors.append(str(error)),
        "console": lambda message: errors.append(message.text) if message.type == "error" else None,  # by the policy
    }
    for event, listener in listeners.items():
        tab.on(event, listener)
    yield tab
    for event, listener in listeners.items():
        tab.remove_listener(event, listener)
    assert strangers == [] and errors == []


def save(tab, button):
    """Press a button that saves a file: its name and its bytes.

    Playwright tells of a file by the navigation that led to it, and a stock Firefox names none for what a script saves:
    there, the file is taken from the folder into which the browser saves.
    """
    press = tab.get_by_role("button", name=button)
    folder = getattr(tab.context.browser, "saves_into", None)
    if folder is None:
        with tab.expect_download() as download:
            press.click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()
    press.click()
    for _ in range(1500):  # until the file is there as a whole: half a minute at most
        files = list(folder.iterdir())
        if len(files) == 1 and files[0].suffix != ".part" and files[0].stat().st_size:
            content = files[0].read_bytes()
            files[0].unlink()
            return files[0].name, content
        tab.wait_for_timeout(20)
    raise AssertionError(f"nothing was saved by {button}")


@pytest.fixture(scope="session")
def window(each_browser):
    """The tab of each browser that tests take in turns: to make another one takes three times as long as to go to a page."""
    window = each_browser.new_page()
    window.open = lambda name: window.goto(
        (HTML / f"{name.partition('#')[0]}.html").as_uri() + "".join(name.partition("#")[1:])
    )
    yield window
    window.close()


@pytest.fixture
def tab(window):
    """A browser tab as if it were a new one, and watched."""
    window.set_viewport_size({"width": 1280, "height": 900})
    window.emulate_media(media="null")
    window.mouse.move(0, 0)
    with watched(window):
        yield window
        if window.url != "about:blank":  # a page that is being left must not keep anything once more
            window.evaluate("localStorage.clear(), sessionStorage.clear(), Storage.prototype.setItem = () => {}")
        window.goto("about:blank")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address():
    """The built book on a server that does not compress."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def case_copy(tmp_path):
    """The folder of a copy of the practice case, to be changed at will."""
    return unsealed_copy("practice", tmp_path)


def unsealed_copy(name, folder):
    """The folder of a copy of a case that has no seal, so that nothing tells of a change but what is wrong with it."""
    copy = Path(shutil.copytree(DATA / name, folder / name))
    write_atomically(copy / DESCRIPTOR, descriptor_text(unsealed(read_package(copy))))
    return copy


@pytest.fixture(scope="session")
def report_text():
    """The path of the report's text, which is not part of this project."""
    return given("STANDOFF_ARTICLE", "the report's text", "the path of your copy")


@pytest.fixture(scope="session")
def witness_texts():
    """The folder of the witnesses' texts, which are not part of this project, each as <witness_id>.txt."""
    return given("STANDOFF_WITNESSES", "the texts of the witnesses", "the folder of your copies")


def given(variable, needed, value):
    """The path in a variable of the environment; without it, the test is skipped and says what it needs."""
    if not os.environ.get(variable):
        pytest.skip(f"needs {needed}: set {variable} to {value}")
    return Path(os.environ[variable])


@pytest.fixture(scope="session")
def sandboxed():
    """Nothing; a test that asks for it is skipped where submissions cannot be sandboxed."""
    try:
        require()
    except SandboxError as error:
        pytest.skip(str(error))
