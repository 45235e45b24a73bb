#!/usr/bin/env python3
"""Build, test and serve the book: `python book.py help` lists the commands, and each does all its own set-up.

Started with any Python, this file needs the standard library only: it makes the environment `.venv` beside itself and
starts itself again in there. (Up to that point the syntax is kept old, so that an old Python can still say that it is.)
"""

import ast
import contextlib
import errno
import functools
import hashlib
import http.server
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BUILD = ROOT / "_build"
HTML = BUILD / "html"
NEW = BUILD / "new"  # where pages are written; they become HTML when they are complete
BUILT_FROM = BUILD / "built-from.txt"  # what HTML was made of, and its hash
CACHE = BUILD / ".jupyter_cache"  # outputs of executed chapters
DRAFT = BUILD / "draft" / "html"  # what `serve` shows
CORES = min(os.cpu_count() or 1, 8)

PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]  # where every pinned package can be installed
IMAGE = "standoff-grade"  # the container in which submissions are graded on Windows and macOS
UV = "uv==0.13.9"  # writes the pins


# ---------------------------------------------------------------------------------------------- the environment


def main() -> int:
    try:
        return obey()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit("book.py: the disk is full: make room (the book needs about 1 GB) and run this command again.")
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) and error.filename:
            sys.exit("book.py: %s cannot be written: copy this folder to a place where you may write." % error.filename)
        raise


def obey() -> int:
    """Do what the command line says."""
    command, arguments = (sys.argv[1:2] or ["help"])[0], sys.argv[2:]
    if command in ("help", "-h", "--help"):
        print("This folder is a book. Begin with: python book.py build\n")
        for name, function in COMMANDS.items():
            print("python book.py %-10s %s" % (name, function.__doc__.splitlines()[0]))
        print("\npython book.py run standoff    lists what can be done with a text or with the data")
        return 0
    if command not in COMMANDS:
        sys.exit("book.py: there is no command %r, only %s." % (command, ", ".join(COMMANDS)))
    if sys.version_info[:2] not in PYTHONS:
        start_again_with(other_python())
    if command in ("pins", "grade"):  # they need no environment
        return COMMANDS[command](arguments)
    if not is_made():
        with alone():
            make_environment()
    if Path(sys.prefix).resolve() != VENV.resolve():
        start_again_with(str(VENV_PYTHON))
    return COMMANDS[command](arguments)


def start_again_with(python: str) -> None:
    sys.exit(subprocess.call([python, str(ROOT / "book.py")] + sys.argv[1:], env=clean_environ()))


def other_python() -> str:
    """Return a Python on the path that is neither too old nor too new, when this one is."""
    for version in reversed(PYTHONS):
        python = shutil.which("python%d.%d" % version)
        if python and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return python
    sys.exit(
        "book.py: this is Python %d.%d, the book needs 3.11 to 3.14: install one of them and run this command with it."
        % sys.version_info[:2]
    )


def clean_environ() -> dict:
    """Return the environment variables for the book's processes: nothing of the user's own set-up may change a page."""
    environ = dict(os.environ)
    for name in os.environ:
        if name.startswith("PYTHON") or name in ("MPLBACKEND", "MATPLOTLIBRC", "SOURCE_DATE_EPOCH"):
            del environ[name]
    environ.update(
        PYTHONUTF8="1",  # Windows: read and print UTF-8
        PYTHONHASHSEED="0",  # the same order of sets in every build
        JUPYTER_PREFER_ENV_PATH="1",  # this environment's kernel, not one of the same name in the home folder
        IPYTHONDIR=str(VENV / "ipython"),
        JUPYTER_RUNTIME_DIR=str(VENV / "jupyter"),  # a home folder may be read-only
        MPLCONFIGDIR=str(VENV / "matplotlib"),
    )
    return environ


def is_made() -> bool:
    """Say whether `.venv` works, is where it was made, and is what requirements.txt and pyproject.toml ask for."""
    stamp = VENV / "made-from.txt"
    works = (
        VENV_PYTHON.exists() and subprocess.call([str(VENV_PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    )
    return works and stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from()


def make_environment() -> None:
    """Make `.venv` anew."""
    if is_made():  # by whoever was waited for
        return
    print("Preparing the environment in .venv (needed once; about a minute) ...", flush=True)
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sys.exit(
            "book.py: Python's venv module is missing: install it (Debian and Ubuntu: apt install python3-venv) "
            "and run this command again."
        )
    if subprocess.call([getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(VENV)]):
        sys.exit("book.py: could not make .venv, see above: remove it, make room if the disk is full, and try again.")
    install("setuptools")  # so that no other version is fetched to install the project itself
    install("--no-build-isolation", "--editable", ".[book,tests]")
    # A kernel says on each start that its local connection is not encrypted: hide that.
    profile = VENV / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    # It also sends what a cell prints in pieces, and how many depends on the machine's speed; a page shows where one ends.
    (profile / "ipython_kernel_config.py").write_text(
        "get_config().IPKernelApp.log_level = 'ERROR'\n"
        "get_config().IPKernelApp.exec_lines = [\"__import__('sys').stdout.flush_interval = 10\"]\n"
    )
    # Matplotlib looks for the machine's fonts once, and says so: better here than in the output of a chapter.
    subprocess.call([str(VENV_PYTHON), "-c", "import matplotlib.font_manager"], env=clean_environ())
    (VENV / "made-from.txt").write_text(made_from(), encoding="utf-8")


def made_from() -> str:
    """Return what `.venv` is made from, and where: it does not survive its folder's renaming."""
    return "%s\n%s\n" % (ROOT, hashed([ROOT / "requirements.txt", ROOT / "pyproject.toml"]))


def add(extra: str) -> None:
    """Add to `.venv` packages that building the book does without: those that pyproject.toml calls `extra`."""
    stamp = VENV / (extra + "-added.txt")
    with alone():
        if stamp.exists():
            return
        print("Adding what %s needs to .venv (needed once; about a minute) ..." % extra, flush=True)
        install("--no-build-isolation", "--editable", ".[%s]" % extra)
        stamp.touch()


def install(*arguments: str) -> None:
    """Install into `.venv`, in the versions of requirements.txt."""
    command = [str(VENV_PYTHON), "-m", "pip", "install", "-qq", "--constraint", "requirements.txt"] + list(arguments)
    if subprocess.call(command, cwd=str(ROOT), env=pip_environ(str(VENV_PYTHON))):
        sys.exit(
            "book.py: pip could not install the packages, see above: check the network and the room on the disk, "
            "then run this command again."
        )


# What pip's settings may say of where packages come from; all others (user, target, require-hashes) are the user's own.
PIP_SETTINGS = {
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "trusted-host",
    "proxy",
    "cert",
    "client-cert",
}
PIP_SETTINGS |= {"keyring-provider", "timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir"}


def pip_environ(python: str) -> dict:
    """Return the environment variables for pip: of the user's settings, in files or variables, only PIP_SETTINGS."""
    users = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environ = {name: value for name, value in clean_environ().items() if name not in users}
    files = dict(environ, **{name: users[name] for name in users if name == "PIP_CONFIG_FILE"})
    command = [python, "-m", "pip", "config", "list"]
    for line in subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True, env=files).stdout.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] in PIP_SETTINGS:
            environ["PIP_" + name.rpartition(".")[2].upper().replace("-", "_")] = ast.literal_eval(value)
    for name, value in users.items():
        if name[len("PIP_") :].lower().replace("_", "-") in PIP_SETTINGS:
            environ[name] = value
    return dict(environ, PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1")


@contextlib.contextmanager
def alone() -> Iterator:
    """Let one process at a time write into this folder; another one waits, and says so."""
    BUILD.mkdir(exist_ok=True)
    with open(str(BUILD / ".lock"), "a") as file:
        if not locked(file):
            print("Another build is running in this folder: waiting for it ...", flush=True)
            while not locked(file):
                time.sleep(0.5)
        yield  # the lock ends with the file's closing, or with the process


def locked(file: object) -> bool:
    """Lock a file that is open, and return whether that could be done; where locks are unknown, nothing is locked."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def hashed(files: Iterable) -> str:
    """Return one hash of the names and contents of files."""
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(("%s %d\n" % (file.relative_to(ROOT).as_posix(), len(content))).encode() + content)
    return digest.hexdigest()


# ------------------------------------------------------------------------------- the commands, run inside `.venv`


def build(arguments: list) -> int:
    """Execute the chapters whose code or data changed, and write every page to _build/html; nothing, if nothing changed.

    All pages are rewritten because a partial build forgets warnings, entries of the search index, and titles in the side
    bar of other pages; it takes seconds. They are written beside those of the last build, and take their place when
    they are complete. If the build fails, there are no pages.
    """
    with alone():
        return build_alone()


def build_alone() -> int:
    from _ext.repository import find_repository
    from formats.shipped import left_out

    if is_current():
        print("Nothing to do, the book is as its sources are: open %s" % (HTML / "index.html"))
        return 0
    BUILT_FROM.unlink(missing_ok=True)
    inputs = everything_read()
    for folder in (NEW, BUILD / ".doctrees", BUILD / "jupyter_execute"):
        shutil.rmtree(str(folder), ignore_errors=True)
    execute_chapters()
    failed = sphinx(NEW, warningiserror=True, keep_going=True)
    shutil.rmtree(str(HTML), ignore_errors=True)
    if failed:
        print("\nThe book was NOT built: see the messages above.", file=sys.stderr)
        return 1
    NEW.rename(HTML)
    BUILT_FROM.write_text(inputs + hashed(files_in(HTML)), encoding="utf-8")
    if left_out(ROOT):
        print("\nIn no download, because they are not the project's: %s" % ", ".join(left_out(ROOT)))
    if (ROOT / ".git").exists() and find_repository(ROOT)[0] is None:
        print(
            "\nNo launch button: git names no repository on GitHub or the like for this folder (BOOK_REPOSITORY can)."
        )
    print("\nThe book is ready: open %s" % (HTML / "index.html"))
    return 0


def sources() -> list:
    """Return the files and folders in which the book's sources are: whatever is not known to be something else."""
    other = {BUILD.name, "benchmarks", "handouts", "tests"}
    return [path for path in ROOT.iterdir() if path.name not in other and not is_scratch(path)]


def files_in(*paths: Path) -> Iterator:
    """Yield the files at these paths and in these folders. What editors, Jupyter and Python write beside them is left out."""
    for path in paths:
        if path.is_dir():
            yield from files_in(*(inner for inner in path.iterdir() if not is_scratch(inner)))
        elif path.is_file():
            yield path


def is_scratch(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith(("~", ".egg-info")) or path.name == "__pycache__"


def everything_read() -> str:
    """Return what pages depend on: the sources, and what is in no file: Python's version, where the book is kept and shown."""
    from _ext.address import find_address
    from _ext.repository import find_repository

    return "%s\n%s\n%s\n%s\n" % (hashed(files_in(*sources())), sys.version, find_repository(ROOT), find_address())


def is_current() -> bool:
    """Say whether the pages are as the last build wrote them, all of them, and no build could write others."""
    recorded = BUILT_FROM.read_text(encoding="utf-8") if BUILT_FROM.is_file() else ""
    return recorded == everything_read() + hashed(files_in(HTML))


def execute_chapters() -> None:
    """Execute the chapters that are not in the cache, several at a time, so that Sphinx finds their outputs there.

    This halves the time of a build from nothing. A chapter that fails is not kept: Sphinx executes it once more, and says
    what is wrong with it.
    """
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    # The cache knows a chapter by the code of its cells alone: forget it when anything changed that the code reads.
    stamp, inputs = BUILD / "executed-with.txt", executed_with()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != inputs:
        shutil.rmtree(str(CACHE), ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    stamp.write_text(inputs, encoding="utf-8")
    if sys.platform != "linux":  # where alone this was tried; elsewhere Sphinx executes them, one at a time
        return

    print("Executing the chapters whose code or data changed ...", flush=True)
    cache = get_cache(str(CACHE))
    chapters = [str(path) for path in (ROOT / "chapters").glob("*.md") if "\nkernelspec:" in path.read_text("utf-8")]
    for path in chapters:
        cache.add_nb_to_project(path, read_data={"name": "myst_nb_md", "type": "plugin"})
    load_executor("local-parallel", cache).run_and_cache(filter_uris=chapters, timeout=120)


def executed_with() -> str:
    """Return what the outputs of a chapter depend on besides its own code."""
    read = ("data", "standoff", "answers", "requirements.txt")
    return hashed(files_in(*(ROOT / name for name in read))) + " " + sys.version


def sphinx(folder: Path, builder: str = "html", settings: Mapping = None, **options) -> object:
    """Have Sphinx write the pages into a folder, as `jupyter-book build` does. Return 0, or what went wrong."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    if not sys.stdout.isatty():
        nocolor()
    logging.basicConfig(level=logging.WARNING)  # a11y_pygments would have each library tell each of its steps
    always = {
        "external_toc_path": str(ROOT / "_toc.yml"),
        "latex_individualpages": False,
        "nitpicky": True,
        "nb_execution_cache_path": str(CACHE),
    }
    return build_sphinx(
        ROOT,
        folder,
        path_config=ROOT / "_config.yml",
        noconfig=True,
        confoverrides={**always, **(settings or {})},
        builder=builder,
        **options,
    )


def test(arguments: list) -> int:
    """Build the book, then run the tests (--all: the thorough ones too; other arguments go to pytest, such as -k links)."""
    add("grading")  # nbgrader, which teachers may use; a test says whether it gets on with ours
    paths = [] if any(argument.startswith("tests") for argument in arguments) else ["tests"]
    chosen = [] if {"--all", "-m"} & set(arguments) else ["-m", "not thorough"]
    side_by_side = ["-n", str(min(CORES, 4)), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest"] + side_by_side + paths + chosen
    command += [argument for argument in arguments if argument != "--all"]
    return build([]) or subprocess.call(command, cwd=str(ROOT))


def quick(arguments: list) -> int:
    """Build the book, then run the tests of data, library, chapters and pages that need no browser and no second build."""
    return test(["tests/library", "tests/book", "-m", "not slow and not thorough"] + arguments)


def bench(arguments: list) -> int:
    """Measure builds beside the least that they could take (the number of rounds may follow)."""
    return run(["python", str(ROOT / "benchmarks" / "build.py")] + arguments)


def rehearse(arguments: list) -> int:
    """Do what Binder does with the last commit (`laptop`: a fresh clone), and run every chapter there in a browser."""
    return run(["python", str(ROOT / "binder" / "rehearse.py")] + arguments)


def formats(arguments: list) -> int:
    """Build the book, then write PDF, EPUB, notebooks and archives to _build/formats."""
    if build([]):
        return 1
    from formats import make

    with alone():
        written = make()
    for path in written:
        print("%9.1f kB  %s" % (path.stat().st_size / 1000, path.relative_to(ROOT)))
    return 0


RELOAD = """
let built;
setInterval(async () => {
    const now = await (await fetch("/built.txt", {cache: "no-store"})).text();
    if (built && built !== now) location.reload();
    built = now;
}, 300);
"""


def serve(arguments: list) -> None:
    """Show a draft of the book on this machine (the port may follow), and renew it when a file changes."""

    class Server(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            """Say nothing: pages ask several times a second whether there are newer ones."""

    def follow():
        built = None
        while True:
            with contextlib.suppress(OSError):  # a file that an editor is just replacing
                now = hashed(files_in(*sources()))
                if now != built:
                    built = now
                    # in a process of its own, so that changes in _ext/ and standoff/ count
                    subprocess.call([sys.executable, "-c", "import book; book.draft()"], cwd=str(ROOT))
            time.sleep(0.3)

    port = arguments[0] if arguments else "8000"
    if not port.isdigit() or not is_free(int(port)):
        sys.exit("book.py: cannot serve at port %s: give another number, such as 8001." % port)
    DRAFT.mkdir(parents=True, exist_ok=True)
    address = ("127.0.0.1", int(port))
    # Beside the thread that builds, so that pages can be read while others are being written.
    with http.server.ThreadingHTTPServer(address, functools.partial(Server, directory=str(DRAFT))) as server:
        print("Serving a draft at http://%s:%d (stop with Ctrl-C)" % address, flush=True)
        threading.Thread(target=follow, daemon=True).start()
        server.serve_forever()


def is_free(port: int) -> bool:
    """Say whether a server may listen at this port."""
    try:
        http.server.HTTPServer(("127.0.0.1", port), http.server.BaseHTTPRequestHandler).server_close()
    except (OSError, OverflowError):
        return False
    return True


def draft() -> None:
    """Write the pages whose chapters changed into DRAFT, as Sphinx makes them: the last steps over the pages are left out.

    When anything but a chapter changed, all are written. Warnings are shown, and stop nothing.
    """
    with alone():
        draft_alone()


def draft_alone() -> None:
    import yaml

    stamp = DRAFT.parent / "made-from.txt"
    apart = (ROOT / "chapters", ROOT / "index.md", ROOT / "_static")  # Sphinx itself sees what changed in these
    inputs = hashed(files_in(*(path for path in sources() if path not in apart)))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != inputs:
        shutil.rmtree(str(DRAFT.parent / ".doctrees"), ignore_errors=True)
        execute_chapters()
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = [name for name in config["sphinx"]["config"]["extensions"] if not name.startswith("_ext.finish")]
    sphinx(DRAFT, settings={"extensions": extensions, "html_js_files": [(None, {"body": RELOAD})]})
    stamp.write_text(inputs, encoding="utf-8")
    (DRAFT / "built.txt").write_text(str(time.time()), encoding="utf-8")


# What a program is often refused and a reader is not: no reason to say that a link is broken.
REFUSED = re.compile(r": (401|403|405|406|418|429|451|999) ")


def links(arguments: list) -> int:
    """Ask every address outside the book whether it answers, and write those that do not to _build/links.md."""
    failed = sphinx(BUILD / "links" / "asked", builder="linkcheck")
    answers = BUILD / "links" / "asked" / "output.txt"
    if not answers.is_file():
        return failed or 1
    broken = broken_links(answers.read_text(encoding="utf-8"))
    (BUILD / "links.md").write_text(broken or "Every address answers.\n", encoding="utf-8")
    print("\n" + (broken or "Every address answers."))
    return 1 if broken else 0


def broken_links(answers: str) -> str:
    """Return the lines of Sphinx's output.txt that name a broken address, as a list in Markdown."""
    lines = sorted(line for line in answers.splitlines() if "[broken]" in line and not REFUSED.search(line))
    return "".join("- %s\n" % line for line in lines)


def pins(arguments: list) -> int:
    """Renew requirements.txt, the exact version of every package (arguments go to `uv pip compile`, such as --upgrade)."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.call(
            [sys.executable, "-m", "pip", "install", "-qq", "--target", folder, UV], env=pip_environ(sys.executable)
        ):
            sys.exit("book.py: pip could not install uv, see above: check the network and run this command again.")
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--output-file", "requirements.txt"]
        command += ["--all-extras", "--universal", "--python-version", "%d.%d" % PYTHONS[0], "--quiet", "--no-annotate"]
        command += ["--custom-compile-command", "make pins", "--no-emit-index-url", "--no-emit-find-links"]
        return subprocess.call(command + arguments, cwd=str(ROOT), env=dict(os.environ, PYTHONPATH=folder))


def notebooks(arguments: list) -> int:
    """Open the chapters as notebooks in JupyterLab, the first of them in the browser; hand-outs lie in handouts/."""
    add("lab")
    settings = VENV / "etc" / "jupyter" / "labconfig" / "default_setting_overrides.json"  # not the user's own
    command = [sys.executable, "-m", "jupytext_config", "--settings-file", str(settings)]
    subprocess.check_call(command + ["set-default-viewer", "markdown"])
    from assignments.course import COURSE
    from autograder.handout import FOLDER, release

    for name in COURSE.names():
        if not (ROOT / FOLDER / name).exists():  # else it is the reader's work
            release(COURSE, name, ROOT / FOLDER)
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir=" + str(ROOT)] + arguments
    return subprocess.call(command + [str(ROOT / "chapters" / "start.md")], cwd=str(ROOT))


def run(arguments: list) -> int:
    """Run a command of the book's environment, such as `standoff check`."""
    path = str(VENV_PYTHON.parent) + os.pathsep + os.environ.get("PATH", "")
    if not arguments:
        sys.exit("book.py: run what? For example: python book.py run standoff check")
    command = shutil.which(arguments[0], path=path)
    if command is None:
        sys.exit("book.py: there is no %r in .venv or on the path; `run standoff check` is an example." % arguments[0])
    return subprocess.call([command] + arguments[1:], env=dict(os.environ, PATH=path))


def grade(arguments: list) -> int:
    """Grade FOLDER/submissions into FOLDER/marks in a container, which has no network: for Windows and macOS."""
    engine = shutil.which("podman") or shutil.which("docker")
    if engine is None:
        sys.exit("book.py: there is neither podman nor docker here: install one of them (Podman Desktop is free).")
    folder = Path(arguments[0] if arguments else "").resolve()
    if not arguments or not (folder / "submissions").is_dir():
        sys.exit("book.py: grade what? Put what was handed in into FOLDER/submissions: python book.py grade FOLDER")
    if subprocess.call([engine, "build", "--quiet", "--tag", IMAGE, "--file", str(ROOT / "Containerfile"), str(ROOT)]):
        sys.exit("book.py: the image could not be built, see above: start podman or docker, check the network.")
    # Inside, bubblewrap makes a sandbox for each submission: it needs namespaces, and of root's rights only that to name users.
    command = [engine, "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all"]
    command += ["--cap-add", "setfcap", "--security-opt", "no-new-privileges", "--security-opt", "seccomp=unconfined"]
    return subprocess.call(command + ["--volume", "%s:/work" % folder, IMAGE] + arguments[1:])


FUNCTIONS = (build, test, quick, formats, serve, notebooks, run, grade, rehearse, links, bench, pins)
COMMANDS = {function.__name__: function for function in FUNCTIONS}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
