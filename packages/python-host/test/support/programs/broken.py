"""Warm-ups that go wrong in one way each."""

import errno
import os
import resource
import socket
import threading

held = []


def out_of_memory():
    with open("/proc/self/statm") as sizes:
        pages = int(sizes.read().split()[0])
    limit = pages * resource.getpagesize() + 64 * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    while True:
        held.append(bytearray(8 * 1024 * 1024))


def no_memory_for_a_fork():
    fork = os.fork

    def refuse():
        os.fork = fork
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    os.fork = refuse


def thread():
    waits = threading.Event()
    threading.Thread(target=waits.wait, name="keeps-waiting", daemon=True).start()


def connection():
    listener = socket.create_server(("127.0.0.1", 0))
    held.append(listener)
    held.append(socket.create_connection(listener.getsockname()))


def dies():
    os.kill(os.getpid(), 9)
