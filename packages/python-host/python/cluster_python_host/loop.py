"""Waits for messages and for ends of children at once."""

import select
import signal
import socket


class Loop:
    def __init__(self, channel):
        self._channel = channel
        # poll() holds no descriptor that a forked process would have to close.
        self._poll = select.poll()
        self._poll.register(channel.fileno(), select.POLLIN)
        self._awake, self._wake = socket.socketpair()
        self._awake.setblocking(False)
        self._wake.setblocking(False)
        self._poll.register(self._awake.fileno(), select.POLLIN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def wait(self, seconds):
        """The messages that have come, none when a child may have ended; None when the other side is gone."""
        ready = self._poll.poll(None if seconds is None else seconds * 1000)
        messages = []
        for descriptor, _ in ready:
            if descriptor == self._awake.fileno():
                self._awake.recv(4096)
                continue
            messages = self._channel.available()
        return messages

    def close(self):
        """In a forked process."""
        signal.set_wakeup_fd(-1)
        self._awake.close()
        self._wake.close()
