"""What a tool leaves behind."""

import os

from fault_tool_speech import write

LIFETIME_S = 120


def offspring(own_session=False, holds_stdout=False):
    """Starts a child of its own and returns its pid once that has become what it is to be."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if own_session:
            os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 2) if holds_stdout else (0, 1, 2):
            os.dup2(null, stream)
        os.execvp("sleep", ["sleep", str(LIFETIME_S)])
    os.close(writer)
    # Python's pipes close when another program is executed.
    os.read(reader, 1)
    os.close(reader)
    return child


def leaves_offspring(wire, options):
    """Answers with the pid of a child that it does not end."""
    write(wire.form(str(offspring())))


def leaves_session(wire, options):
    write(wire.form(str(offspring(own_session=True))))


def leaves_session_and_dies(wire, options):
    wire.say("FAULTY %d" % offspring(own_session=True))
    os._exit(6)


def leaves_stdout_open(wire, options):
    wire.say("FAULTY %d" % offspring(holds_stdout=True))
    os._exit(6)


def answers_and_leaves_stdout_open(wire, options):
    write(wire.form(str(offspring(holds_stdout=True))))
    wire.finish()
    os._exit(6)
