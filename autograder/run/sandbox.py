"""Confine runner.py with bubblewrap, so that a submission reaches nothing but its own files.

It sees an interpreter, its libraries and the course's, all read-only, and a small folder in memory; no network, no other process,
no environment, nothing else of the machine's files. See runner.py for what a run may not ask of the kernel.
"""

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
from collections.abc import Iterable
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
    "Remedy: on Linux (under Windows: in WSL), install bubblewrap (Debian and Ubuntu: apt install bubblewrap) and let users make namespaces; "
    "or, only for submissions that you trust as you trust your own programs, ask for grading without a sandbox"
)


class SandboxError(RuntimeError):
    """There is no sandbox here. The message says why, and what to do."""


@dataclass(frozen=True)
class Limits:
    """What one run of a submission may use. Seconds are of the clock; sizes in bytes."""

    step: float = 15  # one cell, or one answer
    total: float = 90  # a submission, all its runs
    cpu: int = 60  # seconds of computing, one run
    memory: int = 2 << 30  # addresses, as the kernel counts them: a third of it is the libraries'
    disk: int = 64 << 20
    files: int = 5_000
    output: int = 4 << 20  # all answers of a run


DEFAULT = Limits()


@dataclass(frozen=True)
class Run:
    """What a run reported: lines, as they came (nothing in them is to be trusted), and how it ended.

    why: "" it came to its end by itself, "signal", "time", "output", "files", "lost" (the sandbox itself is gone).
    """

    lines: list[dict]
    why: str

    @property
    def done(self) -> bool:
        """Whether the last step was done."""
        return any(line.get("done") is True for line in self.lines)


class Sandbox:
    """A context manager for any number of runs, each in a fresh process.

    imports: modules that runs will want; library: folders of packages that runs may import; sandboxed: False runs without
    bubblewrap. Raises SandboxError on entry if there is no sandbox here.
    """

    def __init__(
        self,
        imports: Iterable[str] = (),
        limits: Limits = DEFAULT,
        sandboxed: bool = True,
        library: tuple[Path, ...] = (),
    ):
        self.limits, self._packages = limits, (*PACKAGES, *library)
        self._beginning = {"imports": list(imports), "sandboxed": sandboxed}
        self._process, self._folder = None, None

    def __enter__(self):
        if self._beginning["sandboxed"]:
            require()
        return self

    def __exit__(self, *_):
        self._end()

    def run(self, steps: list[dict], files: dict[str, bytes], seconds: float, trusted: bool = False) -> Run:
        """Run steps (see protocol.py) in a fresh process with these files, contents by path.

        trusted: no code of a submission is in the steps, and none of its files is to be taken for a module.
        """
        if not self._process:
            self._begin()
        order = {"steps": steps, "files": files, "seconds": seconds, "trusted": trusted, "limits": asdict(self.limits)}
        self._send(order)
        deadline, output = time.monotonic() + seconds + 30, bytearray()
        while True:
            letter, data = self._frame(deadline)
            if letter == b"D":
                output += data
                continue
            lines = _lines(output)
            if lines and "broken" in lines[0]:  # reported before any line of a submission ran
                raise SandboxError(f"no limits can be set here: {str(lines[0]['broken'])[:300]}. {REMEDY}")
            if letter == b"E":
                return Run(lines, json.loads(data)["why"])
            self._end()  # the next run begins anew
            return Run(lines, "lost")

    def _begin(self):
        root, command, environ = ROOT, _wrapped(self.limits, self._packages), {}
        if not self._beginning["sandboxed"]:
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            root, command, environ = self._folder.name, [], _environ(self._folder.name)
            for package in self._packages:
                shutil.copytree(package, Path(root, package.name), ignore=shutil.ignore_patterns("__pycache__"))
        self._process = subprocess.Popen(
            [*command, sys.executable, "-B", "-s", "-P", "-m", "autograder.run.runner", root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd="/",
            start_new_session=True,
        )
        self._send(self._beginning)
        letter, data = self._frame(time.monotonic() + 60)
        if letter != b"R":
            raise SandboxError(f"the program that runs submissions does not start. {REMEDY}")
        if self._beginning["sandboxed"] and not json.loads(data)["seccomp"]:
            raise SandboxError("the library libseccomp.so.2 is missing. Remedy: apt install libseccomp2")

    def _send(self, order):
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(order, self._process.stdin)
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

    def _end(self):
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
