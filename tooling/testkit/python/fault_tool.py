"""A command-line tool with one fault, for tests: fault_tool.py FAULT [--protocol json|line] [--name value ...]

The request "fault" brings the fault about, every other one is echoed; a fault of the start comes by
itself. What a faulty turn says holds the word FAULTY, so that a test finds it where it does not belong.

It speaks by file descriptors and reads sys.argv, so that `main` is the entry for a fork server too.
"""

import os
import signal
import sys

import faults_of_offspring
import faults_of_starts
import faults_of_turns
from fault_tool_speech import JsonLines, Lines, write


def main():
    name, *arguments = sys.argv[1:]
    options = {"fault": name}
    for option, value in zip(arguments[::2], arguments[1::2]):
        options[option[2:]] = value
    start, turn = find(name)
    signal.signal(signal.SIGINT, lambda *_: turns.interrupt())
    # A tool that a broken test leaves behind ends by itself.
    signal.alarm(120)
    wire = (Lines if options.get("protocol") == "line" else JsonLines)(options)
    if start is not None:
        start(wire, options)
    wire.ready()
    turns.serve(wire, turn or faults_of_turns.hangs, options)
    if name == "ignores-sigterm":
        faults_of_turns.pause()


def find(name):
    """The fault as one of the start, or as one of a turn; "none" is neither."""
    known = name.replace("-", "_")
    start = getattr(faults_of_starts, known, None)
    turn = getattr(faults_of_turns, known, None) or getattr(faults_of_offspring, known, None)
    if start is None and turn is None and name != "none":
        sys.exit("unknown fault: " + name)
    return start, turn


class Turns:
    """SIGINT stops a faulty turn, and nothing else: what is being read must not be lost."""

    def __init__(self):
        self.at_fault = False

    def interrupt(self):
        if self.at_fault:
            self.at_fault = False
            raise KeyboardInterrupt

    def serve(self, wire, fault, options):
        while True:
            request = wire.request()
            if request is None:
                return
            try:
                if request == "fault":
                    self.at_fault = True
                    fault(wire, options)
                else:
                    write(wire.form(request))
            except KeyboardInterrupt:
                pass
            except BrokenPipeError:
                os._exit(7)
            finally:
                self.at_fault = False


turns = Turns()


if __name__ == "__main__":
    main()
