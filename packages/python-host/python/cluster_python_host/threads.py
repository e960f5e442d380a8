"""Threads do not survive a fork, and what they hold at that moment stays held for ever."""

import os
import threading
import time

SETTLE_SECONDS = 2


def settle():
    """Waits a little for threads that are about to end."""
    end = time.monotonic() + SETTLE_SECONDS
    while other_threads() and time.monotonic() < end:
        time.sleep(0.02)


def other_threads():
    """The names of all threads but the main one."""
    main = threading.main_thread()
    names = [thread.name for thread in threading.enumerate() if thread is not main]
    native = len(os.listdir("/proc/self/task")) - 1 - len(names)
    return names + ["a thread of native code"] * max(0, native)
