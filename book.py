#!/usr/bin/env python3
"""Build, test and serve the book. Each command does all its own set-up.

    python book.py build          execute the chapters and write _build/html
    python book.py test [ARGS]    build, then test everything (ARGS go to pytest)
    python book.py formats        build, then write PDF, EPUB, notebooks and archives to _build/formats
    python book.py serve [PORT]   show the book, rebuild it and reload the page when a file changes
    python book.py notebooks      open the chapters as notebooks in JupyterLab
    python book.py run COMMAND    run a command of the book's environment, such as `standoff check`
    python book.py rehearse       do what Binder does with the last commit, and run every chapter there
    python book.py links          ask every address outside the book whether it answers, and write _build/links.md
    python book.py bench [ROUNDS] measure builds beside the least that they could take
    python book.py pins [ARGS]    renew the requirements*.txt (ARGS go to `uv pip compile`, such as --upgrade)

Started with any Python, this file needs the standard library only: it makes the environment `.venv` beside itself and
starts itself again in there. (Up to that point the syntax is kept old, so that an old Python can still say that it is.)
"""

import contextlib
import hashlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BUILD = ROOT / "_build"
HTML = BUILD / "html"
NEW = BUILD / "new"  # where pages are written; they become HTML when they are complete
BUILT_FROM = BUILD / "built-from.txt"  # what HTML was made of, and its hash
CACHE = BUILD / ".jupyter_cache"  # outputs of executed chapters
DOCTREES = BUILD / ".doctrees"  # parsed chapters

PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]  # where every pinned package can be installed
UV = "uv==0.13.9"  # writes the pins


# ---------------------------------------------------------------------------------------------- the environment


def main():
    command, arguments = (sys.argv[1:2] or ["help"])[0], sys.argv[2:]
    if command in ("help", "-h", "--help"):
        return print(__doc__)
    if command not in COMMANDS:
        sys.exit("book.py: there is no command %r, only %s." % (command, ", ".join(COMMANDS)))
    if sys.version_info[:2] not in PYTHONS:
        start_again_with(other_python())
    if command == "pins":
        return pins(arguments)
    make_environment()
    if Path(sys.prefix).resolve() != VENV.resolve():
        start_again_with(str(VENV_PYTHON))
    return COMMANDS[command](arguments)


def start_again_with(python):
    sys.exit(subprocess.call([python, str(ROOT / "book.py")] + sys.argv[1:], env=clean_environ()))


def other_python():
    """A Python on the path that is neither too old nor too new, when this one is."""
    for version in reversed(PYTHONS):
        python = shutil.which("python%d.%d" % version)
        if python and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return python
    sys.exit(
        "book.py: this is Python %d.%d, the book needs 3.11 to 3.14: install one of them and run this command with it."
        % sys.version_info[:2]
    )


def clean_environ():
    """The environment variables for the book's processes: nothing of the user's own set-up may change a page."""
    environ = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "MPLBACKEND", "MATPLOTLIBRC", "SOURCE_DATE_EPOCH"):
        environ.pop(name, None)
    environ.update(
        PYTHONUTF8="1",  # Windows: read and print UTF-8
        PYTHONHASHSEED="0",  # the same order of sets in every build
        JUPYTER_PREFER_ENV_PATH="1",  # this environment's kernel, not one of the same name in the home folder
        IPYTHONDIR=str(VENV / "ipython"),
        MPLCONFIGDIR=str(VENV / "matplotlib"),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
    return environ


def make_environment():
    """Make or renew `.venv`, if it is not what requirements.txt and pyproject.toml ask for."""
    stamp = VENV / "made-from.txt"
    recorded = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    moved = recorded and recorded.splitlines()[0] != str(ROOT)  # an environment does not survive its folder's renaming
    check = [str(VENV_PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info[:2] not in %r)" % (PYTHONS,)]
    works = VENV_PYTHON.exists() and subprocess.call(check, stderr=subprocess.DEVNULL) == 0
    if works and recorded == made_from():
        return

    print("Preparing the environment in .venv (needed once; about a minute) ...", flush=True)
    if moved or not works:
        if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
            sys.exit(
                "book.py: Python's venv module is missing: install it (Debian and Ubuntu: apt install python3-venv) "
                "and run this command again."
            )
        base = getattr(sys, "_base_executable", sys.executable)
        if subprocess.call([base, "-m", "venv", "--clear", str(VENV)]):
            sys.exit("book.py: could not make .venv, see above: remove that folder and run this command again.")
    install(["--requirement", "requirements.txt"])
    # setuptools is pinned in requirements.txt, so nothing else is fetched to install the project itself
    install(["--no-deps", "--no-build-isolation", "--editable", "."])
    # A kernel says on each start that its local connection is not encrypted: hide that.
    profile = VENV / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        "get_config().IPKernelApp.log_level = 'ERROR'\n", encoding="utf-8"
    )
    # Matplotlib looks for the machine's fonts once, and says so: better here than in the output of a chapter.
    subprocess.call([str(VENV_PYTHON), "-c", "import matplotlib.font_manager"], env=clean_environ())
    stamp.write_text(made_from(), encoding="utf-8")


def made_from():
    """What `.venv` is made from, and where."""
    return "%s\n%s\n" % (ROOT, hashed([ROOT / "requirements.txt", ROOT / "pyproject.toml"]))


def add(layer, what):
    """Add a layer to `.venv` that building the book does without: the packages of requirements-LAYER.txt."""
    stamp = VENV / ("%s-from.txt" % layer)
    files = ["requirements.txt", "requirements-%s.txt" % layer]
    digest = hashed([ROOT / file for file in files])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    print("Adding %s to .venv (needed once; about a minute) ..." % what, flush=True)
    install(["--requirement", files[0], "--requirement", files[1]])
    stamp.write_text(digest, encoding="utf-8")


def let_chapters_open_as_notebooks():
    # in this environment alone, not in the user's own settings
    settings = VENV / "etc" / "jupyter" / "labconfig" / "default_setting_overrides.json"
    command = ["-m", "jupytext_config", "--settings-file", str(settings), "set-default-viewer", "markdown"]
    if subprocess.call([str(VENV_PYTHON)] + command, env=clean_environ()):
        sys.exit("book.py: could not set JupyterLab up, see above.")


def install(arguments):
    command = [str(VENV_PYTHON), "-m", "pip", "install", "-qq"] + arguments
    if subprocess.call(command, cwd=str(ROOT), env=clean_environ()):
        sys.exit("book.py: pip could not install the packages, see above: check the network, run this command again.")


def hashed(files):
    """One hash of the names and contents of files."""
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(("%s %d\n" % (file.relative_to(ROOT).as_posix(), len(content))).encode() + content)
    return digest.hexdigest()


# ------------------------------------------------------------------------------- the commands, run inside `.venv`


def build(arguments):
    """Execute the chapters whose code, or whose data, changed, and write every page anew. If nothing changed, do nothing.

    Pages are written anew because a partial build forgets warnings, entries of the search index, and titles in the side
    bar of other pages; it takes seconds. They are written beside those of the last build, and take their place when
    they are complete. If the build fails, there are no pages, but with `build --keep`, which `serve` uses, those of the
    last build stay.
    """
    if is_current():
        print("Nothing to do, the book is as its sources are: open %s" % (HTML / "index.html"))
        return 0
    BUILT_FROM.unlink(missing_ok=True)
    inputs = everything_read()
    if write_pages():
        if "--keep" not in arguments:
            shutil.rmtree(str(HTML), ignore_errors=True)
        print("\nThe book was NOT built: see the messages above.", file=sys.stderr)
        return 1
    shutil.rmtree(str(HTML), ignore_errors=True)
    NEW.rename(HTML)
    BUILT_FROM.write_text(inputs + hashed(pages()), encoding="utf-8")
    if left_out := private_cases():
        print("\nIn no download, because they are not the project's: %s" % ", ".join(left_out))
    print("\nThe book is ready: open %s" % (HTML / "index.html"))
    return 0


def private_cases():
    """The readers' own cases in data/, which nothing that is passed on may hold."""
    from autograder.zips import private

    return private()


def sources():
    """The files and folders in which the book's sources are: whatever is not known to be something else."""
    other = {BUILD.name, "benchmarks", "handouts", "tests"}
    return [
        path
        for path in sorted(ROOT.iterdir())
        if path.name not in other and not path.name.startswith(".") and not path.name.endswith(".egg-info")
    ]


def files_in(*paths):
    """The files at these paths and in these folders. What editors, Jupyter and Python write beside them is left out."""
    for path in paths:
        if path.is_dir():
            yield from files_in(*(inner for inner in path.iterdir() if not is_scratch(inner)))
        elif path.is_file():
            yield path


def is_scratch(path):
    return path.name.startswith(".") or path.name.endswith("~") or path.name == "__pycache__"


def pages():
    """The files that a build has written."""
    return [path for path in HTML.rglob("*") if path.is_file()]


def everything_read():
    """What pages depend on: the sources, and what is in no file: the version of Python, and where the repository is."""
    sys.path.insert(0, str(ROOT))
    from _ext.repository import find_repository

    return "%s\n%s\n%s\n" % (hashed(files_in(*sources())), sys.version, find_repository(ROOT))


def is_current():
    """Whether the pages are as the last build wrote them, all of them, and no build could write others."""
    recorded = BUILT_FROM.read_text(encoding="utf-8") if BUILT_FROM.is_file() else ""
    return recorded == everything_read() + hashed(pages())


def write_pages():
    """Write all pages into NEW. Returns 0, or what went wrong."""
    from jupyter_book.sphinx import build_sphinx
    from jupyter_cache import get_cache
    from sphinx.util.console import nocolor

    # The cache knows a chapter by the code of its cells alone: forget it when anything changed that the code reads.
    stamp = BUILD / "executed-with.txt"
    inputs = hashed(files_in(*(ROOT / name for name in ("data", "standoff", "requirements.txt")))) + " " + sys.version
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != inputs:
        shutil.rmtree(str(CACHE), ignore_errors=True)
    for folder in (DOCTREES, NEW, BUILD / "jupyter_execute"):
        shutil.rmtree(str(folder), ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    stamp.write_text(inputs, encoding="utf-8")
    # The cache is made, and what is too much in it removed, before chapters run in parallel: see _ext/parallel.py.
    get_cache(str(CACHE)).truncate_caches()

    # This is `jupyter-book build . -W -n --keep-going`, with the option that command lacks: several chapters at a time.
    # (Only tried on Linux, so only done there.)
    if not sys.stdout.isatty():
        nocolor()
    logging.basicConfig(level=logging.WARNING)  # a11y_pygments would have each library tell each of its steps
    return build_sphinx(
        ROOT,
        NEW,
        path_config=ROOT / "_config.yml",
        noconfig=True,
        confoverrides={
            "external_toc_path": str(ROOT / "_toc.yml"),
            "latex_individualpages": False,
            "nitpicky": True,
        },
        warningiserror=True,
        keep_going=True,
        jobs=min(os.cpu_count() or 1, 8) if sys.platform == "linux" else 1,
    )


def test(arguments):
    """Build the book, then run the tests; their exit status is this command's."""
    add("grading", "nbgrader")  # what teachers may use; a test beside it says whether it gets on with ours
    side_by_side = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "tests"] + side_by_side + arguments
    return build([]) or subprocess.call(command, cwd=str(ROOT))


def bench(arguments):
    """Measure builds of copies of the book."""
    return subprocess.call([sys.executable, str(ROOT / "benchmarks" / "build.py")] + arguments)


def formats(arguments):
    """Build the book, then write it in every other format."""
    if build([]):
        return 1
    from formats import make

    for path in make():
        print("%9.1f kB  %s" % (path.stat().st_size / 1000, path.relative_to(ROOT)))
    return 0


def serve(arguments):
    """Show the book on this machine, and keep it in step with the files."""
    import livereload.handlers
    import livereload.server

    class Injector(livereload.server.LiveScriptInjector):
        """Puts livereload's script into pages by its address: the policy of the pages forbids a script in the page."""

        def __init__(self, request):
            super().__init__(request)
            self.script = b'<script src="/livereload.js"></script>'

    livereload.server.LiveScriptInjector = Injector
    livereload.server.HEAD_END = b"<body"  # the pages leave out </head>
    livereload.handlers.LiveReloadHandler.DEFAULT_RELOAD_TIME = 0  # else a build within 3 s of the last one goes unseen

    def rebuild():
        # in a process of its own, so that changes in _ext/, standoff/ and requirements.txt count
        subprocess.call([sys.executable, str(ROOT / "book.py"), "build", "--keep"])

    def follow(built):
        while True:
            time.sleep(0.5)
            with contextlib.suppress(OSError):  # a file that an editor is just replacing
                now = hashed(files_in(*sources()))
                if now != built:
                    built = now
                    rebuild()

    built = hashed(files_in(*sources()))
    rebuild()
    # Beside the server, so that pages can be read, and are connected, while others are being written.
    threading.Thread(target=follow, args=[built], daemon=True).start()
    server = livereload.Server()
    server.watch(str(HTML / "index.html"))  # every build writes it anew: then pages are reloaded
    server.serve(root=str(HTML), port=int(arguments[0]) if arguments else 8000, live_css=False)


def links(arguments):
    """Ask every address outside the book whether it still answers; the report is _build/links.md."""
    return subprocess.call([sys.executable, str(ROOT / "links.py")], cwd=str(ROOT))


def pins(arguments):
    """Write the exact versions of the book, of what `notebooks` and `test` add to it, and of what Binder installs."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.call([sys.executable, "-m", "pip", "install", "-qq", "--target", folder, UV]):
            sys.exit("book.py: pip could not install uv, see above: check the network and run this command again.")

        def pinned(written, sources, *options):
            """The lines of a requirements file, which is written too; versions that it has are kept where possible."""
            command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--output-file", written]
            command += [
                "--no-header",
                "--no-annotate",
                "--no-emit-index-url",
                "--no-emit-find-links",
            ]  # no machine's traces
            command += list(options) + arguments + sources
            if subprocess.call(command, cwd=str(ROOT), env=dict(os.environ, PYTHONPATH=folder)):
                sys.exit("book.py: %s could not be renewed, see above." % written)
            lines = (ROOT / written).read_text(encoding="utf-8").splitlines()
            return [line for line in lines if not line.startswith(("#", "-"))]

        def write(written, sources, lines):
            head = "# Written by `make pins` from %s: do not edit." % " and ".join(sources)
            (ROOT / written).write_text("\n".join([head] + lines) + "\n", encoding="utf-8")
            print("%s: %d packages" % (written, len(lines)))

        everywhere = ["--universal", "--python-version", "%d.%d" % PYTHONS[0]]
        book = pinned("requirements.txt", ["requirements.in"], *everywhere)
        write("requirements.txt", ["requirements.in"], book)

        same = ["--constraint", "requirements.txt"]
        lab = pinned("requirements-lab.txt", ["requirements-lab.in"], *everywhere, *same)
        lab = [line for line in lab if line not in book]
        write("requirements-lab.txt", ["requirements-lab.in"], lab)

        also_same = ["--constraint", "requirements-lab.txt"]
        grading = pinned("requirements-grading.txt", ["requirements-grading.in"], *everywhere, *same, *also_same)
        write("requirements-grading.txt", ["requirements-grading.in"], [line for line in grading if line not in book])

        sources = ["pyproject.toml", "binder/requirements.in"]
        python = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip().replace("python-", "")
        binder = pinned(
            "binder/requirements.txt", sources, "--python-platform", "linux", "--python-version", python, *same
        )
        # JupyterLab's extension, but not what it asks for: that is the server, which comes with the image.
        binder += [line for line in lab if line.startswith("jupyterlab-myst==")]
        write("binder/requirements.txt", sources, binder)
    return 0


def notebooks(arguments):
    """Open JupyterLab, in the browser, with the first chapter; the others, and handouts/, are in the list of files."""
    add("lab", "JupyterLab")
    let_chapters_open_as_notebooks()
    from autograder import release
    from autograder import source as assignment

    for name in assignment.names():
        if not (ROOT / release.FOLDER / name).exists():  # else it is the reader's work
            release.release(assignment.read(name), ROOT / release.FOLDER)
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir=" + str(ROOT)] + arguments
    return subprocess.call(command + [str(ROOT / "chapters" / "start.md")], cwd=str(ROOT))


def run(arguments):
    """Run a command of `.venv`, so that nobody needs to know where it lies."""
    path = str(VENV_PYTHON.parent) + os.pathsep + os.environ.get("PATH", "")
    command = shutil.which(arguments[0], path=path) if arguments else None
    if command is None:
        sys.exit("book.py: run what? For example: python book.py run standoff check")
    return subprocess.call([command] + arguments[1:], env=dict(os.environ, PATH=path))


def rehearse(arguments):
    """Do what Binder does with the last commit, and run every chapter there in a browser."""
    return subprocess.call([sys.executable, str(ROOT / "binder" / "rehearse.py")] + arguments, cwd=str(ROOT))


COMMANDS = {
    "build": build,
    "test": test,
    "formats": formats,
    "serve": serve,
    "notebooks": notebooks,
    "run": run,
    "rehearse": rehearse,
    "links": links,
    "bench": bench,
    "pins": pins,
}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
