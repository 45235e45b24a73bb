#!/usr/bin/env python3
"""Build, test and serve the book. Each command does all its own set-up.

    python book.py build          execute the chapters and write _build/html
    python book.py test [ARGS]    build, then test everything (ARGS go to pytest)
    python book.py serve [PORT]   show the book, rebuild it and reload the page when a file changes
    python book.py pins [ARGS]    renew requirements.txt from requirements.in (ARGS go to `uv pip compile`)

Started with any Python, this file needs the standard library only: it makes the environment `.venv` beside itself and
starts itself again in there. (Up to that point the syntax is kept old, so that an old Python can still say that it is.)
"""
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BUILD = ROOT / "_build"
HTML = BUILD / "html"
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
    digest = hashed([ROOT / "requirements.txt", ROOT / "pyproject.toml"])
    made_from = stamp.read_text(encoding="utf-8").splitlines() if stamp.is_file() else []
    moved = made_from and made_from[0] != str(ROOT)  # an environment does not survive its folder's renaming
    check = [str(VENV_PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info[:2] not in %r)" % (PYTHONS,)]
    works = VENV_PYTHON.exists() and subprocess.call(check, stderr=subprocess.DEVNULL) == 0
    if works and made_from == [str(ROOT), digest]:
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
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "-qq"]
    for arguments in (
        ["--requirement", "requirements.txt"],
        # setuptools is pinned in requirements.txt, so nothing else is fetched to install the project itself
        ["--no-deps", "--no-build-isolation", "--editable", "."],
    ):
        if subprocess.call(pip + arguments, cwd=str(ROOT), env=clean_environ()):
            sys.exit("book.py: pip could not install the packages, see above: check the network, run this command again.")
    # A kernel says on each start that its local connection is not encrypted: hide that.
    profile = VENV / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text("get_config().IPKernelApp.log_level = 'ERROR'\n", encoding="utf-8")
    # Matplotlib looks for the machine's fonts once, and says so: better here than in the output of a chapter.
    subprocess.call([str(VENV_PYTHON), "-c", "import matplotlib.font_manager"], env=clean_environ())
    stamp.write_text("%s\n%s\n" % (ROOT, digest), encoding="utf-8")


def hashed(paths):
    """One hash of the names and contents of files, and of those in folders (hidden files and caches left out)."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = file.relative_to(ROOT)
            if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                content = file.read_bytes()
                digest.update(("%s %d\n" % (name.as_posix(), len(content))).encode() + content)
    return digest.hexdigest()


# ------------------------------------------------------------------------------- the commands, run inside `.venv`


def build(arguments):
    """Execute the chapters whose code, or whose data, changed, and write every page anew.

    Pages are written anew because a partial build forgets warnings and entries of the search index; it takes seconds.
    `build --changed`, which `serve` uses, writes only the pages of changed chapters.
    """
    from jupyter_book.sphinx import build_sphinx
    from jupyter_cache import get_cache
    from sphinx.util.console import nocolor

    # The cache knows a chapter by the code of its cells alone: forget it when anything changed that the code reads.
    stamp = BUILD / "executed-with.txt"
    inputs = hashed([ROOT / name for name in ("data", "standoff", "_ext", "requirements.txt")]) + " " + sys.version
    changed = not stamp.is_file() or stamp.read_text(encoding="utf-8") != inputs
    if changed:
        shutil.rmtree(str(CACHE), ignore_errors=True)
    if changed or "--changed" not in arguments:
        for folder in (DOCTREES, HTML, BUILD / "jupyter_execute"):
            shutil.rmtree(str(folder), ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    stamp.write_text(inputs, encoding="utf-8")
    # The cache is made, and what is too much in it removed, before chapters run in parallel: see _ext/parallel.py.
    get_cache(str(CACHE)).truncate_caches()

    # This is `jupyter-book build . -W -n --keep-going`, with the option that command lacks: several chapters at a time.
    # (Only tried on Linux, so only done there.)
    if not sys.stdout.isatty():
        nocolor()
    status = build_sphinx(
        ROOT,
        HTML,
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
    if status:  # a number, or the exception that stopped the build
        shutil.rmtree(str(DOCTREES), ignore_errors=True)  # else the next build would not repeat today's warnings
        print("\nThe book was NOT built: see the messages above.", file=sys.stderr)
        return 1
    print("\nThe book is ready: open %s" % (HTML / "index.html"))
    return 0


def test(arguments):
    """Build the book, then run the tests; their exit status is this command's."""
    return build([]) or subprocess.call([sys.executable, "-m", "pytest", "tests"] + arguments, cwd=str(ROOT))


def serve(arguments):
    """Show the book on this machine, and keep it in step with the files."""
    from livereload import Server

    def rebuild(*options):
        # in a process of its own, so that changes in _ext/ and standoff/ count
        subprocess.call([sys.executable, str(ROOT / "book.py"), "build"] + list(options))

    def is_scratch(path):  # what editors and Jupyter write beside a file
        return any(part.startswith(".") or part.endswith("~") for part in Path(path).relative_to(ROOT).parts)

    rebuild()
    server = Server()
    for name in ("chapters", "data", "standoff", "index.md", "references.bib"):
        server.watch(str(ROOT / name), lambda: rebuild("--changed"), ignore=is_scratch)
    for name in ("_static", "_ext", "_toc.yml", "_config.yml"):  # these are in every page
        server.watch(str(ROOT / name), lambda: rebuild(), ignore=is_scratch)
    server.serve(root=str(HTML), port=int(arguments[0]) if arguments else 8000, live_css=False)


def pins(arguments):
    """Write the exact versions that hold for every supported Python on Linux, macOS and Windows."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.call([sys.executable, "-m", "pip", "install", "-qq", "--target", folder, UV]):
            sys.exit("book.py: pip could not install uv, see above: check the network and run this command again.")
        command = [sys.executable, "-m", "uv", "pip", "compile", "requirements.in", "--output-file", "requirements.txt"]
        command += ["--universal", "--python-version", "%d.%d" % PYTHONS[0], "--quiet"]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]  # no machine's traces
        if subprocess.call(command + arguments, cwd=str(ROOT), env=dict(os.environ, PYTHONPATH=folder)):
            return 1
    path = ROOT / "requirements.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = ["# Written by `make pins` from requirements.in: do not edit."] + [s for s in lines if not s.startswith("#")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("requirements.txt: %d packages" % (len(lines) - 1))
    return 0


COMMANDS = {"build": build, "test": test, "serve": serve, "pins": pins}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
