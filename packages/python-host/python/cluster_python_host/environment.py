"""The environment of a process: that of the interpreter, after the imports, and the late part of its start."""

import os


class Environment:
    def __init__(self, late_names):
        self._late_names = {name.encode() for name in late_names}
        # A script that stands for the interpreter may have set some, and so does the C locale.
        self._first = dict(os.environb)
        self._imported = self._first

    def note_imports(self):
        """What a module does to the environment when it is imported is a part of the program."""
        self._imported = dict(os.environb)

    def undo_warm_up(self):
        _replace(self._imported)

    def add_late(self, variables):
        """In a forked process, which differs from its server in these only."""
        late = self._late_names
        kept = {
            name: value
            for name, value in self._imported.items()
            # Of a late one, the server has seen nothing, or what is true of itself only: its folder.
            if name not in late or name not in self._first
        }
        kept.update((name.encode(), value.encode()) for name, value in variables.items())
        _replace(kept)


def _replace(variables):
    os.environ.clear()
    for name, value in variables.items():
        if name and b"=" not in name:
            os.environb[name] = value
