"""The first steps of every process that is started: find the Node side, and hear what to be."""

import os

from .channel import Channel, connect
from .program import describe_interpreter

VARIABLE = "CLUSTER_PYTHON_HOST"


def start():
    """Returns what to call; in a fork server, only in a process that was forked."""
    token, _, address = os.environ.pop(VARIABLE).partition(" ")
    channel = Channel(connect(address, token, "control"))
    channel.send(describe_interpreter())
    config = channel.receive()
    if config is None:
        os._exit(0)
    if config["type"] == "server":
        return _start_server(address, channel, config)
    from .ordinary import start_ordinary

    return start_ordinary(address, token, channel, config)


def _start_server(address, channel, config):
    try:
        from .server import serve
    except ImportError as error:
        # A Python that was built without ctypes, for instance.
        channel.send({"type": "unable", "reason": f"this Python has no {error.name}"})
        os._exit(1)
    return serve(address, channel, config)
