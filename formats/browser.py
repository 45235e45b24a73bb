"""Start a real browser, to test pages and to print them: found on this machine, or else installed once.

with launch() as browser:
    page = browser.new_page()
"""

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
    """Say whether there is a browser at this path. Ubuntu's `chromium` package, without snap, installs one that is not."""
    if os.name == "nt":  # there, --version opens a window
        return os.path.isfile(path)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    return False


def find() -> str | None:
    """Return the path of a browser on this machine."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path  # where Playwright puts its own
    candidates = (os.environ.get("STANDOFF_CHROMIUM"), *map(shutil.which, NAMES), own)
    return next(filter(works, filter(None, candidates)), None)


def installations() -> Iterator[str]:
    """Yield commands that install a Chromium, the likeliest first."""
    playwright = f'"{sys.executable}" -m playwright install'
    if IS_ROOT and shutil.which("apt-get"):
        yield "apt-get update && apt-get install -y --no-install-recommends chromium"
        yield f"{playwright} --with-deps chromium"
    yield f"{playwright} chromium"


@functools.cache
def chromium_path() -> str:
    """Return the path of a Chromium, which is installed if there is none. Raises RuntimeError if that fails."""
    path = find()
    for command in installations():
        if path is None:
            subprocess.run(command, shell=True, stdout=subprocess.DEVNULL)
            path = find()
    if path is None:
        raise RuntimeError("No Chromium: install Chromium or Chrome, or set STANDOFF_CHROMIUM to the path of one.")
    return path


@contextlib.contextmanager
def launch(**options) -> Iterator[Browser]:
    """Give a headless Chromium; `options` go to Playwright."""
    arguments = OPTIONS + (["--no-sandbox"] if IS_ROOT else [])  # its sandbox refuses to run as root
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments, **options)
        try:
            yield browser
        finally:
            browser.close()
