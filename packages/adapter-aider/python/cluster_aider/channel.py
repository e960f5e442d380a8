"""The private line to whoever started this process: JSON lines over the descriptors it was born with."""

import json
import os
import sys
import threading

from .interrupts import INTERRUPTS


class Channel:
    """Takes descriptors 0 and 1 for itself, so that neither aider nor its children can touch them.

    From then on aider's stray prints go to stderr, and whoever reads stdin finds it empty.
    """

    def __init__(self):
        # Copies made by dup() are not inherited by children.
        self._in = os.dup(0)
        self._out = os.dup(1)
        self._reader = os.fdopen(self._in, "rb", buffering=0, closefd=False)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
        self._lock = threading.Lock()

    def send(self, message):
        """Sends one message, whole: an interrupt waits until the last byte is out."""
        data = memoryview(json.dumps(message).encode("ascii") + b"\n")
        with INTERRUPTS.held(), self._lock:
            while data:
                data = data[os.write(self._out, data) :]

    def receive(self):
        """Reads one message and not a byte more, so that the descriptor can still be handed on."""
        line = self._reader.readline()
        return json.loads(line) if line else None

    def messages(self):
        """All messages until the other side is gone."""
        with os.fdopen(self._in, "rb", closefd=False) as lines:
            for line in lines:
                yield json.loads(line)

    def give_back(self):
        """Restores descriptors 0 and 1 for a program that takes this process over."""
        os.dup2(self._in, 0)
        os.dup2(self._out, 1)
