"""An HTTP server for one request, in this process and on loopback only."""

import socket
import threading


class OneAnswer:
    """Gives its answer to the first request, whatever that is. At the end its thread is gone."""

    def __init__(self, body):
        body = body.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._answer = head.encode() + b"Connection: close\r\n\r\n" + body
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        # Wakes the thread up from its wait for a request that did not come.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        try:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(10)
                self._read(connection)
                connection.sendall(self._answer)
        except OSError:
            pass

    def _read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
        missing = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
        missing -= len(rest)
        while missing > 0:
            more = connection.recv(65536)
            if not more:
                return
            missing -= len(more)
