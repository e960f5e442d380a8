"""What only Linux has, and the fork server needs."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with(parent):
    """The kernel kills this process when its parent ends, however that ends. False: it has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def outlive_parent():
    _prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans():
    """Descendants whose parent ends become children of this process, so that none is out of sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option, value):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
