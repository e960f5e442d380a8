"""What the tests run: `main` does what its first argument says."""

import atexit
import gc
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

# As some modules do when they are imported.
os.environ["PROBE_IMPORTED"] = "yes"
os.environ["PROBE_GIVEN"] = "no"

marks = []
keep = []
STARTED_IN = os.getpid()


def say(value):
    print(json.dumps(value), flush=True)


def main():
    action, *arguments = sys.argv[1:] or ["nothing"]
    return ACTIONS[action](*arguments)


def see(*_):
    marks.append(os.getpid())
    say(
        {
            "pid": os.getpid(),
            "argv": sys.argv,
            "cwd": os.getcwd(),
            "env": dict(os.environ),
            "marks": marks,
            "random": random.random(),
            "session": os.getsid(0),
            "group": os.getpgrp(),
            "warm": warm,
            "main": sys.modules["__main__"].__name__,
            "encodings": [f"{s.encoding} {s.errors}" for s in (sys.stdin, sys.stdout, sys.stderr)],
            "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
            "child": int(signal.getsignal(signal.SIGCHLD)),
            "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            "threads": threading.active_count(),
            "path": sys.path,
            "executable": sys.executable,
        }
    )


def echo():
    for line in sys.stdin:
        print(line, end="", flush=True)
    print("end of input")


def serve():
    """JSON lines as a pool speaks them."""
    say({"ready": True})
    for line in sys.stdin:
        message = json.loads(line)
        said = message["request"]
        if said == "hang":
            signal.pause()
        if said == "leave":
            os._exit(0)
        if said == "child":
            command = [sys.executable, "-S", "-c", "import signal\nsignal.pause()"]
            subprocess.Popen(command, start_new_session=True)
        marks.append(said if isinstance(said, str) else message["id"])
        say({"id": message["id"], "result": {"pid": os.getpid(), "marks": marks, "said": said}})


def leave(how):
    atexit.register(print, "at exit", flush=True)
    if how == "text":
        sys.exit("a farewell")
    if how == "raise":
        raise ValueError("a mistake")
    if how == "value":
        return 7
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "thread":
        threading.Thread(target=lambda: (time.sleep(0.1), print("thread", flush=True))).start()
        return None
    if how == "hard":
        os._exit(9)
    if how == "files":
        keep.append(open("kept.txt", "w"))
        keep[-1].write("kept")
        keep.append(tempfile.NamedTemporaryFile(dir="."))
        return None
    if how == "unflushed":
        sys.stdout.write("still in the buffer")
        return None
    return sys.exit(int(how))


def flood(size):
    sys.stdout.buffer.write(b"x" * int(size))
    sys.stdout.buffer.flush()
    sys.stderr.write("done")


def wait(*words):
    pids = []
    for word in words:
        if word in ("child", "session"):
            command = [sys.executable, "-S", "-c", "import signal\nsignal.pause()"]
            child = subprocess.Popen(command, start_new_session=word == "session")
            pids.append(child.pid)
    if "collect" in words:
        gc.collect()
    if "deaf" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    say([os.getpid(), *pids])
    if "leave" in words:
        return
    if "stop" in words:
        os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        signal.pause()


ACTIONS = {
    "nothing": lambda: None,
    "see": see,
    "echo": echo,
    "serve": serve,
    "leave": leave,
    "flood": flood,
    "wait": wait,
}

warm = []


def fill():
    """Fifty million bytes of small objects."""
    warm.extend([number, [number]] for number in range(250_000))


def warm_up():
    os.environ["WARM"] = "up"
    print("the warm-up says this")
    warm.append(sys.stdin.read())
    atexit.register(print, "the warm-up's own exit handler")
    random.random()
