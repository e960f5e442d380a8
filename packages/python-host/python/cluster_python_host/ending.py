"""
The end of a forked process: that of an interpreter, but for taking every module apart, which takes longer
than most runs when there are thousands of them. So do the processes of `multiprocessing`.
"""

import atexit
import contextlib
import gc
import io
import os
import signal
import sys
import threading

_FLUSH_FAILED = 120


class Ending:
    def __init__(self):
        self._files = []

    def note_files(self):
        """In the server: those that are open by now are among the objects that nobody will look at again."""
        self._files = list(filter(_holds_back, gc.get_objects()))
        _flush(self._files)

    def run(self, entry):
        """Calls the entry of a program, and ends with its exit status."""
        status = _status_of(entry)
        # Any of these may be interrupted, or raise; the rest comes nevertheless.
        for step in (threading._shutdown, atexit._run_exitfuncs):
            try:
                step()
            except BaseException:  # noqa: BLE001 - as an interpreter does at its end
                _report()
        flushed = _flush_standard_streams()
        objects = gc.get_objects()
        _flush([*self._files, *filter(_holds_back, objects)])
        _remove_temporary_files(objects)
        if status is None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(status if flushed or status else _FLUSH_FAILED)


def _status_of(entry):
    """What the interpreter would make of its outcome; None for death by SIGINT."""
    try:
        value = entry()
    except SystemExit as error:
        value = error.code
    except KeyboardInterrupt:
        _report()
        return None
    except BaseException:  # noqa: BLE001 - whatever it is, it is told on stderr
        _report()
        return 1
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    with contextlib.suppress(Exception):
        print(value, file=sys.stderr)
    return 1


def _report():
    """As the interpreter does, without the frames of this file."""
    kind, error, frames = sys.exc_info()
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    try:
        sys.excepthook(kind, error.with_traceback(frames), frames)
    except BaseException:  # noqa: BLE001 - a hook of the program that fails
        with contextlib.suppress(BaseException):
            sys.__excepthook__(*sys.exc_info())


def _flush_standard_streams():
    good = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:  # noqa: BLE001
            good = good and stream is not sys.stdout
    return good


def _holds_back(thing):
    return isinstance(thing, (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom))


def _flush(files):
    # Text goes through the buffer of its bytes.
    for file in sorted(files, key=lambda file: not isinstance(file, io.TextIOWrapper)):
        with contextlib.suppress(BaseException):
            if not file.closed:
                file.flush()


def _remove_temporary_files(objects):
    wrapper = getattr(sys.modules.get("tempfile"), "_TemporaryFileWrapper", None)
    if wrapper is None:
        return
    for thing in objects:
        if isinstance(thing, wrapper):
            with contextlib.suppress(BaseException):
                thing.close()
