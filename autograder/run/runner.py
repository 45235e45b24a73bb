"""What runs inside the sandbox: one process that has imported the libraries, and a fork of it for each run of a submission.

Orders come on standard input, pickled by sandbox.py; what happens goes to standard output in frames (a letter, a length, the
content). A run's own process has no way to start another one, to signal anybody, or to reach a network; it knows nothing of
the answers that are right, and what it says is taken as its word alone: lines of JSON, judged elsewhere.
"""

import ast
import asyncio
import builtins
import contextlib
import ctypes
import errno
import gc
import importlib
import inspect
import json
import os
import pickle
import resource
import select
import shutil
import signal
import sys
import time
import types
from pathlib import Path

from answers import plain

NO_PROCESS = ["fork", "vfork", "clone", "execve", "execveat", "unshare", "setns"]  # threads, too: memory is per process
DENIED = [
    *NO_PROCESS,
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp"),
    *("rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority", "sched_setscheduler", "sched_setattr", "sched_setparam"),
    *("memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),  # memory beyond the limit
    *("socket", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "mount_setattr"),
    *("inotify_init", "inotify_init1"),  # all programs of a user have a hundred of them together
    *("setxattr", "lsetxattr", "fsetxattr", "setxattrat", "file_setattr", "modify_ldt"),
    *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "io_uring_setup", "seccomp"),
]  # the last line: large parts of the kernel in which holes were found, and which no notebook needs
# These do nothing, and say that it is done: a file is copied all the same, and a run of root, to whom the devices belong,
# cannot close them to everybody.
AS_IF = ["chmod", "fchmod", "fchmodat", "fchmodat2"]
NEWEST = 600  # calls up to this number that libseccomp has no name for are too new for any notebook
OWN_ONLY = ["kill", "tkill", "tgkill"]  # allowed with one's own number as the first argument
REACH_OTHERS = {
    "fcntl": [8, 10, 15, 1024, 1026],
    "ioctl": [0x8901, 0x8902],
}  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE (all who open the file wait), F_NOTIFY; FIOSETOWN, SIOCSPGRP
FILES = 256  # open at a time
POLL = 0.1  # seconds between looks at the clock and at the number of files


def main(root):
    """Serve orders until there are none. root: the only folder that can be written to."""
    orders, reports = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    fixed = set(os.listdir(root))
    beginning = pickle.load(orders)
    seccomp = _library() if beginning["sandboxed"] else None
    for name in beginning["imports"]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is imported stays in memory that all runs share
    _frame(reports, b"R", {"seccomp": bool(seccomp)})
    while True:
        try:
            order = pickle.load(orders)
        except EOFError:
            return
        _make(root, order["files"])
        _supervise(root, order, seccomp, reports)
        _wipe(root, fixed)


# ---- around a run ----


def _frame(descriptor, letter, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    _write(descriptor, letter + len(data).to_bytes(4, "big") + data)


def _write(descriptor, data, write=os.write):
    while data:
        data = data[write(descriptor, data) :]


def _make(root, files):
    """The folders of a run: data/, and the notebook's own, from which data/ is seen wherever one looks for it."""
    for folder in ("home", "tmp", "data", "assignments/yours"):
        Path(root, folder).mkdir(parents=True)
    for folder in ("assignments", "assignments/yours"):
        Path(root, folder, "data").symlink_to(Path(root, "data"))
    for name, data in files.items():
        path = Path(root, name)
        with contextlib.suppress(OSError):  # a name that the disk does not take, or that is a folder already
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _wipe(root, fixed):
    """Leave nothing of a run to the next one."""
    for name in set(os.listdir(root)) - fixed:
        path = os.path.join(root, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, onerror=_open_up)
        else:
            os.unlink(path)


def _open_up(_, path, __):
    """What rmtree could not remove: its folder, or it itself, is one that a run took its own rights from."""
    os.chmod(os.path.dirname(path), 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, 0o700)
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _supervise(root, order, seccomp, reports):
    """Fork, pass on what the run says as long as it keeps to its limits, end it, and report how it ended."""
    limits, begun = order["limits"], time.monotonic()
    inlet, outlet = os.pipe()
    process = os.fork()
    if not process:
        os.close(inlet)
        os.close(reports)
        try:
            _run(root, order, seccomp, outlet)
        finally:
            os._exit(1)
    os.close(outlet)
    said, step, why = 0, begun, ""
    while not why:
        if select.select([inlet], [], [], POLL)[0]:
            data = os.read(inlet, 65536)
            if not data:
                break
            step, said = time.monotonic(), said + len(data)
            _frame(reports, b"D", data)
        now, disk = time.monotonic(), os.statvfs(root)
        if now - step > limits["step"] or now - begun > order["seconds"]:
            why = "time"
        elif said > limits["output"]:
            why = "output"
        elif seccomp and disk.f_files - disk.f_ffree > limits["files"]:
            why = "files"
    if why:
        os.kill(process, signal.SIGKILL)
    status = _wait(process, time.monotonic() + limits["step"])
    os.close(inlet)
    _frame(reports, b"E", {"why": why or ("signal" if os.WIFSIGNALED(status) else "")})


def _wait(process, deadline):
    """The status of a process that closed its pipe, or was killed; it may do the one without ending."""
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.001)


# ---- the run's own process ----

CELL = "<cell>"


def _run(root, order, seccomp, outlet):
    """Do the steps of an order, and say of each what came of it."""
    os.environ.update(HOME=f"{root}/home", TMPDIR=f"{root}/tmp")
    os.chdir(f"{root}/assignments/yours")
    if not order["trusted"]:
        sys.path.insert(0, "")  # as in a notebook: modules beside it are found
    scope = _notebook()
    try:
        _limit(order["limits"])
        if seccomp:
            _confine(seccomp)
    except (OSError, ValueError) as error:
        _say(outlet, broken=str(error))
        return
    answered, given = set(), {}
    for number, step in enumerate(order["steps"]):
        if step["about"] in answered:
            continue
        _say(outlet, step=number)
        if step["kind"] == "cell":
            if problem := _attempt(execute, step["source"], scope)[1]:
                _say(outlet, step=number, failed=problem)
            if step["about"] is None:  # of the assignment itself: questions find its names as it made them
                given = dict(scope)
        elif _asked(step, number, {**scope, **given}, outlet):
            answered.add(step["about"])  # else it is asked once more after the last cell
    _say(outlet, done=True)
    os._exit(0)


def _asked(step, number, scope, outlet):
    """Say what the questions of a step have for answers; whether all have one."""
    well, stuck = True, None
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))  # cells may have left none to open a table with
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


def _say(outlet, encode=json.JSONEncoder().encode, **what):
    _write(outlet, encode(what).encode() + b"\n")


def _notebook():
    """The names that a notebook begins with.

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
    """What the action returns, and what went wrong: dict of type, message, name (of a NameError), line (of the cell)."""
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


def execute(source, scope):
    """Run the source of a cell as a notebook does: magics are no syntax errors, and `await` works outside functions."""
    try:
        code = _compiled(source)
    except SyntaxError as error:
        from IPython.core.inputtransformer2 import TransformerManager

        other = TransformerManager().transform_cell(source)
        if other.rstrip() == source.rstrip():
            raise error from None
        code = _compiled(other)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, scope))
    else:
        exec(code, scope)


def _compiled(source):
    return compile(source, CELL, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


class Shell:
    """What is left of IPython: its magics do nothing, but for those that run the cell under them."""

    def __init__(self, scope):
        self.scope = scope

    def run_line_magic(self, name, line, *_, **__):
        if name in ("time", "timeit"):
            execute(line, self.scope)

    def run_cell_magic(self, name, line, cell):
        if name in ("time", "timeit", "capture", "prun"):
            execute(cell, self.scope)

    def system(self, command):
        return None

    def getoutput(self, command, *_, **__):
        return []

    def __getattr__(self, name):
        return lambda *_, **__: None


def _show_nothing(*things, **options):
    return None


def _no_input(prompt=""):
    raise EOFError("nobody is here to type an answer: write the value into the cell")


def _limit(limits):
    for name, value in {
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_CPU": limits["cpu"],
        "RLIMIT_FSIZE": limits["disk"],
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }.items():
        if hasattr(resource, name):
            resource.setrlimit(getattr(resource, name), (value, value))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES // 2, FILES))


# ---- which system calls a run may not make ----


class _Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


ALLOW, ERRNO, NOT_EQUAL, MASKED_EQUAL = 0x7FFF0000, 0x00050000, 1, 7


def _library():
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p  # a name, or none; it need not be freed
    library.seccomp_syscall_resolve_num_arch.argtypes = [ctypes.c_uint32, ctypes.c_int]
    library.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Argument))
    ]
    return library


def _confine(library):
    """Take the system calls above from this process for good. Raises OSError if the kernel does not do so."""
    rules = library.seccomp_init(ALLOW)

    def deny(name, error, *arguments):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number == -1 and name in (*NO_PROCESS, "clone3"):
            raise OSError(f"libseccomp does not know {name}: install a newer one")
        if number >= 0:  # a negative number: this kind of computer has no such call, or it is too new for libseccomp
            array = (_Argument * max(1, len(arguments)))(*arguments)
            if library.seccomp_rule_add_array(rules, ERRNO | error, number, len(arguments), array):
                raise OSError(f"seccomp takes no rule for {name}")

    for name in DENIED:
        deny(name, errno.EPERM)
    deny("clone3", errno.ENOSYS)  # the C library then tries clone
    for name in AS_IF:
        deny(name, 0)
    for number in range(NEWEST):
        if not library.seccomp_syscall_resolve_num_arch(0, number):  # of this kind of computer
            if library.seccomp_rule_add_array(rules, ERRNO | errno.ENOSYS, number, 0, None):
                raise OSError(f"seccomp takes no rule for the call {number}")
    own = os.getpid()
    for name in OWN_ONLY:
        deny(name, errno.EPERM, _Argument(0, NOT_EQUAL, own, 0))
    deny("prlimit64", errno.EPERM, _Argument(0, NOT_EQUAL, 0, 0))  # 0 is oneself
    for name, commands in REACH_OTHERS.items():
        for command in commands:
            deny(name, errno.EPERM, _Argument(1, MASKED_EQUAL, 0xFFFFFFFF, command))
    if library.seccomp_load(rules):
        raise OSError("the kernel does not take rules for system calls (seccomp)")


if __name__ == "__main__":
    main(sys.argv[1])
