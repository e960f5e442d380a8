"""Keeps a program's own streams out of the reach of its imports and its warm-up."""

import os
import socket
import sys


class Diversion:
    """Until `end`, there is nothing to read, and whatever is printed goes to one other place."""

    def __init__(self, log):
        _flush()
        self._saved = [os.dup(descriptor) for descriptor in range(3)]
        end_of_input, nothing = socket.socketpair()
        nothing.close()
        os.dup2(end_of_input.fileno(), 0)
        end_of_input.close()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        log.close()

    def end(self):
        _flush()
        for descriptor, saved in enumerate(self._saved):
            os.dup2(saved, descriptor)
            os.close(saved)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
