"""Turns: one message with its files to aider, and what became of it."""

import os
import platform

from .coders import Coders, StartFailure
from .engine import DoesNotFit, fitting
from .failures import classify, describe, retry_after_ms
from .files import FileFailure, TaskFiles
from .interrupts import INTERRUPTS
from .json_io import JsonIO, relative
from .modules import missing_of_coder
from .patches import bound_retries
from .turn_state import CURRENT, TurnState


class Failure(Exception):
    """A turn that failed while aider stays fit for the next one."""

    def __init__(self, failure_class, message, retry_after=None):
        super().__init__(message)
        self.failure_class = failure_class
        self.retry_after_ms = retry_after


def session_for(engine, start, folder, own):
    """A session for a start message, and what to say of it.

    @param own: told of the private folder, which is to be removed at the end.
    @raise DoesNotFit: when aider has changed under the driver.
    @raise StartFailure: when aider cannot be used as it is configured.
    """
    with fitting():
        bound_retries(engine.modules, start["retryForMs"])
        coders = Coders(engine, start["arguments"], start.get("settingsFolder"))
        own(coders.private)
        built = coders.build(folder)
        coder, _ = built
        absent = missing_of_coder(coder)
        if absent:
            raise DoesNotFit(f"aider {engine.modules.version} lacks {', '.join(absent)}")
        ready = {
            "aider": engine.modules.version,
            "python": platform.python_version(),
            "model": coder.main_model.name,
            "editFormat": coder.edit_format,
        }
        return Session(coders, built, folder), ready


class Session:
    """One conversation: a coder for the present folder, model and settings, rebuilt when any changes."""

    def __init__(self, coders, built, folder):
        self._coders = coders
        self._home = folder
        self._key = (folder, None)
        self._adopt(built)

    def reset(self):
        """Forgets messages, files and everything that aider has learnt of them."""
        if self._coder is None:
            self._history = ([], [])
            return
        self._coder.done_messages = []
        self._coder.cur_messages = []
        self._coder.abs_fnames = set()
        self._coder.abs_read_only_fnames = set(self._kept)
        self._coder.ignore_mentions = set()

    def run(self, request, is_cancelled):
        """Returns the result as a message, or None when the turn was cancelled.

        @raise Failure: with its class.
        """
        state = TurnState(request["id"])
        try:
            INTERRUPTS.arm()
            if is_cancelled():
                return None
            coder = self._coder_for(request)
            history = (list(coder.done_messages), list(coder.cur_messages))
            files = TaskFiles(coder, request, self._kept)
        except KeyboardInterrupt:
            return None
        except (StartFailure, FileFailure) as error:
            raise Failure(error.failure_class, str(error)) from error
        finally:
            INTERRUPTS.disarm()

        before = Counters(coder)
        error = None
        try:
            CURRENT.turn = state
            INTERRUPTS.arm()
            coder.run(with_message=request["message"], preproc=False)
        except KeyboardInterrupt:
            pass
        except (Exception, SystemExit) as raised:  # noqa: BLE001 - aider must outlive any of them
            error = raised
        finally:
            INTERRUPTS.disarm()
            CURRENT.turn = None
            files.tidy(state.edits)

        if is_cancelled():
            self._discard_coder(history)
            return None
        usage = state.usage()
        failure = error_of(error) if error is not None else failure_of(coder, state, before)
        if failure is not None:
            # No half exchange may stay, as if the model had still to answer it.
            coder.done_messages, coder.cur_messages = history
            if error is not None:
                self._discard_coder(history)
            failure.usage = usage
            raise failure from error
        return {
            "reply": state.reply or coder.partial_response_content or "",
            "edits": relative(state.edits, coder.root, os.getcwd()),
            "usage": usage,
            "costUsd": before.cost(coder),
        }

    def _coder_for(self, request):
        key = (request.get("workspace") or self._home, request.get("model"))
        if self._coder is None or key != self._key or self._sources.changed():
            history = self._history if self._coder is None else messages_of(self._coder)
            self._coder = None
            self._history = history
            self._adopt(self._coders.build(*key))
            self._coder.done_messages, self._coder.cur_messages = history
            self._key = key
        self._coder.suggest_shell_commands = bool(request.get("commands"))
        self._coder.last_keyboard_interrupt = None
        return self._coder

    def _adopt(self, built):
        coder, self._sources = built
        self._coder = coder
        self._history = ([], [])
        # Those that the user's own configuration names stay, whatever the task.
        self._kept = frozenset(coder.abs_read_only_fnames)
        JsonIO.coder = coder

    def _discard_coder(self, history):
        """A coder that was stopped somewhere in the middle is in doubt; the next turn gets a new one."""
        self._coder = None
        self._history = history


class Counters:
    """What the coder has counted so far; a turn's share is the difference."""

    def __init__(self, coder):
        self._cost = coder.total_cost
        self.exhausted = coder.num_exhausted_context_windows

    def cost(self, coder):
        """US dollars, or None when nobody has told aider the model's price."""
        if not (coder.main_model.info or {}).get("input_cost_per_token"):
            return None
        return round(coder.total_cost - self._cost, 9)


def messages_of(coder):
    return (list(coder.done_messages), list(coder.cur_messages))


def error_of(error):
    """What aider did not catch itself."""
    if type(error).__name__.startswith("Git") or "git" in type(error).__module__:
        return Failure("environment", f"git refused: {describe(error)}")
    return Failure(classify(error), f"aider raised {type(error).__name__}: {describe(error)}")


def failure_of(coder, state, before):
    """aider's turns end alike, well or not: what it went through tells which it was."""
    if state.write_error is not None:
        return Failure("environment", f"An edit could not be written: {state.write_error}")
    if state.declined_to_send or coder.num_exhausted_context_windows > before.exhausted:
        return Failure("context", "The request does not fit into the model's context window.")
    error = state.model_error
    if error is not None:
        return Failure(classify(error), describe(error), retry_after_ms(error))
    if state.filtered:
        return Failure("refused", "The provider's content filter held the reply back.")
    if state.malformed:
        message = "The model did not keep to the edit format, also when it was asked again."
        return Failure("malformed", message)
    if state.empty:
        return Failure("malformed", "The model's reply was empty.")
    return None
