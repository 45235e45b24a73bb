"""Start a real browser, to test pages and to print them: found on this machine, or else installed once.

with launch() as browser:
    page = browser.new_page()
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox": ("firefox-esr", "firefox"),
}
PACKAGES = {"chromium": ("chromium",), "firefox": ("firefox-esr", "firefox")}  # of Debian, and of Ubuntu
OPTIONS = [  # no request of the browser's own, for the tests count them
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def works(path: str) -> bool:
    """Say whether there is a browser at this path. Ubuntu's packages, without snap, install some that are not."""
    if os.name == "nt":  # there, --version opens a window
        return os.path.isfile(path)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    return False


def find(playwright: Playwright, engine: str) -> str | None:
    """Return the path of a browser on this machine."""
    candidates = [os.environ.get(f"STANDOFF_{engine.upper()}"), *map(shutil.which, NAMES[engine])]
    if engine == "chromium":  # Playwright's own Firefox is a changed one, and no reader has it
        candidates.append(playwright.chromium.executable_path)
    return next(filter(works, filter(None, candidates)), None)


def installations(engine: str) -> Iterator[str]:
    """Yield commands that install a browser, the likeliest first."""
    playwright = f'"{sys.executable}" -m playwright install'
    if IS_ROOT and shutil.which("apt-get"):
        for package in PACKAGES[engine]:
            yield f"apt-get update && apt-get install -y --no-install-recommends {package}"
    if engine == "chromium":
        if IS_ROOT:
            yield f"{playwright} --with-deps chromium"
        yield f"{playwright} chromium"


def found(playwright: Playwright, engine: str) -> str:
    """Return the path of a browser, which is installed if there is none. Raises RuntimeError if that fails."""
    path = find(playwright, engine)
    for command in installations(engine):
        if path is None:
            subprocess.run(command, shell=True, stdout=subprocess.DEVNULL)
            path = find(playwright, engine)
    if path is None:
        name = engine.capitalize()
        raise RuntimeError(f"No {name}: install it, or set STANDOFF_{engine.upper()} to the path of one.")
    return path


def start(playwright: Playwright, engine: str, **options) -> Browser:
    """Start a headless browser, "chromium" or "firefox"; `options` go to Playwright."""
    path = found(playwright, engine)
    if engine == "firefox":  # as readers have it: the channel speaks WebDriver BiDi, which cannot ask for less motion
        still = {
            "ui.prefersReducedMotion": 1,  # or a test would measure while something scrolls
            "browser.download.alwaysOpenPanel": False,  # it takes the focus from the page
        }
        return playwright.firefox.launch(
            channel="moz-firefox", executable_path=path, firefox_user_prefs=still, **options
        )
    arguments = OPTIONS + (["--no-sandbox"] if IS_ROOT else [])  # its sandbox refuses to run as root
    return playwright.chromium.launch(executable_path=path, args=arguments, **options)


@contextlib.contextmanager
def launch(**options) -> Iterator[Browser]:
    """Give a headless Chromium; `options` go to Playwright."""
    with sync_playwright() as playwright:
        browser = start(playwright, "chromium", **options)
        try:
            yield browser
        finally:
            browser.close()
