"""aider's InputOutput, spoken as JSON: it prints nothing, asks the other side, keeps no history files."""

import os
import threading

from aider.io import InputOutput

from .interrupts import INTERRUPTS
from .turn_state import CURRENT

APPLIED = "Applied edit to "
RETRYING = "Retrying in "
MALFORMED = "The LLM did not conform to the edit format."
EMPTY = "Empty response received from LLM"


class JsonIO(InputOutput):
    """Attributes that the constructor's own hooks need are set on the class."""

    #: Sends an event of the running turn; set once the channel is there.
    emit = staticmethod(lambda event: None)
    #: Puts a question to the other side and waits: (kind, text, subject, default) -> bool or str.
    ask = staticmethod(lambda kind, text, subject, default: False if kind == "confirm" else default)
    #: The coder of the running turn.
    coder = None

    def __init__(self, *args, **kwargs):
        super().__init__(
            pretty=False,
            yes=None,
            fancy_input=False,
            encoding=kwargs.get("encoding", "utf-8"),
            line_endings=kwargs.get("line_endings", "platform"),
            dry_run=kwargs.get("dry_run", False),
        )

    # What aider says

    def tool_output(self, *messages, log_only=False, bold=False):
        text = " ".join(map(str, messages))
        if log_only or not text.strip():
            return
        turn = CURRENT.turn
        if turn is not None and text.startswith(APPLIED):
            path = text[len(APPLIED) :]
            turn.edits.append(path)
            [path] = relative([path], self.coder.root, os.getcwd())
            self._emit({"type": "edit", "path": path})
        elif turn is not None and text.startswith(RETRYING):
            setback = turn.setback()
            if setback is not None:
                self._emit(setback)
        else:
            self._notice("info", text)

    def tool_warning(self, message="", strip=True):
        if CURRENT.turn is not None and str(message).startswith(EMPTY):
            CURRENT.turn.empty = True
        self._notice("warning", str(message))

    def tool_error(self, message="", strip=True):
        self.num_error_outputs += 1
        if CURRENT.turn is not None and str(message).startswith(MALFORMED):
            CURRENT.turn.malformed = True
        self._notice("error", str(message))

    def assistant_output(self, message, pretty=None):
        if not message:
            self.tool_warning(EMPTY)
            return
        self._emit({"type": "text", "text": str(message)})

    def ai_output(self, content):
        pass

    def user_input(self, inp, log_only=True):
        pass

    def rule(self):
        pass

    def print(self, message=""):
        self._notice("info", str(message))

    def llm_started(self):
        if CURRENT.turn is not None:
            CURRENT.turn.forget_last_reply()

    # What aider asks

    def confirm_ask(
        self,
        question,
        default="y",
        subject=None,
        explicit_yes_required=False,
        group=None,
        allow_never=False,
    ):
        self.num_user_asks += 1
        yes = bool(self.ask("confirm", question, subject, default))
        if question == "Try to proceed anyway?" and not yes and CURRENT.turn is not None:
            CURRENT.turn.declined_to_send = True
        return yes

    def prompt_ask(self, question, default="", subject=None):
        self.num_user_asks += 1
        return str(self.ask("text", question, subject, default))

    def offer_url(self, url, prompt="Open URL for more info?", allow_never=True):
        return False

    def get_input(self, *args, **kwargs):
        raise EOFError

    # What aider writes

    def write_text(self, filename, content, max_retries=5, initial_delay=0.1):
        """Writes a file whole, even when the turn is cancelled meanwhile.

        A failure ends the turn: aider would tell the model of it and ask for the same edit again.
        """
        try:
            with INTERRUPTS.held(), LineEndings(self, filename):
                super().write_text(filename, content, max_retries, initial_delay)
        except OSError as error:
            if CURRENT.turn is not None and self.coder is not None:
                CURRENT.turn.write_error = error
                self.coder.num_reflections = self.coder.max_reflections
            raise

    def append_chat_history(self, text, linebreak=False, blockquote=False, strip=True):
        pass

    def add_to_input_history(self, inp):
        pass

    def log_llm_history(self, role, content):
        pass

    def _notice(self, level, text):
        if text.strip():
            self._emit({"type": "notice", "level": level, "text": text})

    def _emit(self, event):
        # A thread that aider left behind must not speak into somebody else's turn.
        if CURRENT.turn is None or threading.current_thread() is not threading.main_thread():
            print(event.get("text") or event.get("message") or event)
            return
        self.emit(event)


class LineEndings:
    """Keeps a file's CRLF: aider reads both kinds and, unless told otherwise, writes LF."""

    def __init__(self, io, filename):
        self._io = io
        self._before = io.newline
        if io.newline is None:
            try:
                with open(str(filename), "rb") as file:
                    head = file.readline(65536)
                self._after = "\r\n" if head.endswith(b"\r\n") else None
            except OSError:
                self._after = None
        else:
            self._after = io.newline

    def __enter__(self):
        self._io.newline = self._after

    def __exit__(self, *_):
        self._io.newline = self._before


def relative(paths, root, folder):
    """aider's paths start at the repository's root; everybody else's at the workspace."""
    unique = dict.fromkeys(os.path.relpath(os.path.join(root, path), folder) for path in paths)
    return [path.replace(os.sep, "/") for path in unique]
