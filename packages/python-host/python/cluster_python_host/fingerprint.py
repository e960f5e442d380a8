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

    def __init__(self):
        self._folders = [folder for folder in sys.path if os.path.basename(folder) in _PACKAGES]
        library = os.path.dirname(os.__file__)
        files = _module_files()
        installed = (library + os.sep, *(folder + os.sep for folder in self._folders))
        self._installed = [file for file in files if file.startswith(installed)]
        own = [file for file in files if not file.startswith(installed)]
        self._own = _stamps([sys.executable, os.__file__, *own])
        self._folder_stamps = _stamps(self._folders)
        self._packages = _packages(self._folders)
        self._installed_stamps = _stamps(self._installed)

    def changed(self):
        """Says what has changed; None when nothing has."""
        for file, stamp in self._own.items():
            if _stamp(file) != stamp:
                return file
        stamps = _stamps(self._folders)
        if stamps == self._folder_stamps:
            return None
        packages = _packages(self._folders)
        if packages != self._packages:
            return sorted(packages ^ self._packages)[0][0]
        for file, stamp in self._installed_stamps.items():
            if _stamp(file) != stamp:
                return file
        # Something that nobody here has imported, such as a cache.
        self._folder_stamps = stamps
        return None


def _module_files():
    files = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            files.add(file)
    return sorted(files)


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
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
