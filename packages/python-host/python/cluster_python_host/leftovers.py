"""What a warm-up leaves behind, and belongs to the server, not to the processes that it forks."""

import atexit
import contextlib
import os
import socket
import sys
import weakref


class WarmUpLeftovers:
    def __init__(self):
        self._handlers = []
        self._finalizers = []
        self._before = _sockets()

    @contextlib.contextmanager
    def of(self, module_name):
        """
        Notes who is to be called at exit by order of the warm-up itself, to remove its temporary folders for
        instance. What libraries order is a part of the program.
        """
        # With the first finalizer, weakref orders its own call at exit.
        weakref.finalize(self, int).detach()
        register = atexit.register

        def note(function, *args, **kwargs):
            if sys._getframe(1).f_globals.get("__name__") == module_name:
                self._handlers.append(function)
            return register(function, *args, **kwargs)

        known = set(_finalizers())
        atexit.register = note
        try:
            yield
        finally:
            atexit.register = register
            self._finalizers = [finalizer for finalizer in _finalizers() if finalizer not in known]

    def forget(self):
        """In a forked process."""
        for function in self._handlers:
            atexit.unregister(function)
        for finalizer in self._finalizers:
            finalizer.atexit = False

    def connections(self):
        """Open network connections, which every forked process would share, by the name of their peer."""
        return sorted(peer for fd in _sockets() - self._before if (peer := _peer(fd)))


def _finalizers():
    return list(getattr(weakref.finalize, "_registry", ()))


def _sockets():
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                found.add(int(name))
        except OSError:
            pass
    return found


def _peer(descriptor):
    try:
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6):
                return None
            host, port, *_ = connection.getpeername()
            return f"{host}:{port}"
    except OSError:
        return None
