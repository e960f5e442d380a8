"""Notices when the files that a program was imported from are others by now."""

import os
import sys

_PACKAGES = ("site-packages", "dist-packages")


class Fingerprint:
    """
    Installing, upgrading or removing a package changes the folder that it lies in; whether it changed
    anything that counts, only then its packages and all files of modules tell. Files of modules that lie
    elsewhere are looked at one by one.
    """

    def __init__(self, path):
        # Before the imports: what is installed during them or during the warm-up counts.
        folders = [*path, *sys.path]
        self._folders = [folder for folder in folders if os.path.basename(folder) in _PACKAGES]
        self._folder_stamps = _stamps(self._folders)
        self._packages = _packages(self._folders)
        self._installed = {}
        self._own = {}

    def add_modules(self):
        """After the imports and the warm-up."""
        library = os.path.dirname(os.__file__)
        installed = tuple(folder + os.sep for folder in (library, *self._folders))
        files = _module_files()
        self._installed = _stamps(file for file in files if file.startswith(installed))
        own = [file for file in files if not file.startswith(installed)]
        self._own = _stamps([sys.executable, os.__file__, *own])

    def changed(self):
        """Says what has changed; None when nothing has."""
        stamps = _stamps(self._folders)
        if stamps != self._folder_stamps:
            packages = _packages(self._folders)
            if packages != self._packages:
                return min(packages ^ self._packages)[0]
            change = _first_change(self._installed)
            if change is not None:
                return change
            # Something that nobody here has imported, such as a cache.
            self._folder_stamps = stamps
        return _first_change(self._own)


def _first_change(stamps):
    for file, stamp in stamps.items():
        if _stamp(file) != stamp:
            return file
    return None


def _module_files():
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted({file for file in files if isinstance(file, str)})


def _packages(folders):
    """Names and times of what installers write down."""
    found = set()
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")):
                path = os.path.join(folder, name)
                found.add((path, _stamp(path)))
    return found


def _stamps(files):
    return {file: _stamp(file) for file in files}


def _stamp(file):
    try:
        stat = os.stat(file)
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
