"""What runs inside the sandbox: one process that has imported the libraries, and a fork of it for each run of a submission.

Orders come on standard input, pickled by sandbox.py; what happens goes to standard output in frames (a letter, a length, the
content). A run's own process has no way to start another one, to signal anybody, or to reach a network; it knows nothing of
the answers that are right, and what it says is taken as its word alone: lines of JSON, judged elsewhere.
"""

import ast
import asyncio
import builtins
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

from . import plain

NO_PROCESS = ["fork", "vfork", "clone", "execve", "execveat", "unshare", "setns"]  # threads, too: memory is per process
DENIED = [
    *NO_PROCESS,
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp"),
    *("rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority", "sched_setscheduler", "sched_setattr", "sched_setparam"),
    *("memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),  # memory beyond the limit
    *("socket", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "mount_setattr"),
    *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "io_uring_setup", "seccomp"),
]  # the last line: large parts of the kernel in which holes were found, and which no notebook needs
OWN_ONLY = ["kill", "tkill", "tgkill"]  # allowed with one's own number as the first argument
SIGNAL_OTHERS = {
    "fcntl": [8, 10, 15],
    "ioctl": [0x8901, 0x8902],
}  # F_SETOWN, F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP
POLL = 0.1  # seconds between looks at the clock and at the number of files


def main(root):
    """Serve orders until there are none. root: the only folder that can be written to."""
    orders, reports = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    fixed = set(os.listdir(root))
    seccomp = _library()
    for name in pickle.load(orders):
        importlib.import_module(name)
    gc.freeze()  # what is imported stays shared memory
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
    data = letter + len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(descriptor, data) :]


def _make(root, files):
    for name, data in files.items():
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for folder in ("home", "tmp", "assignments/yours"):
        Path(root, folder).mkdir(parents=True, exist_ok=True)
    for folder in ("assignments", "assignments/yours"):
        os.symlink(os.path.join(root, "data"), os.path.join(root, folder, "data"))


def _wipe(root, fixed):
    """Leave nothing of a run to the next one."""

    def open_up(_, path, __):  # a folder that its owner may not enter
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            os.chmod(path, 0o700)
            shutil.rmtree(path)
        else:
            os.unlink(path)

    for name in set(os.listdir(root)) - fixed:
        path = os.path.join(root, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, onerror=open_up)
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
            step = time.monotonic()
            said += len(data)
            _frame(reports, b"D", data)
        now = time.monotonic()
        disk = os.statvfs(root)
        if now - step > limits["step"] or now - begun > order["seconds"]:
            why = "time"
        elif said > limits["output"]:
            why = "output"
        elif disk.f_files - disk.f_ffree > limits["files"]:
            why = "files"
    if why:
        os.kill(process, signal.SIGKILL)
    status = _wait(process, begun + order["seconds"])
    os.close(inlet)
    _frame(reports, b"E", {"why": why or ("signal" if os.WIFSIGNALED(status) else ""), "signal": status & 127})


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


def _run(root, order, seccomp, outlet):
    """Do the steps of an order, and say of each what came of it."""
    os.environ.update(HOME=f"{root}/home", TMPDIR=f"{root}/tmp")
    os.chdir(f"{root}/assignments/yours")
    if not order["trusted"]:
        sys.path.insert(0, "")  # as in a notebook: modules beside it are found
    sys.argv[:] = [""]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    notebook = sys.modules["__main__"] = types.ModuleType("__main__")
    scope = notebook.__dict__
    shell = Shell(scope)
    builtins.get_ipython, builtins.display, builtins.input = (lambda: shell), _show_nothing, _no_input

    def say(**what):
        data = json.dumps(what).encode() + b"\n"
        while data:
            data = data[os.write(outlet, data) :]

    try:
        _limit(order["limits"])
        if seccomp:
            _confine(seccomp)
    except (OSError, ValueError) as error:
        return say(broken=str(error))
    answered = set()
    for number, step in enumerate(order["steps"]):
        if step["kind"] == "ask" and step["about"] in answered:
            continue
        say(step=number)
        if step["kind"] == "cell":
            problem = _attempt(lambda: execute(step["source"], scope))
            if problem:
                say(step=number, failed=problem)
            continue
        names, well = dict(scope) if step["helper"] else scope, True
        for place, expression in enumerate(step["expressions"]):
            say(step=number, place=place)
            found = []

            def evaluate():
                if step["helper"] and not place:
                    exec(step["helper"], names)
                found.append(plain.plain(eval(expression, names)))

            problem = _attempt(evaluate)
            well = well and not problem
            say(step=number, place=place, **({"problem": problem} if problem else {"value": found[0]}))
        if well:  # otherwise it is asked once more after the last cell
            answered.add(step["about"])
    say(done=True)
    os._exit(0)


def _attempt(action):
    """Do it; what went wrong, as a dict of type, message, name (of a NameError), line (of the cell); None if nothing."""
    try:
        action()
    except BaseException as error:
        kind = type(error)
        try:
            message = str(error)[:500]
        except BaseException:
            message = ""
        name = error.name if kind is NameError else None
        known = kind.__module__ == "builtins"
        line = error.lineno if isinstance(error, SyntaxError) else None
        trace = error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == CELL:
                line = trace.tb_lineno
            trace = trace.tb_next
        return {"type": kind.__name__[:80], "known": known, "message": message, "name": name, "line": line}


CELL = "<cell>"


def execute(source, scope):
    """Run the source of a cell as a notebook does: magics are no syntax errors, and `await` works outside functions."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        code = compile(source, CELL, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        from IPython.core.inputtransformer2 import TransformerManager

        other = TransformerManager().transform_cell(source)
        if other.rstrip() == source.rstrip():
            raise error from None
        code = compile(other, CELL, "exec", flags, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, scope))
    else:
        exec(code, scope)


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
        "RLIMIT_NOFILE": 128,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }.items():
        if hasattr(resource, name):
            resource.setrlimit(getattr(resource, name), (value, value))


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
    library.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Argument))
    ]
    return library


def _confine(library):
    """Take the system calls above from this process for good. Raises OSError if the kernel does not do so."""
    rules = library.seccomp_init(ALLOW)

    def deny(name, error, *arguments):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # a negative number: this kind of computer has no such call
            array = (_Argument * max(1, len(arguments)))(*arguments)
            if library.seccomp_rule_add_array(rules, ERRNO | error, number, len(arguments), array):
                raise OSError(f"seccomp takes no rule for {name}")

    for name in DENIED:
        deny(name, errno.EPERM)
    deny("clone3", errno.ENOSYS)  # the C library then tries clone
    own = os.getpid()
    for name in OWN_ONLY:
        deny(name, errno.EPERM, _Argument(0, NOT_EQUAL, own, 0))
    deny("prlimit64", errno.EPERM, _Argument(0, NOT_EQUAL, 0, 0))  # 0 is oneself
    for name, commands in SIGNAL_OTHERS.items():
        for command in commands:
            deny(name, errno.EPERM, _Argument(1, MASKED_EQUAL, 0xFFFFFFFF, command))
    if library.seccomp_load(rules):
        raise OSError("the kernel does not take rules for system calls (seccomp)")


if __name__ == "__main__":
    main(sys.argv[1])
