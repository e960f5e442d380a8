"""A whole turn of aider in a throwaway repository: it pays for the late imports and fills the caches.

It runs in an environment that has nothing of the user's. What it leaves behind in the process must not
depend on anybody's settings: every process that is forked later starts with it.
"""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

from .engine import fitting
from .json_io import JsonIO
from .one_answer import OneAnswer
from .session import Failure, session_for

REPLY = """warm.py
```python
<<<<<<< SEARCH
cold
=======
warm
>>>>>>> REPLACE
```
"""

ARGUMENTS = ("--model", "openai/warm", "--weak-model", "openai/warm", "--edit-format", "diff")


def rehearse(engine):
    """From the settings to the result, as a process does it that was started for a task."""
    folder = tempfile.mkdtemp(prefix="cluster-aider-warm-up-")
    try:
        subprocess.run(["git", "init", "-q", folder], check=False, capture_output=True)
        with open(os.path.join(folder, "warm.py"), "w", encoding="utf-8") as out:
            out.write("cold\n")
        with _at_home_in(folder), OneAnswer(_completion()) as server:
            os.environ.update(OPENAI_API_BASE=server.address, OPENAI_API_KEY="none")
            # One try: whoever answers otherwise is asked once.
            start = {"arguments": ARGUMENTS, "retryForMs": 0}
            session, _ = session_for(engine, start, folder, own=lambda _private: None)
            with fitting():
                turn(session)
    finally:
        JsonIO.coder = None
        shutil.rmtree(folder, ignore_errors=True)


def turn(session):
    try:
        session.run({"id": 0, "message": "warm", "files": ["warm.py"]}, lambda: False)
    except Failure as failure:
        # What aider itself raised tells whether the driver fits.
        raise failure.__cause__ or failure from None


@contextmanager
def _at_home_in(folder):
    """With a home of its own, no settings, and no proxy between this process and itself."""
    before, where = dict(os.environ), os.getcwd()
    for name in before:
        if name.startswith(("AIDER_", "OPENAI_")) or name.endswith("_API_KEY"):
            del os.environ[name]
    os.environ.update(HOME=folder, NO_PROXY="*", no_proxy="*")
    try:
        yield
    finally:
        os.chdir(where)
        os.environ.clear()
        os.environ.update(before)


def _completion():
    message = {"role": "assistant", "content": REPLY}
    return json.dumps(
        {
            "id": "warm",
            "object": "chat.completion",
            "created": 0,
            "model": "warm",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    )
