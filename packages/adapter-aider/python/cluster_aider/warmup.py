"""Makes a process ready before anybody asks for a turn, and, on the fork server, before it is forked."""

import gc
import sys

from .engine import BrokenInstallation, DoesNotFit, prepare
from .failures import describe
from .fork_safety import make_safe_to_fork

_warm = False
_misfit = None


def warm_up():
    """Imports aider and runs a turn that leaves nothing behind.

    Never raises: what is wrong with this aider is told by each process, to whoever started it.
    """
    global _warm, _misfit
    # Collecting after every few hundred new objects is a fifth of the time that the imports take.
    gc.disable()
    try:
        engine = prepare()
        from .rehearsal import rehearse

        rehearse(engine)
    except DoesNotFit as error:
        _misfit = error
    except BrokenInstallation:
        # It may be mended when the next process tries.
        return
    except Exception as error:  # noqa: BLE001 - the first turn is slower then, and that is all
        print(f"The warm-up did not go to its end: {describe(error)}", file=sys.stderr)
    finally:
        make_safe_to_fork()
        # Nothing of this is collected any more: that would write to every page that forks share.
        gc.freeze()
        gc.enable()
    _warm = True


def warm_engine():
    """The engine of this process, warmed up here unless its server has done it.

    @raise DoesNotFit: when aider has changed under the driver.
    @raise BrokenInstallation: when it cannot be imported.
    """
    if not _warm:
        warm_up()
    if _misfit is not None:
        raise _misfit
    return prepare()
