"""JSON lines over a socket to the Node side."""

import json
import socket


def connect(address, token, name):
    """Opens one stream to the Node side, which knows it by its first line."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(address)
    stream.sendall(f"{token} {name}\n".encode())
    return stream


class Channel:
    def __init__(self, stream):
        self._stream = stream
        self._buffer = bytearray()

    def fileno(self):
        return self._stream.fileno()

    def send(self, message):
        self._stream.sendall(json.dumps(message).encode() + b"\n")

    def receive(self):
        """Waits for one message; None when the other side is gone."""
        while b"\n" not in self._buffer:
            if not self._fill():
                return None
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        return json.loads(line)

    def available(self):
        """Everything that is there after the socket has become readable; None when the other side is gone."""
        if not self._fill():
            return None
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        return [json.loads(line) for line in lines]

    def close(self):
        self._stream.close()

    def _fill(self):
        try:
            chunk = self._stream.recv(262144)
        except OSError:
            chunk = b""
        self._buffer += chunk
        return bool(chunk)
