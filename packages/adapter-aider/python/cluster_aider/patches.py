"""The few places where aider's code is changed while it runs, all of them here."""

import functools
import json
import pickle
import re

from . import tracked_files
from .failures import classify, retry_after_ms
from .interrupts import INTERRUPTS
from .json_io import JsonIO
from .turn_state import CURRENT

#: What another try a moment later may mend. A key, a model, a text that was refused is refused again.
WORTH_RETRYING = ("quota", "overload")


def apply(modules, litellm):
    main, coder, models = modules.main, modules.base_coder, modules.models
    main.InputOutput = JsonIO
    # Its thread would import while the first turn runs; the warm-up does it instead. The list of
    # installs in the user's home is not written atomically.
    main.check_and_load_imports = lambda *_args, **_kwargs: None
    main.is_first_run_of_new_version = lambda *_args, **_kwargs: False
    # It writes a placeholder author into the configuration that all worktrees share.
    main.setup_git = lambda git_root, _io: git_root
    # Prices come with litellm and from the user's own files; no request goes out at start.
    models.ModelInfoManager._update_cache = lambda _self: None
    models.json5 = FastJson5(models.json5)
    # aider's own handling prints, and leaves the process at the second interrupt.
    coder.Coder.keyboard_interrupt = lambda _self: None
    coder.Coder.send = observed(coder.Coder.send)
    mark_hopeless(modules.exceptions)
    wrap_completion(litellm)
    keep_no_records(litellm)
    tracked_files.apply(modules.repo.GitRepo)
    if hasattr(modules.repomap, "Cache"):
        modules.repomap.Cache = uninterrupted(modules.repomap.Cache)


def uninterrupted(cache):
    """A cache of tags whose database no interrupt leaves locked: the next map would wait for minutes."""

    def whole(method):
        @functools.wraps(method)
        def held(*args, **kwargs):
            with INTERRUPTS.held():
                return method(*args, **kwargs)

        return held

    names = ("__init__", "get", "__getitem__", "__setitem__", "__len__", "close")
    methods = {name: whole(getattr(cache, name)) for name in names if hasattr(cache, name)}
    return type("UninterruptedCache", (cache,), methods)


def observed(send):
    """Counts a model call's tokens, and remembers the exception that ended it.

    At this place: an architect's editor is a coder of its own, whose counts nobody else sees.
    """

    def send_observed(self, *args, **kwargs):
        before = (self.message_tokens_sent, self.message_tokens_received)
        try:
            yield from send(self, *args, **kwargs)
        except Exception as error:
            if CURRENT.turn is not None and type(error).__name__ != "FinishReasonLength":
                CURRENT.turn.model_error = error
            raise
        finally:
            if CURRENT.turn is not None:
                CURRENT.turn.tokens_sent += self.message_tokens_sent - before[0]
                CURRENT.turn.tokens_received += self.message_tokens_received - before[1]
        if CURRENT.turn is not None:
            CURRENT.turn.model_error = None
            CURRENT.turn.reply = self.partial_response_content

    return send_observed


class Retries:
    """How long aider may wait between its tries, in milliseconds; for the whole process."""

    for_ms = 0


def bound_retries(modules, retry_for_ms):
    """aider waits 0.25 s, then twice as long each time, up to a bound: all waits make 2 × bound - 0.25."""
    bound = (retry_for_ms / 1000 + 0.25) / 2
    modules.models.RETRY_TIMEOUT = bound
    modules.base_coder.RETRY_TIMEOUT = bound
    Retries.for_ms = retry_for_ms


def mark_hopeless(exceptions):
    original = exceptions.LiteLLMExceptions.get_ex_info

    def get_ex_info(self, error):
        info = original(self, error)
        wait = retry_after_ms(error)
        # A model that was silent for the whole timeout has cost enough of the turn.
        hopeless = info.name == "Timeout" or classify(error) not in WORTH_RETRYING
        hopeless = hopeless or (wait is not None and wait > Retries.for_ms)
        return exceptions.ExInfo(info.name, False, info.description) if hopeless else info

    exceptions.LiteLLMExceptions.get_ex_info = get_ex_info


def wrap_completion(litellm):
    """litellm must not retry inside aider's retries; and a filtered reply is not an empty one."""
    completion = litellm.completion

    def completion_without_retries(*args, **kwargs):
        kwargs.setdefault("max_retries", 0)
        if CURRENT.turn is not None:
            CURRENT.turn.calls += 1
        response = completion(*args, **kwargs)
        choices = getattr(response, "choices", None) or [None]
        if CURRENT.turn is not None:
            filtered = getattr(choices[0], "finish_reason", None) == "content_filter"
            CURRENT.turn.filtered = filtered
        return response

    litellm.completion = completion_without_retries


def keep_no_records(litellm):
    """After each call litellm makes a record of it, in a thread, for callbacks that aider does not use."""
    utils = getattr(litellm, "utils", None)
    if hasattr(utils, "executor"):
        utils.executor = OnlyForCallbacks(utils.executor, litellm)


class OnlyForCallbacks:
    LISTS = ("callbacks", "success_callback", "_async_success_callback")

    def __init__(self, executor, litellm):
        self._executor = executor
        self._litellm = litellm

    def submit(self, *args, **kwargs):
        if any(getattr(self._litellm, name, None) for name in self.LISTS):
            return self._executor.submit(*args, **kwargs)
        return None

    def __getattr__(self, name):
        return getattr(self._executor, name)


class FastJson5:
    """json5 takes 200 ms for aider's own file, which is JSON but for comments and trailing commas."""

    #: Neither counts inside of a string.
    BEYOND_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|,(?=\s*(?://[^\n]*\s*)*[}\]])')

    def __init__(self, json5):
        self._json5 = json5
        # aider's own file, most of the time: its forks need not parse it.
        self._last = (None, b"")

    def loads(self, text, *args, **kwargs):
        known, parsed = self._last
        if known != text:
            try:
                plain = self.BEYOND_JSON.sub(lambda match: match.group(1) or "", text)
                parsed = pickle.dumps(json.loads(plain))
            except ValueError:
                return self._json5.loads(text, *args, **kwargs)
            self._last = (text, parsed)
        # A copy for each caller, at a tenth of what another one would cost.
        return pickle.loads(parsed)

    def __getattr__(self, name):
        return getattr(self._json5, name)
