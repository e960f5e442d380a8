"""What goes wrong before the tool says that it is ready, or is wrong with it from then on."""

import os
import signal
import sys
import time

import faults_of_turns
from fault_tool_speech import write


def ignore(number):
    signal.signal(number, lambda *_: None)


def exits_at_start(wire, options):
    write("cannot start: no licence found\n", 2)
    sys.exit(3)


def hangs_at_start(wire, options):
    write("waiting for a licence\n", 2)
    faults_of_turns.pause()


def floods_at_start(wire, options):
    faults_of_turns.floods(wire, options)


def starts_slowly(wire, options):
    while not os.path.exists(options["until"]):
        time.sleep(0.005)


def dies_when_ready(wire, options):
    wire.ready()
    write("fatal: the licence has run out\n", 2)
    os._exit(4)


def ignores_sigterm(wire, options):
    """Nor does the end of its input end it."""
    ignore(signal.SIGTERM)


def ignores_sigint(wire, options):
    ignore(signal.SIGINT)
