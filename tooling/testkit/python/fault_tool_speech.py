"""The two protocols of the fault tool."""

import json
import os
import signal

PIECE = 1 << 16


def write(data, stream=1):
    rest = memoryview(data.encode() if isinstance(data, str) else data)
    while rest:
        rest = rest[os.write(stream, rest) :]


class Input:
    def __init__(self):
        self.held = bytearray()
        self.looked = 0

    def line(self):
        """The next line without its end; None when no more comes."""
        while True:
            end = self.held.find(b"\n", self.looked)
            if end != -1:
                line = self.held[:end].decode("utf-8", "replace")
                del self.held[: end + 1]
                self.looked = 0
                return line
            self.looked = len(self.held)
            chunk = os.read(0, PIECE)
            if not chunk:
                return None
            self.held += chunk


class JsonLines:
    """{"id":1,"request":"x"} gives {"id":1,"result":"x"}."""

    def __init__(self, options):
        self.input = Input()
        self.echoes = options["fault"] == "echoes"
        self.id = 0

    def ready(self):
        write('{"ready":true}\n')

    def request(self):
        while True:
            line = self.input.line()
            if line is None:
                return None
            if self.echoes:
                write(line + "\n")
            message = json.loads(line)
            if "request" in message:
                self.id = message["id"]
                return message["request"]

    def wait_for_interrupt(self):
        self.input.line()

    def finish(self):
        """What belongs to a turn besides its answer."""

    def form(self, text):
        return encode({"id": self.id, "result": text})

    def say(self, text):
        write(encode({"id": self.id, "event": {"type": "text", "text": text + "\n"}}))

    def ask(self, text):
        question = {"kind": "confirm", "topic": "other", "text": text}
        write(encode({"id": self.id, "question": question, "token": "a-token"}))
        return "yes" if json.loads(self.input.line())["answer"]["yes"] else "no"


class Lines:
    """A line in, text out, then the prompt, if any. `=ab cd` prints `abcd`: the sentinel."""

    def __init__(self, options):
        self.input = Input()
        self.prompt = options.get("prompt", "")
        self.afterthought = ""
        self.echoes = options["fault"] == "echoes"

    def ready(self):
        write(self.prompt)

    def request(self):
        while True:
            line = self.input.line()
            if line is None:
                return None
            write(self.afterthought)
            self.afterthought = ""
            if self.echoes:
                write(line + "\n")
            if not line.startswith("="):
                return line
            self.confirm(line)

    def confirm(self, line, torn_by=""):
        write(line[1:].replace(" ", "") + torn_by + "\n" + self.prompt)

    def wait_for_interrupt(self):
        signal.pause()

    def finish(self, torn_by=""):
        if self.prompt == "":
            self.confirm(self.input.line(), torn_by)

    def form(self, text):
        return (text + "\n" + self.prompt).encode()

    def say(self, text):
        write(text + "\n")

    def ask(self, text):
        write(text + " (Y)es/(N)o [Yes]: ")
        return self.input.line()


def encode(message):
    return (json.dumps(message, ensure_ascii=False) + "\n").encode()
