"""A forked process: waits for its start, and takes on everything that is its own."""

import errno
import os
import sys
import time

from . import linux
from .channel import Channel, connect
from .program import NotReady

STREAMS = ("stdin", "stdout", "stderr")


def become(order, address, server, program, state, leftovers):
    """Returns when the Node side has said what for, and the entry of the program can be called."""
    try:
        os.setsid()
        if not linux.die_with(server):
            os._exit(0)
        linux.set_tag(int(order["tag"]))
        state.restore()
        streams = [connect(address, order["token"], name) for name in STREAMS]
        control = Channel(connect(address, order["token"], "control"))
        control.send({"type": "waiting", "pid": os.getpid()})
        start = control.receive()
        if start is None:
            os._exit(0)
        try:
            _enter(start["cwd"])
        except NotReady as error:
            control.send(error.as_message())
            os._exit(1)
        program.environment.add_late(start["late"])
        time.tzset()
        state.renew_randomness()
        leftovers.forget()
        program.name_process([_from_node(argument) for argument in start["args"]])
        for descriptor, stream in enumerate(streams):
            os.dup2(stream.fileno(), descriptor)
            stream.close()
        control.send({"type": "entering"})
        control.close()
    except BaseException:  # noqa: BLE001 - nothing of this process may reach the server's own code
        os._exit(70)


def _enter(folder):
    try:
        os.chdir(folder.encode())
    except OSError as error:
        reason = f"its working folder {folder} cannot be entered: {error.strerror}"
        if error.errno == errno.ENOENT:
            reason = f"its working folder {folder} does not exist"
        raise NotReady(reason, errno.errorcode.get(error.errno)) from None


def _from_node(argument):
    return os.fsdecode(argument.encode())
