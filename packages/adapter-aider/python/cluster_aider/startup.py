"""From a fresh Python process to a session that takes its first turn."""

import os
import platform

from .failures import describe


class DoesNotFit(Exception):
    """This aider lacks something that the driver needs; its command line may still do."""


class BrokenInstallation(Exception):
    """aider's own Python environment lacks a part of it."""

    failure_class = "environment"


def begin(start, ask, emit, own):
    """Imports, patches and warms aider up.

    @raise DoesNotFit: when aider has changed under the driver.
    @raise StartFailure: when aider cannot be used as it is configured.
    """
    folder = os.getcwd()
    try:
        from . import modules as aider_modules

        modules = aider_modules.load()
        absent = aider_modules.missing(modules)
        if absent:
            raise DoesNotFit(f"aider {modules.version} lacks {', '.join(absent)}")
        return build(modules, aider_modules, start, folder, ask, emit, own)
    except ImportError as error:
        if (error.name or "").split(".")[0] != "aider" or error.name == "aider":
            raise BrokenInstallation(f"aider cannot be imported: {describe(error)}") from error
        raise DoesNotFit(f"{type(error).__name__}: {describe(error)}") from error
    except (AttributeError, TypeError) as error:
        raise DoesNotFit(f"{type(error).__name__}: {describe(error)}") from error


def build(modules, aider_modules, start, folder, ask, emit, own):
    import litellm

    from . import patches
    from .coders import Coders
    from .json_io import JsonIO
    from .session import Session
    from .warmup import warm_up

    patches.apply(modules, start["retryForMs"])
    modules.models.litellm._load_litellm()
    patches.wrap_completion(litellm)
    coders = Coders(modules, start["arguments"], start.get("settingsFolder"))
    own(coders.private)
    # What cannot work is found before the warm-up is paid for.
    coder = coders.build(folder)
    absent = aider_modules.missing_of_coder(coder)
    if absent:
        raise DoesNotFit(f"aider {modules.version} lacks {', '.join(absent)}")
    environment = dict(os.environ)
    warm_up(coders, litellm)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    JsonIO.ask = staticmethod(ask)
    JsonIO.emit = staticmethod(emit)
    ready = {
        "aider": modules.version,
        "python": platform.python_version(),
        "model": coder.main_model.name,
        "editFormat": coder.edit_format,
    }
    return Session(coders, coder, folder), ready
