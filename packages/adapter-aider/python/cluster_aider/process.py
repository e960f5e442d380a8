"""The driver's life: start, readiness, one turn after the other, and an end with whoever started it."""

import gc
import json
import os
import queue
import signal
import sys
import threading

from . import PROTOCOL
from .channel import Channel
from .engine import DoesNotFit
from .hand_over import hand_over
from .interrupts import INTERRUPTS
from .startup import begin


def main():
    """One process of aider, in a fork or in a Python of its own. Its argument is JSON: where it is started."""
    channel = Channel()
    start = channel.receive()
    if start is None:
        return None
    start.update(json.loads(sys.argv[1]))
    INTERRUPTS.install()
    # What was there before is never collected; what a turn leaves is some megabytes at most.
    gc.set_threshold(10_000, 20, 20)
    driver = Driver(channel, start)
    signal.signal(signal.SIGTERM, lambda *_: driver.leave(0))
    return driver.live()


def check():
    """Prints what `doctor` wants to know."""
    from . import modules

    loaded = modules.load()
    report = {"aider": loaded.version, "missing": modules.missing(loaded)}
    print(json.dumps(report))


class Driver:
    def __init__(self, channel, start):
        self._channel = channel
        self._start = start
        self._birth = (os.getcwd(), dict(os.environ))
        self._requests = queue.Queue()
        self._answers = queue.Queue()
        self._lock = threading.Lock()
        self._running = None
        self._cancelled = set()
        self._private = None
        self._leaving = False
        self._asked = 0

    def live(self):
        try:
            session, ready = begin(self._start, self._ask, self._emit, self._own)
        except DoesNotFit as error:
            if self._start["fallback"] is not None:
                return self._hand_over(str(error))
            self._fail("environment", f"The driver does not fit: {error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other side must hear of it
            self._fail(getattr(error, "failure_class", "environment"), str(error) or repr(error))
        threading.Thread(target=self._listen, daemon=True).start()
        self._channel.send({"type": "ready", "protocol": PROTOCOL, **ready})
        while True:
            try:
                self._serve(session, self._requests.get())
            except KeyboardInterrupt:
                continue

    def leave(self, code):
        """Ends at once, with whatever aider has started in this process group."""
        if self._leaving:
            # Whoever was first ends the process when all is tidy; the signal below comes back to it too.
            return
        self._leaving = True
        if self._private is not None:
            self._private.remove()
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGTERM)
        # No teardown: it would touch every page that a fork shares, and nothing needs it.
        os._exit(code)

    def _fail(self, failure_class, message):
        self._channel.send({"type": "failed", "failureClass": failure_class, "message": message})
        self.leave(1)

    def _own(self, private):
        self._private = private

    def _hand_over(self, reason):
        """Lets aider's own command line take this process over, in the words of its fallback."""
        if self._private is not None:
            self._private.remove()
        self._channel.send({"type": "fallback", "reason": reason})
        self._channel.give_back()
        hand_over([*self._start["fallback"], *self._start["fallbackArguments"]], *self._birth)

    def _listen(self):
        try:
            for message in self._channel.messages():
                kind = message["type"]
                if kind == "cancel":
                    self._cancel(message["id"])
                elif kind == "answer":
                    self._answers.put(message)
                elif kind == "close":
                    break
                else:
                    self._requests.put(message)
        finally:
            self.leave(0)

    def _cancel(self, number):
        """Interrupts again and again: code that swallows one KeyboardInterrupt seldom swallows two."""
        with self._lock:
            self._cancelled.add(number)
            if self._running == number:
                INTERRUPTS.raise_in_main_thread()
                timer = threading.Timer(0.4, self._cancel, [number])
                timer.daemon = True
                timer.start()

    def _serve(self, session, request):
        kind, number = request["type"], request["id"]
        if kind == "ping":
            self._channel.send({"type": "done", "id": number})
        elif kind == "reset":
            session.reset()
            self._channel.send({"type": "done", "id": number})
        elif kind == "turn":
            self._turn(session, request)

    def _turn(self, session, request):
        number = request["id"]
        with self._lock:
            self._running = number
        try:
            result = session.run(request, lambda: number in self._cancelled)
            answer = {"type": "cancelled"} if result is None else {"type": "result", **result}
        except Exception as error:  # noqa: BLE001 - a turn must not end the process
            answer = {
                "type": "failure",
                "failureClass": getattr(error, "failure_class", "crash"),
                "message": str(error) or repr(error),
                "retryAfterMs": getattr(error, "retry_after_ms", None),
                "usage": getattr(error, "usage", None),
            }
        finally:
            with self._lock:
                self._running = None
        self._cancelled.clear()
        self._channel.send({"id": number, **answer})

    def _emit(self, event):
        self._channel.send({"type": "event", "id": self._running, "event": event})

    def _ask(self, kind, text, subject, default):
        """Asks the other side; before the first turn, nobody is there to answer but no."""
        if self._running is None:
            return False if kind == "confirm" else default
        self._asked += 1
        question = {"ask": self._asked, "kind": kind, "text": text, "subject": subject}
        self._channel.send({"type": "question", "id": self._running, **question})
        while True:
            answer = self._answers.get()
            # One that comes after its turn was cancelled answers nothing any more.
            if answer["ask"] == self._asked:
                return answer["answer"]
