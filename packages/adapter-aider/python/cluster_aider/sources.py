"""What a coder was built from, so that a change is noticed before the next turn."""

import os

#: Arguments of aider that name files which it reads while it starts.
OF_ARGUMENTS = ("config", "env_file", "model_settings_file", "model_metadata_file", "aiderignore")


class Sources:
    """The files that aider looked for in one build, found or not, as they were then."""

    def __init__(self, folder):
        self._seen = {}
        for path in git_folders(folder):
            self._seen[path] = (place, place(path))
        self.add([os.path.expanduser("~/.aider/oauth-keys.env")])

    def add(self, paths):
        for path in paths:
            absolute = os.path.abspath(str(path))
            if absolute not in self._seen:
                self._seen[absolute] = (content, content(absolute))

    def add_arguments(self, arguments):
        """Those that only the parsed arguments name."""
        named = [getattr(arguments, name, None) for name in OF_ARGUMENTS]
        self.add(os.path.expanduser(path) for path in named if isinstance(path, str) and path)
        self.add(os.path.expanduser(path) for path in getattr(arguments, "read", None) or [])

    def changed(self):
        return any(look(path) != seen for path, (look, seen) in self._seen.items())


def git_folders(folder):
    """Wherever a repository would have to begin for the folder to lie in another one than it does."""
    folder = os.path.abspath(folder)
    while True:
        path = os.path.join(folder, ".git")
        yield path
        parent = os.path.dirname(folder)
        if os.path.lexists(path) or parent == folder:
            return
        folder = parent


def place(path):
    """Which file it is. A repository's folder changes all the time, and is the same one."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def content(path):
    """Changes whenever what is in it does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
