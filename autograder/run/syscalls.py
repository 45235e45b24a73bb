"""Deny a process the system calls that no notebook needs, by the kernel's seccomp."""

import ctypes
import errno
import os

# Threads are refused, too: memory is limited per process.
NO_PROCESS = ["fork", "vfork", "clone", "execve", "execveat", "unshare", "setns"]
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
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE (all who open the file wait), F_NOTIFY; FIOSETOWN, SIOCSPGRP.
REACH_OTHERS = {"fcntl": [8, 10, 15, 1024, 1026], "ioctl": [0x8901, 0x8902]}


class _Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


ALLOW, ERRNO, NOT_EQUAL, MASKED_EQUAL = 0x7FFF0000, 0x00050000, 1, 7


def library() -> ctypes.CDLL | None:
    """Return libseccomp with the types of its functions, or None where it is not installed."""
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p  # a name, or none; it need not be freed
    library.seccomp_syscall_resolve_num_arch.argtypes = [ctypes.c_uint32, ctypes.c_int]
    numbers = ctypes.c_uint32, ctypes.c_int, ctypes.c_uint
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, *numbers, ctypes.POINTER(_Argument)]
    return library


def confine(library: ctypes.CDLL) -> None:
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
        has_name = library.seccomp_syscall_resolve_num_arch(0, number)  # of this kind of computer
        if not has_name and library.seccomp_rule_add_array(rules, ERRNO | errno.ENOSYS, number, 0, None):
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
