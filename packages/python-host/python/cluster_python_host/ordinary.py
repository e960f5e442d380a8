"""One ordinary process for each start: imports, warms up, and runs the entry."""

import os
import sys

from .channel import connect
from .diversion import Diversion
from .program import NotReady, Program


def start_ordinary(address, token, channel, config):
    """Returns the entry of the program, ready to be called."""
    if sys.platform == "linux":
        _die_with_node()
    program = Program(config)
    folder = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    os.chdir("/")
    diversion = Diversion(connect(address, token, "log"))
    try:
        program.load()
        program.warm_up()
    except NotReady as error:
        channel.send(error.as_message())
        os._exit(1)
    diversion.end()
    os.fchdir(folder)
    os.close(folder)
    program.name_process(sys.argv[1:])
    channel.send({"type": "entering", "pid": os.getpid()})
    channel.close()
    return program.entry


def _die_with_node():
    try:
        from .linux import die_with
    except ImportError:
        # A Python without ctypes: it notices the end of its input, like any other program.
        return
    if not die_with(os.getppid()):
        os._exit(0)
