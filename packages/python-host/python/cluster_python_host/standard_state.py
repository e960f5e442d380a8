"""What a fresh interpreter would have, and the imports, the warm-up or the server may have changed."""

import io
import os
import signal
import sys

NAMES = ("stdin", "stdout", "stderr")


class StandardState:
    def __init__(self):
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
        # As the interpreter has made them, before anybody may have replaced or closed them.
        self._forms = [_form(getattr(sys, name)) for name in NAMES]
        self._streams = []
        self._handlers = {}
        self._folder = os.getcwd()

    def capture(self):
        """After the imports: what a module sets up for itself is a part of the program."""
        self._streams = [getattr(sys, name) for name in NAMES]
        self._handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}

    def settle_streams(self):
        """After the warm-up. The same objects serve in each process: some modules have kept them."""
        os.chdir(self._folder)
        for descriptor, name in enumerate(NAMES):
            stream = self._streams[descriptor]
            if stream is None or stream.closed:
                stream = _rebuild(descriptor, name, self._forms[descriptor])
            elif name != "stdin":
                stream.flush()
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", getattr(sys, f"__{name}__") or stream)

    def restore(self):
        """In a forked process."""
        for number, handler in self._handlers.items():
            # None: it was not set by Python, and so not changed by it either.
            if handler is not None and signal.getsignal(number) != handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    @staticmethod
    def renew_randomness():
        # That of the module random is renewed by the fork itself.
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            numpy_random.seed()
        if "asyncio" in sys.modules and sys.version_info < (3, 12):
            # A loop of the warm-up would share its descriptors with every other process.
            sys.modules["asyncio"].set_event_loop_policy(None)


def _form(stream):
    buffered = not stream.write_through
    return stream.encoding, stream.errors, stream.line_buffering, buffered


def _rebuild(descriptor, name, form):
    encoding, errors, line_buffering, buffered = form
    writes = name != "stdin"
    buffering = 0 if writes and not buffered else -1
    binary = open(descriptor, "wb" if writes else "rb", buffering, closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(
        binary,
        encoding,
        errors,
        newline="\n",
        line_buffering=line_buffering,
        write_through=not buffered,
    )
