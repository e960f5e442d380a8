"""The fork server: imports and warms up once, forks a process for each order, and is their parent."""

import gc
import os
import shutil
import signal
import socket
import sys

from . import huge_pages, linux
from .ending import Ending
from .family import Family
from .fingerprint import Fingerprint
from .forked import become
from .leftovers import WarmUpLeftovers
from .loop import Loop
from .program import NotReady, Program
from .threads import other_threads, settle
from .standard_state import StandardState


def serve(address, channel, config):
    """Returns only in a forked process: its entry. In the server, what ends it in good order."""
    node = os.getppid()
    try:
        alone = not linux.die_with(node)
        linux.adopt_orphans()
        os.listdir("/proc/self/task")
    except OSError as error:
        channel.send({"type": "unable", "reason": f"the system does not let it: {error}"})
        os._exit(1)
    if alone:
        os._exit(0)
    linux.set_tag(int(config["tag"]))
    server = Server(address, channel, Program(config))
    try:
        server.prepare()
    except NotReady as error:
        channel.send(error.as_message())
        os._exit(1)
    # From here on it hears of the end of the Node side by its channel, and can end its children.
    linux.outlive_parent()
    if os.getppid() != node:
        os._exit(0)
    return server.run()


class Server:
    def __init__(self, address, channel, program):
        self._address = address
        self._channel = channel
        self._program = program
        self._state = StandardState()
        self._leftovers = WarmUpLeftovers()
        self._ending = Ending()
        self._fingerprint = Fingerprint(program.path)
        self._family = Family(channel.send)
        self._loop = None

    def prepare(self):
        self._program.load()
        self._state.capture()
        with self._leftovers.of(self._program.warm_up_module):
            self._program.warm_up()
        self._state.settle_streams()
        # Before the threads are counted: an executor that nobody holds any more ends its own.
        gc.collect()
        settle()
        self._fingerprint.add_modules()
        self._ending.note_files()
        # What is there by now is never looked at by a collection again, and so stays shared.
        gc.freeze()
        huge_pages.collapse()

    def run(self):
        self._loop = Loop(self._channel)
        self._channel.send(
            {
                "type": "ready",
                "threads": other_threads(),
                "connections": self._leftovers.connections(),
            }
        )
        try:
            return self._serve()
        except MemoryError:
            self._give_up()
        except (BrokenPipeError, ConnectionResetError):
            return self._leave

    def _serve(self):
        while True:
            messages = self._loop.wait(self._family.patience())
            if messages is None:
                return self._leave
            for message in messages:
                kind = message["type"]
                if kind == "fork":
                    entry = self._fork(message)
                    if entry is not None:
                        return entry
                elif kind == "quit":
                    return self._leave
                else:
                    self._answer(kind, message)
            self._family.look_after()

    def _answer(self, kind, message):
        if kind == "reap":
            self._family.reap(message["id"])
        elif kind == "sweep":
            self._family.sweep(message["id"], message["signal"])
        elif kind == "ping":
            self._channel.send({"type": "pong"})
        elif kind == "check":
            self._channel.send({"type": "checked", "changed": self._fingerprint.changed()})

    def _fork(self, order):
        server = os.getpid()
        linux.flush_native_streams()
        try:
            pid = os.fork()
        except (MemoryError, OSError) as error:
            number = getattr(error, "errno", None)
            self._channel.send({"type": "not-forked", "id": order["id"], "errno": number})
            return None
        if pid > 0:
            self._family.add(order["id"], pid, int(order["tag"]))
            return None
        self._channel.close()
        self._loop.close()
        become(order, self._address, server, self._program, self._state, self._leftovers)
        return lambda: self._ending.run(self._program.entry)

    def _leave(self):
        """Nothing outlives the server: neither its children nor what those have left behind."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(5)
        self._family.end()
        if not self._node_is_there():
            shutil.rmtree(os.path.dirname(self._address), ignore_errors=True)
        sys.exit(0)

    def _node_is_there(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            return door.connect_ex(self._address) == 0

    def _give_up(self):
        gc.collect()
        self._channel.send({"type": "fatal", "message": "ran out of memory"})
        os._exit(1)
