"""Confine runner.py with bubblewrap, so that a submission reaches nothing but its own files.

It sees an interpreter, its libraries and the course's, all read-only, and a small folder in memory; no network, no other process,
no environment, nothing else of the machine's files. See syscalls.py for what a run may not ask of the kernel.
"""

import atexit
import contextlib
import functools
import json
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = PROJECT / "autograder", PROJECT / "answers"  # what runner.py imports
ROOT = "/book"
SHOWN = [
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/fonts"),
    *("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"),
]
REMEDY = (
    "Remedy: on Windows and macOS, grade in a Linux container; on Linux, install bubblewrap (Debian and Ubuntu: "
    "apt install bubblewrap) and let users make namespaces; "
    "or, only for submissions that you trust as you trust your own programs, ask for grading without a sandbox"
)


class SandboxError(RuntimeError):
    """There is no sandbox here, or it failed while it was used. The message says why, and what to do."""


@dataclass(frozen=True)
class Limits:
    """What one run of a submission may use, in seconds of computing where it is not said otherwise; sizes in bytes.

    So a machine that has more to do makes a run wait, and changes none of its marks.
    """

    cpu: float = 15
    total: float = 60  # all runs of a submission
    idle: float = 20  # seconds in which it computes next to nothing, as in sleep: who waits for its turn computes more
    memory: int = 2 << 30  # addresses, as the kernel counts them: a third of it is the libraries'
    disk: int = 64 << 20
    files: int = 5_000
    output: int = 4 << 20  # all answers of a run


DEFAULT = Limits()
SILENCE = 300  # seconds after which a sandbox that does not even say that it is alive is given up: by no fault of a run


@dataclass(frozen=True)
class Run:
    """What a run reported: lines, as they came (nothing in them is to be trusted), how it ended, how long it computed.

    why: "" it came to its end by itself, "signal", "time", "output", "files"; or, by no doing of its own, "killed" (as the
    kernel does where memory is short) or "lost" (the sandbox itself is gone).
    """

    lines: list[dict]
    why: str
    computed: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the last step was done."""
        return any(line.get("done") is True for line in self.lines)


class Sandbox:
    """A context manager for any number of runs, each in a fresh process.

    imports: modules that are imported once, before any run; library: folders of packages that runs may import; sandboxed: False
    runs without bubblewrap. Raises SandboxError on entry if there is no sandbox here.
    """

    def __init__(
        self,
        imports: Iterable[str] = (),
        limits: Limits = DEFAULT,
        sandboxed: bool = True,
        library: tuple[Path, ...] = (),
    ):
        self.limits, self._packages = limits, (*PACKAGES, *library)
        self._beginning = {"imports": sorted(imports), "sandboxed": sandboxed}
        self._process, self._folder = None, None

    def __enter__(self):
        if self._beginning["sandboxed"]:
            require()
        return self

    def __exit__(self, *_):
        self.end()

    def run(self, steps: list[dict], files: dict[str, bytes], seconds: float, trusted: bool = False) -> Run:
        """Run steps (see protocol.py) in a fresh process with these files, contents by path.

        seconds: of computing that are left; trusted: no code of a submission is in the steps, and none of its files is to be
        taken for a module.
        """
        limits = asdict(self.limits) | {"cpu": min(seconds, self.limits.cpu)}
        order = pickle.dumps({"steps": steps, "files": files, "trusted": trusted})
        if not hasattr(os, "fork"):
            return self._run_alone(limits, order)
        if not self._process or self._process.poll() is not None:
            self.end()
            self._begin()
        self._send(limits, order)
        output = bytearray()
        while True:
            letter, data = self._frame(time.monotonic() + SILENCE)
            if letter in (b"A", b"D"):
                output += data
                continue
            lines = _lines(output)
            if lines and "broken" in lines[0]:  # reported before any line of a submission ran
                raise SandboxError(f"a run cannot begin here, {str(lines[0]['broken'])[:300]}. {REMEDY}")
            ended = json.loads(data) if letter == b"E" else {"why": "lost", "computed": 0.0, "worn": True}
            if ended.pop("worn"):
                self.end()  # the next run begins anew
            return Run(lines, **ended)

    def _run_alone(self, limits, order):
        """Run steps in a process that is there for them only, where processes do not fork: without a sandbox.

        There only the clock can be looked at.
        """
        wait = limits["idle"] + 10 * limits["cpu"]
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            orders = b"".join(map(_message, (self._beginning, limits, order)))
            begun = time.monotonic()
            try:
                output = subprocess.run(**self._command(folder), input=orders, timeout=wait).stdout
                return Run(_lines(output), "", time.monotonic() - begun)
            except subprocess.TimeoutExpired as error:
                return Run(_lines(error.stdout or b""), "time", wait)

    def _command(self, folder):
        """Return what starts runner.py, as subprocess wants it. folder: an empty one, or None in a sandbox."""
        root, wrapped = folder or ROOT, [] if folder else _wrapped(self.limits, self._packages)
        if folder:
            for package in self._packages:
                shutil.copytree(package, Path(root, package.name), ignore=shutil.ignore_patterns("__pycache__"))
        return {
            "args": [*wrapped, sys.executable, "-B", "-s", "-P", "-m", "autograder.run.runner", root],
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
            "env": _environ(root) if folder else {},
            "cwd": os.path.abspath(os.sep),
        }

    def _begin(self):
        if not self._beginning["sandboxed"]:
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command = self._command(self._folder and self._folder.name)
        self._process = subprocess.Popen(**command, stdin=subprocess.PIPE, start_new_session=True)
        self._send(self._beginning)
        letter, data = self._frame(time.monotonic() + SILENCE)
        if letter != b"R":
            raise SandboxError(f"the program that runs submissions does not start. {REMEDY}")
        if self._beginning["sandboxed"] and not json.loads(data)["seccomp"]:
            raise SandboxError("the library libseccomp.so.2 is missing. Remedy: apt install libseccomp2")

    def _send(self, *messages):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"".join(map(_message, messages)))
            self._process.stdin.flush()

    def _frame(self, deadline):
        """Return the next frame as (letter, content); (b"", b"") if there is none in time."""
        head = self._read(5, deadline)
        size = int.from_bytes(head[1:], "big")
        return (head[:1], self._read(size, deadline)) if len(head) == 5 else (b"", b"")

    def _read(self, size, deadline):
        data, reports = b"", select.poll()
        reports.register(self._process.stdout, select.POLLIN)
        while len(data) < size:
            if not reports.poll(1000 * max(0, deadline - time.monotonic())):
                break
            more = os.read(self._process.stdout.fileno(), size - len(data))
            if not more:
                break
            data += more
        return data

    def end(self) -> None:
        """End the process, and all that it started."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what bubblewrap started dies with it
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None


SUBMISSIONS, RIGHT = "submissions", "what is right"  # purposes
_idle = defaultdict(list)  # sandboxes that wait for their next run, by their purpose and what they were made with


@contextlib.contextmanager
def warm(*made_with, purpose: str = SUBMISSIONS) -> Iterator[Sandbox]:
    """Give a Sandbox that may have served this purpose before, so that the libraries are loaded; every run begins as the first.

    One that has served what is right may serve submissions, too, and never the other way round.
    """
    idle = _idle[purpose, made_with]
    box = _taken(idle) or purpose != RIGHT and _taken(_idle[RIGHT, made_with]) or Sandbox(*made_with)
    with contextlib.ExitStack() as stack:
        stack.enter_context(box)  # ended, unless all went well
        yield box
        stack.pop_all()
    idle.append(box)


def _taken(idle):
    try:
        return idle.pop()
    except IndexError:
        return None


@atexit.register
def end_idle() -> None:
    """End all sandboxes that wait for a submission."""
    for boxes in _idle.values():
        while boxes:
            boxes.pop().end()


def _message(content: bytes | dict) -> bytes:
    """Return what runner.py takes for one message."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return len(data).to_bytes(4, "big") + data


def _lines(output: bytes) -> list[dict]:
    """Return the lines of a run; those that are no dicts are left out."""
    lines = []
    for line in output.splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            lines.append(json.loads(line))
    return [line for line in lines if isinstance(line, dict)]


@functools.cache
def require() -> None:
    """Raise SandboxError unless a sandbox can be made here."""
    if not shutil.which("bwrap"):
        raise SandboxError(f"there is no bubblewrap (bwrap) on this machine. {REMEDY}")
    command = [*_wrapped(DEFAULT, PACKAGES), sys.executable, "-S", "-c", ""]
    tried = subprocess.run(command, env={}, capture_output=True, text=True, cwd="/")
    if tried.returncode:
        raise SandboxError(f"bubblewrap does not work here: {tried.stderr.strip()[:300]}. {REMEDY}")


def _environ(root: str) -> dict[str, str]:
    """Return all that a run knows of an environment."""
    fonts = Path(sys.prefix, "matplotlib")  # where book.py has Matplotlib keep what it found out about fonts
    return {
        **{"PYTHONPATH": root, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "TZ": "UTC"},
        **{"HOME": f"{root}/home", "IPYTHONDIR": f"{root}/home", "MPLBACKEND": "Agg"},
        **{"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        **({"MPLCONFIGDIR": str(fonts)} if fonts.is_dir() else {}),
    }


def _wrapped(limits: Limits, packages: Iterable[Path]) -> list[str]:
    """Return the command that wraps another one."""
    shown = {str(package): f"{ROOT}/{package.name}" for package in packages}
    shown |= {path: path for path in SHOWN}
    links = []
    for path in ("/lib", "/lib64"):
        if os.path.islink(path):
            links += ["--symlink", os.readlink(path), path]
        else:
            shown[path] = path
    system = Path(sys.base_prefix) == Path("/usr")  # the distribution's own Python: the rest of it is shown above
    for path in (*(["/usr/bin"] if system else [sys.base_prefix, os.path.realpath(sys.base_prefix)]), sys.prefix):
        if path != "/usr" and not any(Path(path).is_relative_to(other) for other in shown):
            shown[path] = path
    return [
        *(shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"),
        *("--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        *(part for name, value in _environ(ROOT).items() for part in ("--setenv", name, value)),
        *("--size", str(limits.disk), "--tmpfs", ROOT),
        *links,
        *(part for inside in sorted(shown, key=len) for part in ("--ro-bind-try", inside, shown[inside])),
        *(part for name in ("null", "zero", "random", "urandom") for part in ("--dev-bind", *[f"/dev/{name}"] * 2)),
        *([] if any(path.startswith("/tmp/") for path in shown) else ["--symlink", f"{ROOT}/tmp", "/tmp"]),
        *("--remount-ro", "/", "--chdir", ROOT),
    ]
