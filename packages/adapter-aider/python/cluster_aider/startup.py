"""From a process whose aider is warm to a session that takes its first turn."""

import os

from .warmup import warm_engine


def begin(start, ask, emit, own):
    """Builds a coder for the present folder, so that the first turn need not wait for it.

    @raise DoesNotFit: when aider has changed under the driver.
    @raise BrokenInstallation: when it cannot be imported.
    @raise StartFailure: when aider cannot be used as it is configured.
    """
    engine = warm_engine()
    from .json_io import JsonIO
    from .session import session_for

    session, ready = session_for(engine, start, os.getcwd(), own)
    JsonIO.ask = staticmethod(ask)
    JsonIO.emit = staticmethod(emit)
    return session, ready
