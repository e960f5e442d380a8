"""Cancellation: a signal that becomes KeyboardInterrupt inside a turn, and nothing anywhere else."""

import signal
import threading
from contextlib import contextmanager


class Interrupts:
    """Armed for the length of a turn; held back where half a write would do harm."""

    def __init__(self):
        self._armed = False
        self._held = 0
        self._pending = False

    def install(self):
        signal.signal(signal.SIGINT, self._on_signal)

    def raise_in_main_thread(self):
        """Wakes the main thread even from a blocking read; interrupt_main() would not."""
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def arm(self):
        self._pending = False
        self._armed = True

    def disarm(self):
        self._armed = False

    @contextmanager
    def held(self):
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            if self._pending and self._held == 0:
                self._pending = False
                if self._armed:
                    raise KeyboardInterrupt

    def _on_signal(self, _number, _frame):
        if not self._armed:
            return
        if self._held:
            self._pending = True
            return
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()
