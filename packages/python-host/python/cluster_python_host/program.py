"""The program that is kept ready: its modules, its warm-up, its entry. Both modes come through here."""

import errno
import importlib
import os
import sys
import traceback
import types

from .environment import Environment


class NotReady(Exception):
    """Why a program cannot be started, in the words and with the errno that the Node side passes on."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code

    def as_message(self):
        text = "" if self.__cause__ is None else _traceback_of(self.__cause__)
        return {"type": "failed", "message": str(self), "code": self.code, "traceback": text}


class Program:
    def __init__(self, config):
        self._config = config
        self.entry = None
        self.environment = Environment(config["lateEnvironment"])

    def load(self):
        """Imports all modules and finds the entry. The working folder is the root meanwhile."""
        # What `python -m` or a script would find there is this package's own file.
        sys.modules["__main__"] = types.ModuleType("__main__")
        sys.path[0:0] = self.path
        for name in self._config["modules"]:
            self._import(name)
        self.entry = self._find(self._config["entry"])
        self.environment.note_imports()

    @property
    def path(self):
        return self._config["path"]

    @property
    def warm_up_module(self):
        return (self._config["warmUp"] or "").partition(":")[0]

    def warm_up(self):
        if self._config["warmUp"] is None:
            return
        try:
            self._find(self._config["warmUp"])()
        except MemoryError as error:
            raise out_of_memory("warming up") from error
        except NotReady:
            raise
        except BaseException as error:  # noqa: BLE001 - also what is made to end a program
            raise NotReady(f"its warm-up {self._config['warmUp']} failed") from error
        finally:
            self.environment.undo_warm_up()

    def name_process(self, arguments):
        """As an installed script would have it, except that the script is the module's name."""
        name = self._config["entry"].partition(":")[0].partition(".")[0]
        sys.argv[:] = [name, *arguments]

    def _find(self, reference):
        module_name, _, path = reference.partition(":")
        found = self._import(module_name)
        for name in path.split("."):
            try:
                found = getattr(found, name)
            except AttributeError as error:
                message = f"module {module_name} has no {path}"
                raise NotReady(message, "ENOEXEC") from error
        if not callable(found):
            raise NotReady(f"{reference} cannot be called", "ENOEXEC")
        return found

    def _import(self, name):
        try:
            return importlib.import_module(name)
        except MemoryError as error:
            raise out_of_memory(f"importing {name}") from error
        except OSError as error:
            message = f"module {name} could not be imported"
            raise NotReady(message, errno.errorcode.get(error.errno)) from error
        except ModuleNotFoundError as error:
            message = f"module {error.name} was not found, which {name} needs"
            if error.name == name or name.startswith(f"{error.name}."):
                message = f"module {name} was not found"
            raise NotReady(message, "ENOENT") from error
        except BaseException as error:  # noqa: BLE001 - a module can raise, or exit, as it likes
            raise NotReady(f"module {name} could not be imported", "ENOEXEC") from error


def out_of_memory(what):
    return NotReady(f"it ran out of memory {what}", "ENOMEM")


def describe_interpreter():
    version = ".".join(str(part) for part in sys.version_info[:3])
    return {"type": "hello", "pid": os.getpid(), "version": version}


def _traceback_of(error):
    """Without the frames of this package and of the import machinery, in which nobody is interested."""
    summary = traceback.TracebackException.from_exception(error)
    own = os.path.dirname(__file__)
    frames = [
        frame
        for frame in summary.stack
        if not frame.filename.startswith(own) and "importlib" not in frame.filename
    ]
    summary.stack = traceback.StackSummary.from_list(frames)
    return "".join(summary.format()).strip()
