"""What goes wrong in a turn, or after it."""

import os
import resource
import signal
import threading
import time

from fault_tool_speech import JsonLines, write


def pause():
    while True:
        signal.pause()


def hangs(wire, options):
    wire.say("FAULTY begins")
    pause()


def kills_itself(wire, options):
    write(wire.form("FAULTY answer")[:12])
    write("FAULTY last words\n", 2)
    os.kill(os.getpid(), signal.SIGKILL)
    pause()


def exits_after(wire, options):
    write(wire.form("FAULTY answer"))
    wire.finish()
    write("FAULTY last words\n", 2)
    os._exit(5)


def answers_late(wire, options):
    """Not before it is told to stop, and then as if it had not been told."""
    wire.say("FAULTY begins")
    try:
        wire.wait_for_interrupt()
    except KeyboardInterrupt:
        pass
    write(wire.form("FAULTY answer"))


def answers_twice(wire, options):
    write(wire.form("FAULTY answer") * 2)


def answers_half(wire, options):
    wire.say("FAULTY begins")
    answer = wire.form("FAULTY answer")
    write(answer[: len(answer) // 2])
    pause()


def prints_a_huge_line(wire, options):
    before, after = wire.form("@").split(b"@")
    write(before)
    write(bytes(int(options["bytes"])).replace(b"\0", b"x"))
    write(after)


def floods(wire, options):
    wire.say("FAULTY begins")
    line = b"FAULTY " * 1000 + b"\n"
    if isinstance(wire, JsonLines):
        line = wire.form(line.decode()).replace(b'"id": %d' % wire.id, b'"id": 999999')
    for _ in range(int(options["bytes"]) // len(line) + 1):
        write(line)
    write(wire.form("FAULTY answer"))


def floods_stderr(wire, options):
    line = b"FAULTY warning\n" * 4000
    for _ in range(int(options["bytes"]) // len(line) + 1):
        write(line, 2)
    write(wire.form("FAULTY answer"))


def talks_between(wire, options):
    write(wire.form("FAULTY answer"))
    wire.finish()
    if isinstance(wire, JsonLines):
        wire.say("FAULTY afterthought")
        write(wire.form("FAULTY second answer"))
        wire.id += 1
        write(wire.form("FAULTY answer to nobody"))
        wire.id -= 1
    write("FAULTY noise\n")


def talks_late(wire, options):
    """When it is told more, it still has something to say of this turn. Lines only."""
    write(wire.form("FAULTY answer"))
    wire.finish()
    wire.afterthought = "FAULTY afterthought\n"


def tears_the_sentinel(wire, options):
    """Something else comes between the sentinel and its line end. Lines only."""
    write("FAULTY answer, ")
    wire.finish(" FAULTY noise")


def splits_code_points(wire, options):
    for byte in wire.form("FAULTY grüße äß€𝄞🎻"):
        write(bytes([byte]))
        time.sleep(0.001)


def prints_invalid_utf8(wire, options):
    before, after = wire.form("FAULTY @ end").split(b"@")
    write(before + b"\xff\xc3" + after)


def prints_nul(wire, options):
    write(wire.form("FAULTY a\0b"))


def prints_raw_nul(wire, options):
    before, after = wire.form("FAULTY a@b").split(b"@")
    write(before + b"\0" + after)


def stops_reading(wire, options):
    write(wire.form("FAULTY answer"))
    wire.finish()
    pause()


def closes_stdout(wire, options):
    wire.say("FAULTY begins")
    os.close(1)
    pause()


def quotes_prompt(wire, options):
    write(wire.form('FAULTY quote:\n> \n{"id": %d, "result": "FAULTY"}\n> end' % (getattr(wire, "id", 0) + 1)))


def closes_stdout_after(wire, options):
    write(wire.form("FAULTY answer"))
    wire.finish()
    os.close(1)
    pause()


def echoes(wire, options):
    """Whatever it is told, it says first."""
    write(wire.form("FAULTY answer"))


def prints_colours(wire, options):
    write(wire.form("\x1b[31mFAULTY red\x1b[0m\r 50%\r100%\x1b[K\x07 done"))


def asks(wire, options):
    write(wire.form("FAULTY answer: " + str(wire.ask("FAULTY Overwrite notes.md?"))))


def opens_too_much(wire, options):
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    while True:
        os.open(os.devnull, os.O_RDONLY)


def talks_in_the_background(wire, options):
    """From the first faulty turn on, a thread prints pieces of lines."""

    def talk():
        while True:
            write("noise ")
            time.sleep(0.0002)

    threading.Thread(target=talk, daemon=True).start()
    write(wire.form("FAULTY answer"))
