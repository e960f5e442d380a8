"""From a process whose aider is warm to a session that takes its first turn."""

import os
import platform

from . import modules as aider_modules
from .engine import DoesNotFit, fitting
from .warmup import warm_engine


def begin(start, ask, emit, own):
    """Builds a coder for the present folder, so that the first turn need not wait for it.

    @raise DoesNotFit: when aider has changed under the driver.
    @raise BrokenInstallation: when it cannot be imported.
    @raise StartFailure: when aider cannot be used as it is configured.
    """
    folder = os.getcwd()
    engine = warm_engine()
    with fitting():
        from .coders import Coders
        from .json_io import JsonIO
        from .patches import bound_retries
        from .session import Session

        bound_retries(engine.modules, start["retryForMs"])
        coders = Coders(engine, start["arguments"], start.get("settingsFolder"))
        own(coders.private)
        built = coders.build(folder)
        coder, _ = built
        absent = aider_modules.missing_of_coder(coder)
        if absent:
            raise DoesNotFit(f"aider {engine.modules.version} lacks {', '.join(absent)}")
        JsonIO.ask = staticmethod(ask)
        JsonIO.emit = staticmethod(emit)
        ready = {
            "aider": engine.modules.version,
            "python": platform.python_version(),
            "model": coder.main_model.name,
            "editFormat": coder.edit_format,
        }
        return Session(coders, built, folder), ready
