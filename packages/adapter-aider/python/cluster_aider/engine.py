"""aider, imported and patched once in each process. A forked process has it from its server."""

import os
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Callable

from .failures import describe
from .modules import Modules


class DoesNotFit(Exception):
    """This aider lacks something that the driver needs; its command line may still do."""


class BrokenInstallation(Exception):
    """aider's own Python environment lacks a part of it."""

    failure_class = "environment"


@dataclass
class Engine:
    modules: Modules
    litellm: ModuleType
    #: What importing aider puts into the environment: a forked process gets an environment of its own.
    environment: dict
    #: aider's functions that each {@link Coders} wraps in its own way.
    get_parser: Callable[..., Any]
    generate_search_path_list: Callable[..., Any]
    load_tags_cache: Callable[..., Any]


_prepared = None


def prepare():
    """The engine of this process; imports aider with the first call.

    @raise DoesNotFit: when aider has changed under the driver.
    @raise BrokenInstallation: when it cannot be imported.
    """
    global _prepared
    if _prepared is None:
        with fitting():
            _prepared = load()
    return _prepared


class fitting:
    """Tells an aider that has changed under the driver from one that is broken."""

    def __enter__(self):
        return self

    def __exit__(self, _type, error, _traceback):
        if isinstance(error, ImportError):
            if (error.name or "").split(".")[0] != "aider" or error.name == "aider":
                raise BrokenInstallation(f"aider cannot be imported: {describe(error)}") from error
            raise DoesNotFit(f"{type(error).__name__}: {describe(error)}") from error
        if isinstance(error, (AttributeError, TypeError)):
            raise DoesNotFit(f"{type(error).__name__}: {describe(error)}") from error


def load():
    from . import modules as aider_modules

    before = dict(os.environ)
    modules = aider_modules.load()
    absent = aider_modules.missing(modules)
    if absent:
        raise DoesNotFit(f"aider {modules.version} lacks {', '.join(absent)}")
    modules.models.litellm._load_litellm()
    import litellm

    from . import patches

    engine = Engine(
        modules,
        litellm,
        {name: value for name, value in os.environ.items() if before.get(name) != value},
        modules.main.get_parser,
        modules.main.generate_search_path_list,
        modules.repomap.RepoMap.load_tags_cache,
    )
    patches.apply(modules, litellm)
    return engine
