"""Submissions that mean harm, or do it by accident, and what each is worth. `python tests/hostile.py` prints what comes of them.

Each is the solution of tests/assignments/0-probe with something in it. Where `honest` is False its answers are wrong, and
the attack is meant to make them pass; where it is True they are right, and the attack is meant to spoil them, or the machine.
"""

import json
import sys
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

from assignments.course import COURSE
from autograder import source
from autograder.marking import mark
from autograder.run.sandbox import Limits

HERE = Path(__file__).resolve().parent
COURSE = replace(COURSE, assignments=HERE / "assignments")
PROBE = COURSE.read("0-probe")
SEED = "a seed for tests"
MEMORY = 1 << 30
FULL, NONE = (3, 2), (0, 0)
WRONG = {"voice_share": "def voice_share(case, who):\n    return 0.5", "topics": "topics = [1, 2]"}


@dataclass(frozen=True)
class Kind:
    """One submission. points: of its two tasks of code; cells: what stands in them instead, by grade_id."""

    name: str
    status: str
    points: tuple
    cells: dict = field(default_factory=dict)
    first: str = ""  # a cell before all others
    last: str = ""  # a cell after all others
    data: object = None  # the bytes of the notebook, where they are not made of cells
    files: dict = field(default_factory=dict)


KINDS = {}


def kind(name, status="graded", points=FULL, first="", last="", honest=True, data=None, files=None, **cells):
    cells = {key: textwrap.dedent(code).strip() for key, code in ({} if honest else WRONG).items()} | {
        key: textwrap.dedent(code).strip() for key, code in cells.items()
    }
    first, last = textwrap.dedent(first).strip(), textwrap.dedent(last).strip()
    assert name not in KINDS, name
    KINDS[name] = Kind(name, status, points, cells, first, last, data, files or {})


def notebook(cells=None, first="", last=""):
    """A submission of the probe as bytes; cells: other sources by grade_id, None leaves a cell out."""
    cells = cells or {}
    made = [_code(first)] if first else []
    for one in PROBE.notebook.cells:
        code = cells.get(source.role(one).get("grade_id"), one.source)
        if code is not None:
            made.append({"cell_type": one.cell_type, "metadata": dict(one.metadata), "source": code})
    made += [_code(last)] if last else []
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _code(source):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def submission(one, outside):
    """The notebook of a Kind as bytes. outside: a folder of the machine that it may try to reach."""
    if one.data is not None:
        return one.data

    def placed(code):
        return code and code.replace("OUTSIDE", str(outside)).replace("REPOSITORY", str(HERE.parent / "tests"))

    return notebook({key: placed(code) for key, code in one.cells.items()}, placed(one.first), placed(one.last))


def outcome(one, outside):
    """The Result of a Kind."""
    seconds = 2 if one.status == "timed out" else 30
    limits = Limits(cpu=seconds, idle=seconds, total=120, memory=MEMORY)
    return mark(PROBE, submission(one, outside), one.files, seed=SEED, limits=limits)


def as_wanted(one, result):
    """Whether a Result is what a Kind deserves."""
    points = tuple(task.points for task in result.tasks[:2])
    return result.status in one.status.split(" or ") and points == one.points


# ---- to begin with: no attack ----

kind("reference")
kind("empty", points=NONE, voice_share="raise NotImplementedError()", topics="")
kind("wrong", points=NONE, honest=False)

# ---- to pass with wrong answers ----

EQUAL = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __float__(self): return 0.5
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __hash__(self): return 0
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __sub__ = __rsub__ = __add__ = __abs__ = lambda self, *a: self
"""
kind("always equal object", points=NONE, first=EQUAL, voice_share="voice_share = Equal()", topics="topics = Equal()")
kind(
    "float and list that equal all",
    points=NONE,
    voice_share="""
    class F(float):
        def __eq__(self, other): return True
        def __sub__(self, other): return F(0)
        def __float__(self): return self
    def voice_share(case, who): return F(0.1)
    """,
    topics="""
    class L(list):
        def __eq__(self, other): return True
        def __len__(self): return 12
    topics = L()
    """,
)
kind(
    "text that equals all",
    points=NONE,
    voice_share="""
    class T(str):
        def __eq__(self, other): return True
        def __len__(self): return 0
        def __hash__(self): return 0
    def voice_share(case, who): return T("0.3")
    """,
    topics="topics = {T('military forces'): T('1')}",
)
kind(
    "lying class",
    points=NONE,
    voice_share="""
    class Liar:
        __class__ = property(lambda self: float)
        def __float__(self): return 1.0
    def voice_share(case, who): return Liar()
    """,
    topics="""
    import pandas as pd
    class LiarSeries:
        __class__ = property(lambda self: pd.Series)
        size = 1
        def __getattr__(self, name): return self
        def __call__(self): return ["map", []]
        def __len__(self): return 1
    topics = LiarSeries()
    """,
)
kind(
    "subclass of DataFrame",
    points=NONE,
    honest=False,
    topics="""
    import pandas as pd
    class Mine(pd.DataFrame):
        def equals(self, other): return True
        def __eq__(self, other): return True
        @property
        def iloc(self): raise SystemExit
    topics = Mine({"a": [1]})
    """,
)
kind(
    "patched asserts and compare",
    points=NONE,
    honest=False,
    first="""
    import answers, sys
    c = sys.modules["answers.compare"]
    answers.compare = answers.judge = c.compare = c.judge = c.same = lambda *a, **k: ""
    c._difference = lambda *a: ""
    import unittest, numpy.testing, pandas.testing
    pandas.testing.assert_frame_equal = numpy.testing.assert_allclose = lambda *a, **k: None
    """,
)
kind(
    "patched plain and json",
    points=NONE,
    honest=False,
    first="""
    import answers, json, answers.values as p, sys
    answers.plain = answers.checked = p.plain = p.checked = lambda *a: {"kind": "number", "value": 0.3}
    json.dumps = lambda *a, **k: '{"done": true}'
    json.JSONEncoder.encode = lambda *a: '{}'
    sys.modules["answers.compare"] = None
    """,
)
kind(
    "patched builtins",
    points=NONE,
    honest=False,
    first="""
    import builtins
    builtins.eval = lambda *a: 0.3
    builtins.isinstance = lambda *a: True
    builtins.abs = builtins.float = builtins.len = builtins.sorted = lambda *a: 0
    builtins.AssertionError = StopIteration
    """,
)
kind(
    "built-ins replaced, answers honest",
    first="""
    import builtins
    builtins.isinstance = lambda *a: True
    builtins.sorted = builtins.enumerate = lambda *a: []
    """,
)
kind(
    "patched load and find",
    points=NONE,
    first="""
    import standoff, standoff.case
    old = standoff.load
    standoff.load = standoff.case.load = lambda name="report": old("practice")
    """,
    voice_share="def voice_share(case, who):\n    return (old('practice').claims['source'] == who).mean()",
    topics="case = old('practice'); topics = case.claims['topic'].value_counts().head(3)",
)
kind(
    "transformer of the syntax tree",
    status="partly graded",
    points=NONE,
    honest=False,
    first="""
    import ast
    class T(ast.NodeTransformer):
        def visit_Assert(self, node): return ast.Pass()
    get_ipython().ast_transformers.append(T())
    """,
)
kind(
    "tracer that changes what functions return",
    points=NONE,
    honest=False,
    first="""
    import sys
    def tracer(frame, event, argument):
        if "wanted" in frame.f_locals or "value" in frame.f_locals:
            frame.f_locals["value"] = 0.3
        return tracer
    sys.settrace(tracer)
    sys.setprofile(tracer)
    """,
)
kind(
    "tracer that raises, answers honest",
    first="""
    import sys
    def tracer(frame, event, argument):
        raise SystemExit
    sys.settrace(tracer)
    """,
)
FORGE = """
import os, json
lines = b"".join(json.dumps(one).encode() + b"\\n" for one in [
    {"step": 2, "place": 0, "value": {"kind": "number", "value": 0.5}}, {"status": "right", "points": 3}, {"done": True},
    {"step": 3, "place": 0, "value": {"kind": "bool", "value": True}}, {"step": 10**9, "place": -1, "value": []},
    {"step": True, "place": None, "value": {}}, {"broken": "x"}, {"step": 1, "failed": {"type": 5, "line": "x"}}])
for number in range(3, 256):
    try:
        os.write(number, lines + b"E\\x00\\x00\\x00\\x02{}" + b"\\xff\\n[[[[" + b"{}" * 99)
    except OSError:
        pass
"""
kind("forged results on every descriptor", "partly graded", points=NONE, honest=False, first=FORGE)
kind("forged results at the end", "partly graded", points=NONE, honest=False, last=FORGE + "os._exit(0)\n")
kind(
    "says that it is done, and ends before it is",
    "crashed",
    points=NONE,
    first="""
    import os
    for number in range(3, 64):
        try: os.write(number, b'{"done": true}\\n')
        except OSError: pass
    os._exit(0)
    """,
)
kind(
    "lines of deep, long and odd JSON, answers honest",
    first="""
    import os
    odd = [b"[" * 9000, b"1" * 9000, b'{"step": 1e400, "value": NaN}', b'{"step": -1, "place": 1}', b"\\xff\\x00", b"{}" * 99,
           b'{"step": 3, "place": 0, "value": {"kind": "table", "index": [null], "columns": [{"kind": "nothing"}], "rows": [[]]}}',
           b'{"step": 4, "failed": [[]]}']
    for number in range(3, 64):
        try: os.write(number, b"\\n" + b"\\n".join(odd) + b"\\n")
        except OSError: pass
    """,
    status="graded or partly graded",
)
kind(
    "a state that answers the first question rightly, and then no more",
    points=(0, 2),
    voice_share="""
    asked = []
    def voice_share(case, who):
        asked.append(who)
        return (case.claims["source"] == who).mean() if len(asked) < 2 else 0.5
    """,
)
kind(
    "printed results",
    points=NONE,
    honest=False,
    last='print(\'{"step": 1, "place": 0, "value": {"kind": "number", "value": 0.31}}\', flush=True)',
)
kind(
    "late atexit and __del__",
    points=NONE,
    honest=False,
    first="""
    import atexit, os, weakref
    def late():
        for number in range(3, 64):
            try: os.write(number, b'{"step": 1, "place": 0, "value": {"kind": "number", "value": 0.3}}\\n')
            except OSError: pass
    atexit.register(late)
    class Late:
        def __del__(self, late=late): late()
    keep = Late()
    keep.self = keep
    """,
)
kind(
    "search for what is right, by gc and frames",
    points=NONE,
    honest=False,
    voice_share="""
    import gc, sys
    def voice_share(case, who):
        found, frame = [], sys._getframe()
        while frame:
            found += [frame.f_locals.get(name) for name in ("right", "wanted", "expected", "mistakes")]
            frame = frame.f_back
        for thing in gc.get_objects():
            if isinstance(thing, dict) and isinstance(thing.get("right"), (float, str, list)):
                found.append(thing["right"])
        found = [one for one in found if isinstance(one, float)]
        return found[0] if found else None
    """,
)
kind(
    "reads hidden parts, sources, marks",
    points=NONE,
    honest=False,
    voice_share="""
    import glob, os, re
    def voice_share(case, who):
        for pattern in ("/book/**/*.md", "/book/**/*.ipynb", "REPOSITORY/**/*.md", "OUTSIDE/**", "/proc/*/environ"):
            for path in glob.glob(pattern, recursive=True):
                if os.path.isfile(path):
                    match = re.search("0[.][0-9]+", open(path).read())
                    if match: return float(match[0])
    """,
)
kind(
    "published values",
    points=NONE,
    voice_share="""
    def voice_share(case, who):
        return {140: 44 / 140, 67: 23 / 67}.get(len(case.claims), 44 / 140)
    """,
    topics="""
    topics = {"military forces": 29, "threat of force": 13, "diplomacy": 16, "alliance and security order": 20,
              "arms control": 6, "sanctions": 3, "economy and energy": 13, "territory and status": 14, "casualties": 2,
              "cyber": 6, "public mood": 9, "information": 9}
    """,
)
kind(
    "the released tables brought along",
    points=(0, 0),
    voice_share="def voice_share(case, who):\n    return 44 / 140",
    topics="""
    from pathlib import Path
    import pandas as pd
    Path("data/report/claims.csv").write_text("topic\\n" + "military forces\\n" * 29)
    topics = pd.read_csv("data/report/claims.csv")["topic"].value_counts()
    """,
)
kind(
    "answer is a mock of everything",
    points=NONE,
    honest=False,
    last="from unittest.mock import MagicMock\ntopics = voice_share = MagicMock()",
)

# ---- to see what is not theirs; answers honest: a look that fails costs nothing, one that worked would stop here ----

LOOK = """
import os
seen = []
def look(action):
    try:
        found = action()
    except Exception:
        return
    if found:
        seen.append(repr(found)[:100])
"""


def spy(name, code):
    kind(name, first=LOOK + textwrap.dedent(code) + "\nif seen:\n    os._exit(1)")


spy(
    "environment",
    'look(lambda: {k: v for k, v in os.environ.items() if any(w in k for w in ("USER", "TOKEN", "SUDO", "SSH"))})',
)
spy("other processes", 'look(lambda: os.listdir("/proc")); look(lambda: open("/proc/self/environ").read())')
spy(
    "other submissions and the gradebook",
    'look(lambda: os.listdir("OUTSIDE")); look(lambda: open("OUTSIDE/gradebook.db").read())',
)
spy(
    "secrets of the machine",
    """
    for path in ("/etc/passwd", "/etc/shadow", "/root/.ssh", "/var/lib", "/sys", "/run", "/boot"):
        look(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
    look(lambda: open(os.path.expanduser("~/.local/state/standoff/seed")).read())
    """,
)
spy(
    "sources and hidden checks",
    """
    import standoff, pathlib
    here = pathlib.Path(standoff.__file__).parents[1]
    for name in ("assignments", "tests", ".git", "chapters", "book.py"):
        look(lambda: (here / name / "..").exists() and list((here / name).glob("*.md")) or (here / name).is_file())
    """,
)
spy(
    "network",
    """
    import socket, urllib.request
    look(lambda: socket.create_connection(("1.1.1.1", 53), timeout=1))
    look(lambda: urllib.request.urlopen("https://pypi.org", timeout=1).status)
    look(lambda: socket.getaddrinfo("pypi.org", 443))
    look(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    """,
)
spy(
    "sockets of the machine, netlink",
    """
    import socket
    look(lambda: socket.socket(socket.AF_UNIX))
    look(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    look(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    look(lambda: socket.create_server(("127.0.0.1", 0)))
    """,
)

# ---- to change what is not theirs ----

spy(
    "write outside",
    """
    def write(path):
        with open(path, "w") as file: file.write("x")
        return True
    for path in ("OUTSIDE/gradebook.db", "/etc/x", "/usr/lib/x", "/x", "/root/x", "/var/tmp/x", "/dev/shm/x"):
        look(lambda: write(path))
    import standoff, pandas
    look(lambda: write(standoff.__file__)); look(lambda: write(pandas.__file__))
    look(lambda: os.remove(standoff.__file__) or True)
    """,
)
spy(
    "links and paths that lead outside",
    """
    os.symlink("OUTSIDE/gradebook.db", "link")
    look(lambda: open("link").read())
    look(lambda: open("link", "a").write("x"))
    look(lambda: open("../../../../../../../../OUTSIDE/gradebook.db").read())
    look(lambda: os.link("/usr/lib/os-release", "hard"))
    look(lambda: os.link(os.__file__, "hard"))
    """,
)
spy(
    "devices and rights",
    """
    import stat
    look(lambda: os.mknod("disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)) or True)
    look(lambda: os.mknod("memory", stat.S_IFCHR | 0o600, os.makedev(1, 1)) or True)
    look(lambda: os.setuid(0) or True)
    look(lambda: os.chroot("/book") or True)
    look(lambda: os.chown("/book", 0, 0) or True)
    """,
)
CALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)) >= 0
"""
spy(
    "namespaces and mounts",
    CALL
    + """
look(lambda: libc.unshare(0x10000000) == 0)
look(lambda: libc.unshare(0x00020000) == 0)
look(lambda: libc.mount(b"none", b"/book", b"tmpfs", 0, None) == 0)
look(lambda: libc.setns(0, 0) == 0)
look(lambda: os.system("unshare -Ur true") == 0)
""",
)
spy(
    "kernel calls that notebooks do not need",
    CALL
    + """
if os.uname().machine == "x86_64":
    look(lambda: call(319, b"x", 0))  # memfd_create
    look(lambda: call(425, 8, ctypes.create_string_buffer(200)))  # io_uring_setup
    look(lambda: call(323, 0))  # userfaultfd
    look(lambda: call(250, 0, -3, 1))  # keyctl
    look(lambda: call(321, 0, 0, 0))  # bpf
    look(lambda: call(29, 0, 4096, 0o1600))  # shmget
    look(lambda: call(435, ctypes.create_string_buffer(88), 88))  # clone3
    look(lambda: call(57))  # fork
""",
)
spy(
    "kernel calls that are not forbidden by name",
    CALL
    + """
look(lambda: os.sched_setaffinity(os.getppid(), {min(os.sched_getaffinity(0))}) is None)
look(lambda: libc.personality(0x0040000) >= 0)  # no random addresses
look(lambda: libc.prctl(38, 1, 0, 0, 0) == 0)
look(lambda: libc.splice(0, 0, 0, 0, 0, 0) >= 0)
if os.uname().machine == "x86_64":
    look(lambda: call(222, 0, 0, ctypes.byref(ctypes.c_int())))  # timer_create
    look(lambda: call(251, 1, os.getppid(), 0))  # ioprio_set
    look(lambda: call(300, 0, 0))  # fanotify_init
    look(lambda: call(319, b"x", 0))  # memfd_create
    look(lambda: call(282, -1, ctypes.create_string_buffer(8), 8, 0))  # signalfd
""",
)
spy(
    "holds up all who open a file, or are told of changes",
    CALL
    + """
import fcntl
file = os.open(os.__file__, os.O_RDONLY)
look(lambda: fcntl.fcntl(file, 1024, fcntl.F_WRLCK) == 0)  # F_SETLEASE: for as long as a minute nobody else opens it
look(lambda: fcntl.fcntl(os.open("/usr/lib", os.O_RDONLY), 1026, 1) == 0)  # F_NOTIFY
look(lambda: libc.inotify_init() >= 0)
""",
)
spy(
    "rights of devices, which root shares with a run",
    CALL
    + """
def changed():  # on a file of its own, so that nothing is spoilt where it works
    open("own", "w").close()
    os.chmod("own", 0o640)
    call(268, -100, b"own", 0o604)
    call(452, -100, b"own", 0o604, 0)
    return os.stat("own").st_mode & 0o777 in (0o640, 0o604)
look(changed)
look(lambda: os.setxattr("own", "user.a", b"x" * 60_000) is None)
given = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(9)), 9)
look(lambda: call(463, -100, b"own", 0, b"user.b", given, 16))  # setxattrat, which older kernels do not have
""",
)
kind(
    "kernel calls in the code of another kind of computer",
    "crashed or graded",
    first="""
    import ctypes, mmap, os
    if os.uname().machine == "x86_64":
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("b802000000cd80c3"))  # fork, by int 0x80
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    """,
)
kind(
    "kernel calls by the numbers of another kind of computer",
    "crashed or graded",
    first=CALL
    + """
import os
if os.uname().machine == "x86_64":
    call(41 | 0x40000000, 1, 1, 0)
""",
)

# ---- to use up the machine ----

kind("memory by a list", "partly graded", first="a = []\nwhile True:\n    a.append('x' * 100_000_000)")
kind("memory by numpy", "partly graded", first="import numpy as np\nnp.ones((100_000, 100_000))")
kind(
    "memory by files",
    "partly graded",
    first="""
    for number in range(10_000):
        with open(f"big{number}", "wb") as file: file.write(b"x" * 10_000_000)
    """,
)
kind(
    "one huge file",
    "partly graded",
    first="with open('big', 'wb') as file:\n    while True: file.write(b'x' * 1_000_000)",
)
kind("many small files", "crashed", first="for number in range(10_000_000): open(f'small{number}', 'w').close()")
kind(
    "folders in folders",
    first="""
    import os
    home = os.getcwd()
    for number in range(3000):
        os.mkdir("d"); os.chdir("d")
    os.chdir(home)
    """,
)
kind(
    "folders without rights",
    first="import os\nos.makedirs('a/b/c'); os.chmod('a/b', 0); os.chmod('a', 0); os.chmod('..', 0o500)",
)
kind("fork bomb", "partly graded", first="import os\nwhile True: os.fork()")
kind(
    "thread bomb",
    "partly graded",
    first="import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,)).start()",
)
kind(
    "orphans by a double fork",
    "partly graded",
    first="""
    import os, time
    if not os.fork():
        os.setsid()
        if not os.fork(): time.sleep(600)
    """,
)
kind("other programs", "partly graded", first="import subprocess\nsubprocess.run(['sh', '-c', 'sleep 600 &'])")
kind(
    "huge output",
    first="import os, sys\nfor number in range(300):\n    print('x' * 1_000_000)\n    sys.stderr.write('y' * 1_000_000)\nos.write(1, b'z' * 1_000_000)",
)
kind("endless output", "timed out", first="while True: print('x' * 10_000)")
kind(
    "huge repr",
    points=(0, 2),
    voice_share="""
    class Huge:
        def __repr__(self): return "x" * 10**9
    def voice_share(case, who): return Huge()
    """,
    last="Huge()",
)
kind(
    "a million keys for an answer",
    points=(3, 0),
    topics="topics = {str(number): number for number in range(1_000_000)}",
)
kind("a list in itself for an answer", points=(3, 0), topics="topics = []\ntopics.append(topics)")
kind(
    "a small object that is huge as data",
    points=(3, 0),
    topics="topics = [1] * 1000\nfor number in range(5): topics = [topics] * 1000",
)
kind("a text of 100 MB for an answer", points=(3, 0), topics="topics = 'x' * 100_000_000")
kind("a number of a million digits", points=(3, 0), topics="topics = 10 ** 1_000_000")
kind("not a number", points=(3, 0), topics="topics = {'military forces': float('nan'), 'cyber': -float('inf')}")
kind("halves of characters", points=(3, 0), topics="topics = {'\\udce4\\ud800': '\\udfff', '\\x00\\x1b[31m': 1}")
kind("a generator for an answer", points=(3, 0), topics="topics = iter(int, 1)")
kind("deep recursion", "partly graded", first="def f(): f()\nf()")
kind(
    "an error that cannot be described",
    "partly graded",
    first="""
    class Bad(BaseException):
        def __str__(self): raise SystemExit
        __repr__ = __str__
    raise Bad
    """,
)
kind("an error with a huge message", "partly graded", first="raise ValueError('<script>\\x00\\ud800' * 10_000_000)")

# ---- to stop the run, or never to end ----

kind("endless loop", "timed out", first="while True: pass")
kind(
    "endless loop that catches all",
    "timed out",
    first="while True:\n    try:\n        while True: pass\n    except BaseException: pass",
)
kind("sleep", "timed out", first="import time\ntime.sleep(10_000)")
kind(
    "endless loop in an answer",
    "timed out",
    points=(0, 2),
    voice_share="def voice_share(case, who):\n    while True: pass",
)
kind(
    "endless loop on other data only",
    "timed out",
    points=(0, 2),
    voice_share="""
    def voice_share(case, who):
        while len(case.claims) not in (140, 67): pass
        return (case.claims["source"] == who).mean()
    """,
)
kind(
    "endless comparison",
    points=(3, 0),
    topics="class E:\n    def __eq__(self, other):\n        while True: pass\n    __hash__ = None\ntopics = E()",
)
kind(
    "endless signal handler",
    "timed out",
    first="""
    import signal, time
    for number in range(1, 65):
        try: signal.signal(number, lambda *a: None)
        except (OSError, ValueError): pass
    signal.alarm(1)
    while True: time.sleep(1)
    """,
)
kind("stops itself", "timed out", first="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
kind(
    "takes all rights and the way back from its parent, answers honest",
    first="""
    import fcntl, os
    for number in range(3, 64):
        try: fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK)
        except OSError: pass
    os.chmod("/book", 0)
    for name in ("data", "home", "tmp"): os.rename(f"/book/{name}", f"/book/{name}.gone")
    os.rename("/book/data.gone", "/book/data")
    """,
)
kind("os._exit", "crashed", first="import os\nos._exit(0)")
kind("os._exit between the tasks", "crashed", points=(3, 0), topics="import os\nos._exit(0)")
kind(
    "os._exit in an answer", "crashed", points=(0, 2), voice_share="import os\ndef voice_share(case, who): os._exit(3)"
)
kind("segmentation fault", "crashed", first="import ctypes\nctypes.string_at(0)")
kind(
    "deep recursion without a limit",
    "crashed or partly graded",  # by the version of Python
    first="import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return max([n], key=lambda x: f(n + 1))\nf(0)",
)
kind("sys.exit", "partly graded", first="import sys\nsys.exit(1)")
kind("keyboard interrupt", "partly graded", first="raise KeyboardInterrupt")
kind("closes all descriptors", "crashed", first="import os\nos.closerange(0, 1024)")
kind(
    "all descriptors lead elsewhere",
    "crashed",
    first="""
    import os
    file = os.open("elsewhere", os.O_RDWR | os.O_CREAT)
    for number in range(0, 100):
        if number != file: os.dup2(file, number)
    """,
)
kind("uses up all descriptors", "partly graded", first="files = []\nwhile True: files.append(open('/dev/null'))")
kind(
    "kills all others",
    first=LOOK
    + """
import signal
for number in (-1, 0, 1, 2, 3, os.getppid(), -os.getppid()):
    look(lambda: number != os.getpid() and not os.kill(number, signal.SIGKILL))
if seen: os._exit(1)
""",
)
spy(
    "debugs and limits its parent",
    CALL
    + """
import resource
parent = os.getppid()
look(lambda: libc.ptrace(16, parent, 0, 0) == 0)
look(lambda: libc.ptrace(0, 0, 0, 0) == 0)
look(lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (0, 0)))
look(lambda: os.pidfd_open(parent))
look(lambda: os.setpriority(os.PRIO_PROCESS, parent, 19) or True)
import fcntl
look(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, parent) or True)
""",
)
kind(
    "raises its limits",
    "partly graded",
    first="import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))",
)
kind(
    "reads on from where the orders come, answers honest",
    first="import os\nfor number in range(3, 10):\n    try: os.read(number, 10_000_000)\n    except OSError: pass",
)
kind("waits for input", "partly graded", first="name = input('Your name? ')")
kind("reads standard input", first="import sys\nsys.stdin.read()\nsys.stdin.buffer.read()")
kind("breakpoint", "partly graded", first="breakpoint()")
kind("asyncio", first="import asyncio\nawait asyncio.sleep(0)\nasync def f(): return 1\nx = await f()")
kind(
    "what students really do",
    first="""
    %matplotlib inline
    !pip install seaborn
    import random, shutil, sys, tempfile, time, warnings
    import matplotlib.pyplot as plt
    import numpy as np
    random.seed(1); np.random.seed(1)
    warnings.warn("careful"); print("to stderr", file=sys.stderr)
    for number in range(300): print(number)
    time.sleep(0.2)
    with open("notes.txt", "w") as file: file.write("x")
    shutil.copy2("notes.txt", "copy.txt"); shutil.copytree("data/practice", "mine")
    with tempfile.TemporaryDirectory() as folder: shutil.copy("copy.txt", folder)
    plt.figure(figsize=(20, 20)); plt.plot(np.random.rand(1000)); plt.savefig("big.png", dpi=30); plt.show()
    if "google.colab" in str(get_ipython()): raise SystemExit
    print(len(open("data/report/claims.csv").read()))
    """,
)
kind("commands and magics", first="!rm -rf /\n%pip install evil\n%matplotlib inline\nx = !ls\n%load_ext autoreload")

# ---- notebooks that are none, or damaged ones ----

kind("not JSON", "unreadable", NONE, data=b"{'cells': [")
kind("empty file", "unreadable", NONE, data=b"")
kind("a list", "unreadable", NONE, data=b"[]")
kind("a text", "unreadable", NONE, data=b'"notebook"')
kind("cells that are no list", "unreadable", NONE, data=b'{"cells": {"a": 1}, "nbformat": 4}')
kind("lists in lists", "unreadable", NONE, data=b"[" * 1_000_000)
kind("a picture", "unreadable", NONE, data=b"\x89PNG\r\n\x1a\n" + bytes(1000))
kind("too large", "unreadable", NONE, data=b" " * 30_000_000)
kind(
    "a million cells",
    "unreadable",
    NONE,
    data=b'{"cells": [' + b'{"cell_type":"code","source":""},' * 300_000 + b"{}]}",
)
kind(
    "cells of odd kinds",
    points=NONE,
    data=json.dumps(
        {
            "cells": [
                1,
                None,
                [],
                {},
                {"cell_type": 5, "source": {}},
                {"cell_type": "code", "source": [1, None, "x = 1"], "metadata": {"nbgrader": [1]}},
                {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["a"]}}},
            ]
        }
    ).encode(),
)
kind("a file that leads elsewhere", "refused", NONE, files={"../../evil.py": b"x"})
kind("an absolute file", "refused", NONE, files={"/etc/passwd": b"x"})
kind("too many files", "refused", NONE, files={f"f{number}": b"" for number in range(1000)})
kind(
    "files that are modules",
    files={"pandas.py": b"raise SystemExit", "standoff/__init__.py": b"raise SystemExit", "json.py": b"1/0"},
)
kind(
    "files that replace data",
    files={
        "data/report/claims.csv": b"evil",
        "report/claims.csv": b"evil",
        "data": b"x",
        "a": b"1",
        "a/b": b"2",
        "n" * 300: b"x",
    },
)


def main():
    """Print what came of each submission, and what it should be."""
    failed, width = 0, max(map(len, KINDS))
    for one in KINDS.values():
        result = outcome(one, HERE)
        got = result.status, tuple(int(task.points) for task in result.tasks[:2])
        good = as_wanted(one, result)
        failed += not good
        note = "" if good else f"   WANTED {one.status} {one.points}"
        print(f"{one.name:{width}} {got[0]:14} {got[1][0]} + {got[1][1]}{note}", flush=True)
        if not good:
            print(result.reason, *result.tasks[:2], sep="\n      ")
    print(f"{len(KINDS)} submissions, {failed} with another outcome than wanted")


if __name__ == "__main__":
    sys.exit(main())
