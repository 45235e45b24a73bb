"""Allow a process only the system calls that a notebook needs, by means of the kernel's seccomp.

The list: what strace saw of all reference solutions, and of a cell that uses the standard library's modules for files, time and
waiting, pandas, NumPy and Matplotlib in every way that writes or reads; with the older, newer and aarch64 names of the same calls.
"""

import ctypes
import errno
import os

ALLOWED = """
brk mmap munmap mremap mprotect madvise msync mincore

read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek close close_range dup dup2 dup3
fstat fsync fdatasync ftruncate fallocate fadvise64 flock getdents getdents64 sendfile copy_file_range pipe pipe2

open openat creat stat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat truncate
utime utimes futimesat utimensat getcwd chdir fchdir umask
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr

poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2
socketpair getsockname getpeername sendto recvfrom shutdown
nanosleep clock_nanosleep pause alarm setitimer getitimer time gettimeofday clock_gettime clock_getres
rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigreturn sigaltstack

exit exit_group restart_syscall futex set_robust_list get_robust_list set_tid_address rseq wait4 waitid
getpid getppid gettid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid getresgid getgroups
getrlimit getrusage times uname sysinfo getpriority sched_getaffinity sched_yield getcpu getrandom
"""
# Others are as in a kernel that does not have them (ENOSYS), so that libraries take another way. Of these, people are told:
# processes, threads (memory is limited per process) and networks are not permitted (EPERM).
REFUSED = ["fork", "vfork", "clone", "execve", "execveat", "unshare", "setns", "socket", "ptrace", "mount"]
# These do nothing, and say that it is done: a file is copied all the same, and a run of root, to whom the devices belong,
# cannot close them to everybody.
AS_IF = ["chmod", "fchmod", "fchmodat", "fchmodat2"]
OWN_ONLY = {"kill": os.getpid, "tkill": os.getpid, "tgkill": os.getpid, "prlimit64": lambda: 0}  # by the first argument
# Nor do these kill itself, or set the limit of its seconds, which kills: who is killed was so by the machine.
SIGKILL, RLIMIT_CPU = 9, 0
NEVER = {"kill": (1, SIGKILL), "tkill": (1, SIGKILL), "tgkill": (2, SIGKILL), "prlimit64": (1, RLIMIT_CPU)}
# By the second argument. fcntl: duplicates, flags (0 to 4) and locks of a file, the size of a pipe. ioctl: whether it is a
# terminal and how large, flags, what waits to be read.
COMMANDS = {
    "fcntl": [*range(8), 1030, 1032, 36, 37, 38],
    "ioctl": [0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451],
}


class _Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


ALLOW, ERRNO, NOT_EQUAL, EQUAL, MASKED_EQUAL = 0x7FFF0000, 0x00050000, 1, 4, 7


def library() -> ctypes.CDLL | None:
    """Return libseccomp with the types of its functions, or None where it is not installed."""
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    numbers = ctypes.c_uint32, ctypes.c_int, ctypes.c_uint
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, *numbers, ctypes.POINTER(_Argument)]
    return library


def confine(library: ctypes.CDLL) -> None:
    """Take all other system calls from this process for good. Raises OSError if the kernel does not do so."""
    rules = library.seccomp_init(ERRNO | errno.ENOSYS)

    def rule(action, name, *arguments):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # a negative number: this kind of computer has no such call, or libseccomp does not know it
            array = (_Argument * max(1, len(arguments)))(*arguments)
            if library.seccomp_rule_add_array(rules, action, number, len(arguments), array):
                raise OSError(f"seccomp takes no rule for {name}")

    for name in ALLOWED.split():
        rule(ALLOW, name)
    for name in REFUSED:
        rule(ERRNO | errno.EPERM, name)
    for name in AS_IF:
        rule(ERRNO, name)
    for name, own in OWN_ONLY.items():
        place, refused = NEVER[name]
        rule(ALLOW, name, _Argument(0, EQUAL, own(), 0), _Argument(place, NOT_EQUAL, refused, 0))
        rule(ERRNO | errno.EPERM, name, _Argument(0, NOT_EQUAL, own(), 0))
    rule(ALLOW, "setrlimit", _Argument(0, NOT_EQUAL, RLIMIT_CPU, 0))
    rule(ALLOW, "prlimit64", _Argument(0, EQUAL, 0, 0), _Argument(2, EQUAL, 0, 0))  # to read any limit
    for name, commands in COMMANDS.items():
        for command in commands:
            rule(ALLOW, name, _Argument(1, MASKED_EQUAL, 0xFFFFFFFF, command))
    if library.seccomp_load(rules):
        raise OSError("the kernel does not take rules for system calls (seccomp)")
