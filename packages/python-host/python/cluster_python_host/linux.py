"""What only Linux has, and the fork server needs."""

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent):
    """The kernel kills this process when its parent ends, however that ends. False: it has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def outlive_parent():
    _prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans():
    """Descendants whose parent ends become children of this process, so that none is out of sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def flush_native_streams():
    """What native code holds back would otherwise be printed again by every process that is forked."""
    _libc.fflush(None)


def set_tag(tag):
    """
    Marks this process and all its descendants, for good: a limit is inherited by every child, also by one
    in a session of its own, and anybody can read it. This one counts years of uninterrupted real-time
    scheduling, and stops nobody.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
    try:
        resource.setrlimit(resource.RLIMIT_RTTIME, (tag, hard))
    except (ValueError, OSError):
        # Limited already. Its orphans are then found when the server ends.
        pass


def tag_of(pid):
    """The mark of a living process; None when it has none, or has ended."""
    try:
        with open(f"/proc/{pid}/limits", "rb") as limits:
            for line in limits:
                if line.startswith(b"Max realtime timeout"):
                    soft = line.split()[3]
                    return None if soft == b"unlimited" else int(soft)
    except (OSError, ValueError):
        pass
    return None


def children_of(pid):
    """Zombies too."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
                found += [int(child) for child in children.read().split()]
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/task"):
            # A kernel without that file.
            return [int(name) for name in os.listdir("/proc") if _parent_of(name) == pid]
    except OSError:
        pass
    return found


def is_zombie(pid):
    return _stat_of(pid)[:1] == [b"Z"]


def _parent_of(name):
    fields = _stat_of(name) if name.isdigit() else []
    return int(fields[1]) if len(fields) > 1 else None


def _stat_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return []


def _prctl(option, value):
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
