"""Pays for aider's late imports before the first turn: a whole edit in a throwaway repository."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager

from .json_io import JsonIO
from .turn_state import CURRENT, TurnState

REPLY = """warm.py
```python
<<<<<<< SEARCH
cold
=======
warm
>>>>>>> REPLACE
```
"""


def warm_up(coders, litellm):
    """Runs one turn that never leaves this process, then one call that finds a closed door.

    @raise StartFailure: when aider refuses its configuration.
    @raise AttributeError: and the like, when this aider does not fit the driver.
    """
    # In the driver's own folder: it goes with the driver, also when that is told to leave meanwhile.
    folder = coders.private.path("warm-up")
    file = os.path.join(folder, "warm.py")
    subprocess.run(["git", "init", "-q", folder], check=False, capture_output=True)
    os.makedirs(folder, exist_ok=True)
    with open(file, "w", encoding="utf-8") as out:
        out.write("cold\n")
    try:
        coder = coders.build(folder, extra=("--edit-format", "diff"))
        coder.abs_fnames = {coder.abs_root_path(file)}
        JsonIO.coder = coder
        CURRENT.turn = TurnState(0)
        with answered_here(litellm):
            coder.run(with_message="warm", preproc=False)
        CURRENT.turn = None
        call_nobody(litellm)
    finally:
        CURRENT.turn = None
        os.chdir(os.path.dirname(folder))
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def answered_here(litellm):
    completion = litellm.completion

    def mocked(*args, **kwargs):
        return completion(*args, mock_response=REPLY, **kwargs)

    litellm.completion = mocked
    try:
        yield
    finally:
        litellm.completion = completion


def call_nobody(litellm):
    """Loads the HTTP client. The port is taken, and nobody listens; no proxy is asked for loopback."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    os.environ.update(NO_PROXY="*", no_proxy="*")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        try:
            litellm.completion(
                model="openai/warm",
                api_base=f"http://127.0.0.1:{taken.getsockname()[1]}/v1",
                api_key="none",
                messages=[{"role": "user", "content": "warm"}],
                timeout=2,
            )
        except Exception:  # noqa: BLE001 - the failure is the purpose
            pass
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
