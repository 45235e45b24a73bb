"""Rehearse what readers get when they press the Binder button: `python book.py rehearse` (and, with `laptop`, when they clone).

mybinder.org makes an image from this repository with repo2docker, starts it and opens the path in the button's address.
The rehearsal does the same with the last commit, in a folder of its own, without Docker:

1. a fresh clone; repo2docker's Dockerfile for it, as mybinder.org has it rendered
2. an environment of that Dockerfile's Python, with every Python package that repo2docker locks for it, JupyterLab among them
3. the Dockerfile's own steps for this repository, word for word
4. its own command, which starts the server (two, so that two visitors do not wait for each other)
5. for each chapter and assignment, a new visitor in Chromium: opens the button's path, runs all cells, saves

A page passes if it opened as a notebook, its directives are shown as what they mean, each cell ran without error, nothing
was asked of another server, and saving changed nothing in the repository.

An assignment is handed out with its answers missing, so its cells cannot all run. It passes if it opened as a notebook, its
text is shown as what it means, all cells up to the first task ran (they load the data), and that task, and nothing before it,
said that the answer is missing; nothing was asked of another server, it could be saved, and Binder keeps no solutions.

The status is 0 only if every page passes.
"""

import contextlib
import itertools
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jupytext
from playwright.sync_api import BrowserContext
from playwright.sync_api import TimeoutError as TooLate

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # this is a script, and takes helpers from both
from buttons import build_pages, launch_links  # noqa: E402

from formats.browser import launch  # noqa: E402

REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
UV = "uv==0.13.9"  # fills the environment; the Dockerfile's own steps are done by pip, as they say
OTHER_NAMES = {  # conda's name of a package, where PyPI has another
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
}
NOT_SHOWN_BY_BINDER = """\
What this does not show: the image itself (Ubuntu 24.04, conda's builds of the packages, what is no Python package), how long
mybinder.org takes to make and start it, its limits of memory, whether it is up, and the way from the button to it."""
NOT_SHOWN_BY_LAPTOP = """\
What this does not show: other systems and Pythons than this one, and settings of JupyterLab that a user already has."""
PATIENCE = 180  # seconds for a page to open, and for its cells to run; an idle machine needs about ten
CLOSE_KERNELS = """async () => {
    for (const kernel of await (await fetch("/api/kernels")).json())
        await fetch("/api/kernels/" + kernel.id, {method: "DELETE"});
}"""
# a directive or role as it was typed; without the backtick of a role, which JupyterLab takes for code
RAW = re.compile(r"^\s*:::|^\s*```\{|\{(?:doc|ref|cite(?::\w+)?|term|math|kbd)\}", re.M)


class NotRehearsed(Exception):
    """Something that the rehearsal needs is missing, or a step failed."""


START = time.monotonic()


def log(text: str) -> None:
    """Print what is done, with the seconds since the start."""
    print(f"{time.monotonic() - START:6.1f} s  {text}", flush=True)


def run(command: list, **options) -> str:
    """Return what a command prints to its standard output. Raises NotRehearsed if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)
    if done.returncode:
        words, output = shlex.join(map(str, command)), (done.stdout + done.stderr)[-4000:]
        raise NotRehearsed(f"this step failed (status {done.returncode}): {words}\n{output}")
    return done.stdout


# ---- 1. the Dockerfile ----


def render(clone: Path, tools: Path) -> str:
    """Return the text of the Dockerfile that repo2docker writes for the clone."""
    options = shlex.split("--no-build --debug --user-id 1000 --user-name jovyan --Repo2Docker.default_buildpack=None")
    return run([tools / "bin/jupyter-repo2docker", *options, "."], cwd=clone)


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return its instructions, each as (word, rest); continued lines joined."""
    lines = re.sub(r"\\\n", " ", dockerfile).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if re.match(r"[A-Z]+ ", line)]


def own_steps(dockerfile: str) -> list[str]:
    """Return what it runs as the visitor's user: everything that depends on this repository."""
    user, steps = "root", []
    for word, rest in instructions(dockerfile):
        if word == "USER":
            user = rest
        elif word == "RUN" and user == "${NB_USER}":
            steps.append(rest)
    return steps


# ---- 2. and 3. the environment ----


def python_of(version: str) -> str:
    """Return the path of a Python of this version, such as '3.12'."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = [*map(str, pyenv.glob(f"versions/{version}.*/bin")), os.environ["PATH"]]
    if path := shutil.which(f"python{version}", path=os.pathsep.join(folders)):
        return path
    raise NotRehearsed(f"there is no python{version} here, nor in {pyenv}: install Python {version}")


def locked(dockerfile: str, tools: Path) -> tuple[str, list[str]]:
    """Return (Python's version, pins) of the Python packages in the conda lock that the Dockerfile copies."""
    match = re.search(r"environment-2epy-2d(\d+)-2e(\d+)-2dlinux-2d64-2elock", dockerfile)
    version = ".".join(match.groups())
    lock = next(tools.glob(f"lib/*/site-packages/repo2docker/buildpacks/conda/environment.py-{version}-linux-64.lock"))
    pins = []
    names = re.compile(r"/([^/]+)-([^-/]+)-([^-/]+)\.(?:conda|tar\.bz2)")
    for name, number, build in names.findall(lock.read_text(encoding="utf-8")):
        if build.startswith("py") and name not in ("cpython", "python_abi"):  # others are no Python packages, or empty
            pins.append(f"{OTHER_NAMES.get(name, name)}=={number}")
    return version, pins


def variables(clone: Path, environment: Path) -> dict[str, str]:
    """Return the environment variables of the Dockerfile, with its folders in place of /srv and /home."""
    own = ("PYTHON", "JUPYTER", "IPYTHON", "MPL", "VIRTUAL")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)} | {
        "HOME": str(clone),
        "REPO_DIR": str(clone),
        "USER": "jovyan",
        "NB_USER": "jovyan",
        "NB_PYTHON_PREFIX": str(environment),
        "KERNEL_PYTHON_PREFIX": str(environment),
        "CONDA_DEFAULT_ENV": str(environment),
        "PATH": f"{clone}/.local/bin:{environment}/bin:{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


# ---- 4. the server ----


@contextlib.contextmanager
def server(command: list[str], environ: dict[str, str], folder: Path) -> Iterator[str]:
    """Run a Jupyter server, and give its address. It is open to all, but listens on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    where = ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", "--no-browser"]
    rights = ["--IdentityProvider.token=", "--ServerApp.allow_root=True", "--ServerApp.disable_check_xsrf=True"]
    command = [*command, *where, *rights]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env=environ, cwd=folder, stdout=output, stderr=output)
        try:
            for _ in range(6000):  # ten minutes, because an environment may have to be made first
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/api", timeout=5)
                    break
                if process.poll() is not None:
                    output.seek(0)
                    raise NotRehearsed(f"the server ended: {shlex.join(command)}\n{output.read().decode()[-4000:]}")
                time.sleep(0.1)
            else:
                raise NotRehearsed("the server did not answer within ten minutes")
            yield address
            urllib.request.urlopen(f"{address}/api/shutdown", data=b"").close()  # also what it was started through ends
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()


# ---- 5. the visitor ----


def visit(context: BrowserContext, address: str, path: str, cells: int, stops: list[int]) -> tuple[str, list[str]]:
    """Open a path of the server as a visitor, run all its `cells`, save; return the sentence of what was seen, and complaints.

    stops: an assignment stops for want of an answer; how many cells may have run before that
    """
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    strangers, messages, complaints = set(), [], []
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.on("request", lambda request: request.url.startswith(own) or strangers.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: messages.append(message(frame))))
    start = time.monotonic()
    try:
        page.goto(f"{address}/{path}")
        kinds = ("NotebookPanel", "FileEditor", "MarkdownViewer", "Dialog")
        opened = page.locator(", ".join(f".jp-{kind}:visible" for kind in kinds)).first
        opened.wait_for()
        if "jp-NotebookPanel" not in opened.get_attribute("class"):
            return "", [f"did not open as a notebook: {opened.inner_text()[:200]}"]
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        while ("kernel_info_reply", "ok") not in messages and time.monotonic() - start < PATIENCE:
            page.wait_for_timeout(100)
        opened_in, start = time.monotonic() - start, time.monotonic()

        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        while (ran := messages.count(("execute_reply", "ok"))) < cells and ("execute_reply", "error") not in messages:
            if time.monotonic() - start > PATIENCE:
                return "", [f"only {ran} of {cells} cells ran within {PATIENCE} s"]
            page.wait_for_timeout(100)
        ran_in = time.monotonic() - start
        page.wait_for_timeout(500)  # the last output is drawn
        if stops and ran not in stops:
            complaints.append(f"stopped after {ran} cells, not at the first task ({' or '.join(map(str, stops))})")
        if (("execute_reply", "error") in messages) != bool(stops):
            complaints.append("the first task did not say that its answer is missing" if stops else "a cell failed")
        for output in page.locator('[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]').all():
            if not (stops and re.search(r"NotImplementedError|AssertionError: \w", output.inner_text())):
                complaints.append(f"a cell said: {output.inner_text()[-300:]}")
        text = "\n".join(page.locator(".jp-MarkdownOutput").all_inner_texts())
        complaints += [f"shown as typed: {text[match.start() : match.start() + 60]!r}" for match in RAW.finditer(text)]
        complaints += [f"{name} was asked for something" for name in sorted(strangers)]

        with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
            page.keyboard.press("Control+s")
    except TooLate as error:
        return "", [*complaints, f"waited too long: {error}"]
    finally:
        page.evaluate(CLOSE_KERNELS)
        page.close()
    return f"opened in {opened_in:4.1f} s, {ran:2} cells ran in {ran_in:4.1f} s", complaints


def message(frame: str | bytes) -> tuple[str | None, str | None]:
    """Return (type, status) of a message from the kernel; the status of one that has none is None."""
    frame = frame if isinstance(frame, bytes) else frame.encode()
    kind = re.search(rb'"msg_type": ?"(\w+)"', frame)  # the first is the message's own, a second its parent's
    status = re.search(rb'"status": ?"(\w+)"', frame)
    return tuple(match and match[1].decode() for match in (kind, status))


def count_cells(path: Path) -> tuple[int, list[int]]:
    """Return how many code cells a notebook has, and for an assignment how many of them come before its first task and its check."""
    code = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code" and cell.source]
    roles = [cell.metadata.get("nbgrader", {}) for cell in code]
    tasks = [next((n for n, role in enumerate(roles) if role.get(kind)), None) for kind in ("solution", "grade")]
    return len(code), [number for number in tasks if number is not None]


# ---- the rehearsals ----


def cloned(folder: Path) -> Path:
    """Return a fresh clone of the last commit."""
    if run(["git", "status", "--porcelain"], cwd=ROOT).strip():
        log("NOTE: what is not committed is not rehearsed")
    clone = folder / "book"
    run(["git", "clone", "--quiet", "--no-local", ROOT, clone])
    log(f"cloned {run(['git', 'log', '-1', '--format=%h %s'], cwd=clone).strip()}")
    return clone


def button_paths(clone: Path) -> list[str]:
    """Return the paths in the addresses of all Binder buttons and links. The pages are built elsewhere: Binder builds none."""
    pages = clone.parent / "pages"
    run(["git", "clone", "--quiet", clone, pages])
    build_pages(pages, BOOK_REPOSITORY="https://github.com/example/book", BOOK_BRANCH="main")
    return [parse_qs(urlsplit(link).query)["urlpath"][0] for link in launch_links(pages)]


def visit_all(paths: list[str], command: list[str], environ: dict[str, str], clone: Path, servers: int) -> list[str]:
    """Visit each path, as many at a time as there are servers; return those that failed."""
    with ThreadPoolExecutor(servers) as pool:
        failed = pool.map(lambda n: visit_some(paths[n::servers], command, environ, clone), range(servers))
        return list(itertools.chain.from_iterable(failed))


def visit_some(paths: list[str], command: list[str], environ: dict[str, str], clone: Path) -> list[str]:
    """Start a server, and visit these paths one after the other; return those that failed."""
    failed = []
    with tempfile.TemporaryDirectory() as workspaces, contextlib.ExitStack() as stack:
        environ = environ | {"JUPYTERLAB_WORKSPACES_DIR": workspaces}
        address = stack.enter_context(server(command, environ, clone))
        log(f"{shlex.join(command)}: the server answers")
        # One browser for all visitors, so that JupyterLab's scripts come from its cache after the first. It is high,
        # because JupyterLab leaves out what is not in view.
        context = stack.enter_context(launch()).new_context(viewport={"width": 1280, "height": 30000})
        for path in paths:
            shutil.rmtree(workspaces, ignore_errors=True)  # each visitor finds a new server
            notebook = path.removeprefix("lab/tree/")
            seen, complaints = visit(context, address, path, *count_cells(clone / notebook))
            if changes := run(["git", "diff", "--", notebook], cwd=clone):
                complaints.append(f"saving changed the file:\n{changes[:2000]}")
            log(f"{'FAILED' if complaints else 'ok    '}  {path:38} {seen}")
            for complaint in complaints:
                print(f"           {complaint}", flush=True)
            failed += [path] if complaints else []
    return failed


def on_binder(folder: Path) -> tuple[list[str], list[str]]:
    """Do what a reader gets who presses the button; return all paths, and those that failed."""
    if os.name == "nt":
        raise NotRehearsed("the image's steps are those of Linux: rehearse there")
    clone, tools, environment = cloned(folder), folder / "tools", folder / "environment"
    run([sys.executable, "-m", "venv", tools])
    run([tools / "bin/pip", "install", "-qq", REPO2DOCKER, UV])
    dockerfile = render(clone, tools)
    version, pins = locked(dockerfile, tools)
    log(f"{REPO2DOCKER} rendered its Dockerfile: Python {version}")

    run([python_of(version), "-m", "venv", environment])
    (folder / "locked.txt").write_text("\n".join(pins), encoding="utf-8")
    uv = [tools / "bin/uv", "pip", "install", "--quiet", "--no-deps", "--python", environment / "bin/python"]
    run([*uv, "-r", folder / "locked.txt"])
    lab = next(pin for pin in pins if pin.startswith("jupyterlab=="))
    log(f"filled an environment with its {len(pins)} locked Python packages, among them {lab}")

    paths = button_paths(clone)
    log(f"built the pages to read their buttons' addresses: {len(paths)}")

    environ = variables(clone, environment)
    for step in own_steps(dockerfile):
        run(["/bin/bash", "-c", step], cwd=clone, env=environ)
        log(f"RUN {step}")
    size = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file() and not path.is_symlink())
    run([environment / "bin/pip", "check"])
    log(f"no packages in conflict; {size / 1e6:.0f} MB")

    if (clone / "assignments").exists():
        raise NotRehearsed("the image keeps the sources of the assignments, with their solutions")
    nobody = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"]
    run(["git", *nobody, "commit", "--quiet", "--all", "--no-verify", "--message", "As Binder leaves it"], cwd=clone)
    words = re.findall(r'"([^"]+)"', dict(instructions(dockerfile))["CMD"])
    command = [word for word in words if word not in ("--ip", "0.0.0.0")]
    command = [str(environment / "bin" / command[0]), *command[1:]]
    failed = visit_all(paths, command, environ, clone, servers=2)
    if not failed and (changes := run(["git", "diff"], cwd=clone)):
        raise NotRehearsed(f"a visit changed another file than its own:\n{changes[:2000]}")
    return paths, failed


def on_a_laptop(folder: Path) -> tuple[list[str], list[str]]:
    """Do what a newcomer gets from `book.py notebooks` in a fresh clone."""
    clone = cloned(folder)
    paths = button_paths(clone)
    environ = os.environ | {
        "JUPYTER_CONFIG_DIR": str(clone / ".jupyter")
    }  # not with the settings of the person who rehearses
    command = [sys.executable, str(clone / "book.py"), "notebooks"]  # one server, which makes its environment first
    return paths, visit_all(paths, command, environ, clone, servers=1)


REHEARSALS = {"binder": (on_binder, NOT_SHOWN_BY_BINDER), "laptop": (on_a_laptop, NOT_SHOWN_BY_LAPTOP)}


def main(which: str = "binder") -> int:
    """Rehearse, and return the exit status."""
    rehearse, not_shown = REHEARSALS[which]
    with tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as folder:
        try:
            pages, failed = rehearse(Path(folder).resolve())
        except NotRehearsed as reason:
            print(f"\nNOT REHEARSED, and so not passed: {reason}")
            return 1
    print(f"\n{len(pages) - len(failed)} of {len(pages)} pages pass.\n{not_shown}")
    return 1 if failed or not pages else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
