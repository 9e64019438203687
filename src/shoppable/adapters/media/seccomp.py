"""A filter in the kernel that refuses system calls which reading a video never needs: network, processes, writing.

Works without root and cannot be taken off again. See seccomp(2) and linux/filter.h; call numbers are those of
asm/unistd_64.h (x86-64) and asm-generic/unistd.h (ARM64).
"""

import ctypes
import errno
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENT = 0, 4, 16  # where struct seccomp_data has them
_CLONE_THREAD = 0x10000
_WRITING = 0o3 | 0o100 | 0o1000 | 0o2000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
_X32 = 0x40000000

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

_NEVER: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434), "kill": (62, 129), "tkill": (200, 130), "pidfd_send_signal": (424, 424),
    "mount": (165, 40), "umount2": (166, 39), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "unshare": (272, 97), "setns": (308, 268),
    "open_by_handle_at": (304, 265), "mknod": (133, None), "mknodat": (259, 33),
}  # fmt: skip
_AS_IF_UNKNOWN: dict[str, tuple[int | None, int | None]] = {
    # Callers fall back to calls whose arguments can be looked at; io_uring could do all that is refused here.
    "clone3": (435, 435), "openat2": (437, 437), "io_uring_setup": (425, 425),
}  # fmt: skip
_WRITES: dict[str, tuple[int | None, int | None]] = {
    "creat": (85, None), "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "unlink": (87, None), "unlinkat": (263, 35), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "chmod": (90, None),
    "fchmodat": (268, 53), "chown": (92, None), "lchown": (94, None), "fchownat": (260, 54), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "removexattr": (197, 14),
}  # fmt: skip
_OPEN, _OPENAT, _CLONE = (2, None), (257, 56), (56, 220)


def forbid(*, writing: bool, deadly: bool = False) -> str | None:
    """Puts the filter on this thread and all that it starts; to be called while it is the only one.

    Args:
        writing: Forbid also to make, open for writing, rename and remove files.
        deadly: Whoever tries dies of SIGSYS, instead of being refused; so that tries can be counted.

    Returns:
        None, or why there is no filter on this machine.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHES or sys.maxsize < 1 << 32:
        return f"there is no filter of system calls for {sys.platform} on {machine}"
    program = b"".join(_program(machine, writing, deadly))
    held = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_void_p(ctypes.addressof(described)), 0, 0
    ):
        return f"the kernel takes no filter of system calls ({errno.errorcode.get(ctypes.get_errno(), '?')})"
    return None


def _program(machine: str, writing: bool, deadly: bool) -> list[bytes]:
    """The filter as instructions of classic BPF, 8 bytes each: what is not refused is allowed."""
    column = _COLUMN[machine]
    refuse = _KILL if deadly else _ERRNO | errno.EACCES
    program = [
        _step(_LOAD, _ARCH),
        _step(_EQUAL, _ARCHES[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        program += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _KILL)]
    for calls, answer in (
        (_NEVER, refuse),
        (_AS_IF_UNKNOWN, _ERRNO | errno.ENOSYS),
        (_WRITES if writing else {}, refuse),
    ):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                program += [_step(_EQUAL, number, 0, 1), _step(_RETURN, answer)]
    program += _by_argument(_CLONE[column], 0, _CLONE_THREAD, _ALLOW, refuse)
    if writing:
        program += _by_argument(_OPEN[column], 1, _WRITING, refuse, _ALLOW)
        program += _by_argument(_OPENAT[column], 2, _WRITING, refuse, _ALLOW)
    return [*program, _step(_RETURN, _ALLOW)]


def _by_argument(number: int | None, argument: int, bits: int, if_any: int, if_none: int) -> list[bytes]:
    """Of one call: the answer when its argument has any of these bits, and when it has none."""
    if number is None:
        return []
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _ARGUMENT + 8 * argument),  # the lower half: both machines are little-endian
        _step(_ANY_BIT, bits, 0, 1),
        _step(_RETURN, if_any),
        _step(_RETURN, if_none),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
