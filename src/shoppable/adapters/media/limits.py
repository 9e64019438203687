"""Takes from this process what decoding does not need. For Linux; elsewhere what there is of it."""

import ctypes
import os
import resource
import signal
import sys

from shoppable.adapters.media.requests import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def confine(limits: Limits, parent: int) -> None:
    """Sets the limits on memory, time and files, and ties this process to its parent's life.

    There is no limit on processes: it would count those of the same user elsewhere; `seccomp` forbids to start any.

    Args:
        limits: What may be used.
        parent: Process id of the parent; when it is another one already, this process ends.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits.cpu_s + 1),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        _lower(what, most)
    # At the soft limit comes a signal of its own, which says what went wrong; at the hard one plain death.
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(limits.cpu_s, hard), hard))


def _lower(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))
