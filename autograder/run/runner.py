"""Run submissions, inside the sandbox: one process imports the libraries, stays warm, and forks for each run.

It never reads what a run gets: limits, then an order pickled by sandbox.py come on standard input, and the order is read by the
run's own process. So no submission, no hidden data and no question is ever in the memory that the next run is forked from. What
happens goes to standard output in frames (a letter, a length, the content). A run's own process has no way to start another
one, to signal anybody, or to reach a network; it knows nothing of the answers that are right, and what it says is taken as its
word alone: lines of JSON, judged elsewhere. Where there is no fork (Windows), the process makes one run itself, and ends.
"""

import ast
import asyncio
import builtins
import contextlib
import copy
import functools
import gc
import importlib
import inspect
import json
import math
import os
import pickle
import random
import re
import select
import shutil
import signal
import sys
import time
import types
from pathlib import Path

from answers import plain

from ..intake.submission import NO_ROOM
from . import syscalls

try:
    import resource
except ImportError:  # Windows
    resource = None

FILES = 256  # open at a time
POLL = 0.1  # seconds between looks at what a run has computed, and at the number of files
CLOSING = 5  # seconds that a process may take from the end of its pipe to its own
LEAST = 0.04  # of a second: a run that computes less in one sleeps; one that waits for its turn among others gets more


def main(root: str) -> None:
    """Serve orders until there are none. root: the only folder that can be written to."""
    orders, reports = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    fixed = set(os.listdir(root))
    beginning = json.loads(_message(orders))
    seccomp = syscalls.library() if beginning["sandboxed"] else None
    for name in beginning["imports"]:
        importlib.import_module(name)
    if not hasattr(os, "fork"):
        _run(root, json.loads(_message(orders)), orders, None, reports)
    gc.collect()
    gc.freeze()  # what is imported stays in memory that all runs share
    _frame(reports, b"R", {"seccomp": bool(seccomp)})
    while limits := _message(orders):
        ended = _supervise(root, json.loads(limits), orders, seccomp, reports)
        try:
            _wipe(root, fixed)
        except (OSError, RecursionError):  # such as folders that lie too deep in one another
            ended["worn"] = True  # the next run begins elsewhere
        _frame(reports, b"E", ended)


def _message(descriptor):
    """Return the next message, and read not a byte beyond it; b"" at the end."""
    return _read(descriptor, int.from_bytes(_read(descriptor, 4), "big"))


def _read(descriptor, size):
    data = bytearray()
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return bytes(data)


# ---- around a run ----


def _frame(descriptor, letter, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    _write(descriptor, letter + len(data).to_bytes(4, "big") + data)


def _write(descriptor, data, write=os.write):
    while data:
        data = data[write(descriptor, data) :]


def _wipe(root, fixed):
    """Leave nothing of a run to the next one."""
    for name in set(os.listdir(root)) - fixed:
        path = os.path.join(root, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, onerror=_open_up)
        else:
            os.unlink(path)


def _open_up(_, path, __):
    """Remove what rmtree could not: its folder, or it itself, is one that a run took its own rights from."""
    os.chmod(os.path.dirname(path), 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, 0o700)
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _supervise(root, limits, orders, seccomp, reports):
    """Fork, pass on what the run says as long as it keeps to its limits, end it, and return how it ended."""
    inlet, outlet = os.pipe()
    size, begun, why = 0, time.monotonic(), ""
    idle = Idle(begun)
    process = os.fork()
    if not process:
        os.close(inlet)
        os.close(reports)
        try:
            _run(root, limits, orders, seccomp, outlet)
        finally:
            os._exit(1)
    os.close(outlet)
    while not why:
        if select.select([inlet], [], [], POLL)[0]:
            data = os.read(inlet, 65536)
            if not data:
                break
            size += len(data)
            _frame(reports, b"D", data)
        computed = _computed(process, begun)
        if idle.look(time.monotonic(), computed):
            _frame(reports, b"A", b"")  # it is alive: no one else has to look at a clock
        if computed > limits["cpu"] or idle.seconds > limits["idle"]:
            why = "time"
        elif size > limits["output"]:
            why = "output"
        elif seccomp and (disk := os.statvfs(root)).f_files - disk.f_ffree > limits["files"]:
            why = "files"
    has_ended = not why and _ends(process)
    os.kill(process, signal.SIGKILL)
    _, status, used = os.wait4(process, 0)
    os.close(inlet)
    computed = used.ru_utime + used.ru_stime
    if has_ended and os.WIFSIGNALED(status):
        # Nothing that a run may ask of the kernel kills it in this way: see syscalls.py.
        is_killed = seccomp and os.WTERMSIG(status) == signal.SIGKILL
        is_late = computed > limits["cpu"] or os.WTERMSIG(status) == signal.SIGXCPU
        why = "time" if is_late else "killed" if is_killed else "signal"
    return {"why": why, "computed": computed, "worn": False}


def _ends(process):
    """Return whether a process that has closed its pipe does end: it may have closed it without ending."""
    until = time.monotonic() + CLOSING
    while not os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


class Idle:
    """Counts the seconds in which a run computes next to nothing: not those in which it waits for its turn, or this process does."""

    def __init__(self, now: float):
        self.seconds, self._looked, self._before = 0, now, 0.0

    def look(self, now: float, computed: float) -> bool:
        """Return whether a second has passed since the last one was counted. computed: by the run, in all."""
        passed = now - self._looked
        if passed < 1:
            return False
        self.seconds += computed - self._before < LEAST * passed
        self._looked, self._before = now, computed
        return True


def _computed(process, begun):
    """Return the seconds that a process has computed; where this is not told (macOS), those of the clock."""
    with contextlib.suppress(OSError):
        return time.clock_gettime(~process << 3 | 2)  # as clock_getcpuclockid makes it
    return time.monotonic() - begun


# ---- the run's own process ----

CELL = "<cell>"


def _make(root, files):
    """Make the folders of a run: data/, and the notebook's own, from which data/ is seen wherever one looks for it."""
    for folder in ("home", "tmp", "data", "assignments/yours"):
        Path(root, folder).mkdir(parents=True)
    contents = dict(files)
    for folder in ("assignments/data", "assignments/yours/data"):
        try:
            Path(root, folder).symlink_to(Path(root, "data"))
        except OSError:  # not everybody may make links on Windows
            contents |= {folder + name[4:]: data for name, data in files.items() if name.startswith("data/")}
    for name, data in contents.items():
        path = Path(root, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:  # a name that the disk does not take, or that is a folder already
            if error.errno in NO_ROOM:
                raise


def _run(root, limits, orders, seccomp, outlet):
    """Do the steps of the order that comes next, and say of each what came of it."""
    order = pickle.loads(_message(orders))
    os.close(orders)
    try:
        _make(root, order["files"])
    except OSError as error:
        _say(outlet, broken=f"no room for files: {error}")
        return
    os.environ.update(HOME=f"{root}/home", TMPDIR=f"{root}/tmp")
    os.chdir(f"{root}/assignments/yours")
    if not order["trusted"]:
        sys.path.insert(0, "")  # as in a notebook: modules beside it are found
    scope = _notebook()
    random.seed(0)  # else chance would depend on when this was imported, and on what ran before
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    try:
        _limit(limits, bool(seccomp))
        if seccomp:
            syscalls.confine(seccomp)
    except (OSError, ValueError) as error:
        _say(outlet, broken=f"no limits can be set: {error}")
        return
    answered, given = set(), {}
    for number, step in enumerate(order["steps"]):
        if step["about"] in answered:
            continue
        _say(outlet, step=number)
        if step["kind"] == "cell":
            if problem := _attempt(execute, step["source"], scope)[1]:
                _say(outlet, step=number, failed=problem)
            if step["about"] is None:  # of the assignment itself: each question finds its things as it made them
                given = {name: _own(value) for name, value in scope.items()}
        else:
            words = set(re.findall(r"\w+", " ".join([step["helper"], *step["expressions"]])))
            own = {name: _own(value) for name, value in given.items() if name in words}
            if _asked(step, number, scope | own, outlet):
                answered.add(step["about"])  # else it is asked once more after the last cell
    _say(outlet, done=True)
    os._exit(0)


def _own(value, deepcopy=copy.deepcopy):
    """Return a copy of a thing, or itself if it is none of those that have one: what a task changes, it changes for itself."""
    try:
        return deepcopy(value)
    except Exception:
        return value


def _asked(step, number, scope, outlet):
    """Say what the questions of a step have for answers; whether all have one."""
    well, stuck = True, None
    _set("NOFILE", FILES, FILES)  # cells may have left none to open a table with
    if step["helper"]:
        stuck = _attempt(exec, step["helper"], scope)[1]
    for place, expression in enumerate(step["expressions"]):
        _say(outlet, step=number, place=place)
        value, problem = (None, stuck) if stuck else _attempt(_answer, expression, scope)
        well = well and not problem
        _say(outlet, step=number, place=place, **({"problem": problem} if problem else {"value": value}))
    return well


def _answer(expression, scope):
    return plain(eval(expression, scope))


def _say(outlet, encode=json.JSONEncoder().encode, **what):  # noqa: B008 (bound before any submission runs)
    _write(outlet, encode(what).encode() + b"\n")


def _notebook():
    """Return the names that a notebook begins with.

    It has its own copy of the built-in functions: who replaces one of them mostly confuses nobody but himself.
    """
    own = types.ModuleType("builtins")
    vars(own).update(vars(builtins))
    notebook = types.ModuleType("__main__")
    scope = vars(notebook)
    scope["__builtins__"] = own
    shell = Shell(scope)
    own.get_ipython, own.display, own.input = (lambda: shell), _show_nothing, _no_input
    sys.modules.update(builtins=own, __main__=notebook)
    sys.argv[:] = [""]
    return scope


def _attempt(action, *arguments):
    """Return what the action returns, and what went wrong: dict of type, message, name (of a NameError), line (of the cell)."""
    try:
        return action(*arguments), None
    except BaseException as error:
        return None, _told(error)
    finally:
        sys.settrace(None)
        sys.setprofile(None)


def _told(error):
    kind, name, line = type(error), None, None
    try:
        message = str(error.msg if kind in (SyntaxError, IndentationError, TabError) else error)[:500]
        name = error.name if kind is NameError else None
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == CELL else None
    except BaseException:  # its own methods may do anything
        message = ""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != CELL:
        trace = trace.tb_next
    return {"type": kind.__name__[:80], "message": message, "name": name, "line": trace.tb_lineno if trace else line}


def execute(source: str, scope: dict) -> None:
    """Run the source of a cell as a notebook does: magics are no syntax errors, and `await` works outside functions."""
    try:
        code = _compiled(source)
    except SyntaxError as error:
        from IPython.core.inputtransformer2 import TransformerManager

        other = TransformerManager().transform_cell(source)
        if other.rstrip() == source.rstrip():
            raise error from None
        code = _compiled(other)
    if "IPython" in source:
        _take_over_ipython(scope)
    if code.co_flags & inspect.CO_COROUTINE:
        _loop().run_until_complete(eval(code, scope))
    elif LOOPS.search(source):
        _loop().run_until_complete(_in_loop(code, scope))
    else:
        exec(code, scope)


LOOPS = re.compile(r"\b(?:create_task|ensure_future|get_running_loop|get_event_loop|gather)\b")


async def _in_loop(code, scope):
    """Run code while a loop runs, as in a notebook."""
    exec(code, scope)


@functools.cache
def _loop():
    """Return the loop that all cells share: what one of them starts goes on while another one waits."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def _take_over_ipython(scope):
    """Let IPython's own get_ipython give a shell, as the built-in one does."""
    import IPython
    from IPython.core import getipython

    shell = Shell(scope)
    IPython.get_ipython = getipython.get_ipython = lambda: shell


def _compiled(source):
    return compile(source, CELL, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


OPTIONS = re.compile(r"^(?:\s*-(?:[a-z]\s?\d+|[a-z]+)(?=\s))+")  # of magics that time: -n 3 -r1 -q


class Shell:
    """What is left of IPython: its magics do nothing, but for those that run the cell under them."""

    def __init__(self, scope: dict):
        self.scope = scope
        self.events = types.SimpleNamespace(
            register=_show_nothing, unregister=_show_nothing
        )  # Matplotlib wants to know

    def run_line_magic(self, name: str, line: str, *_, **__) -> None:
        """Run what is timed."""
        if name in ("time", "timeit", "prun"):
            execute(OPTIONS.sub("", line), self.scope)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run the cell under a magic that runs it in IPython, too."""
        if name in ("time", "timeit", "capture", "prun", "python", "python3"):
            execute(cell, self.scope)
        elif name in ("writefile", "file"):
            *options, path = line.split() or [""]
            with open(path.strip("\"'"), "a" if "-a" in options else "w", encoding="utf-8") as file:
                file.write(cell)
            importlib.invalidate_caches()  # it may be a module

    def getoutput(self, command: str, *_, **__) -> list:
        """Return that a command printed nothing."""
        return []

    def __getattr__(self, name):
        return lambda *_, **__: None


def _show_nothing(*things, **options):
    return None


def _no_input(prompt=""):
    raise EOFError("no one is here to type an answer: write the value into the cell")


def _limit(limits, sandboxed):
    # The kernel counts by ticks, too many on a busy machine: who supervises counts exactly, and this is a second line.
    wanted = {"AS": limits["memory"], "CPU": 4 * math.ceil(limits["cpu"]), "FSIZE": limits["disk"]}
    for name, value in (wanted | {"CORE": 0, "MEMLOCK": 0, "MSGQUEUE": 0}).items():
        _set(name, value, value + (name == "CPU"), sandboxed)  # a second to end by a signal of its own
    _set("NOFILE", FILES // 2, FILES, sandboxed)


def _set(name, soft, hard, strict=False):
    """Set a limit of this process. strict: all there are; else those that the system has, and takes (macOS not all)."""
    with contextlib.nullcontext() if strict else contextlib.suppress(AttributeError, OSError, ValueError):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (soft, hard))


if __name__ == "__main__":
    main(sys.argv[1])
