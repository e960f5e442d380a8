"""The files of one task: into the chat before the turn, and nothing left behind after it."""

import errno
import os

from aider.utils import is_image_file


# What other tasks would meet too: it is the machine's fault, not the file's.
OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


class FileFailure(Exception):
    """`refused` says that this task cannot go on; `environment`, that others cannot either."""

    def __init__(self, message, failure_class="refused"):
        super().__init__(message)
        self.failure_class = failure_class


class TaskFiles:
    """@raise FileFailure: for what aider would silently drop from the chat."""

    def __init__(self, coder, request, kept):
        folder = os.path.realpath(os.getcwd())
        self._coder = coder
        self._made = []
        files = [self._inside(folder, name) for name in request.get("files", ())]
        read_only = [os.path.join(folder, name) for name in request.get("readOnlyFiles", ())]
        for path in files:
            if not os.path.lexists(path):
                self._make(path, request)
        for path in files:
            self._check(path, "refused")
        for path in read_only:
            self._check(path, "environment")
        coder.abs_fnames = {coder.abs_root_path(path) for path in files}
        coder.abs_read_only_fnames = {
            *(coder.abs_root_path(path) for path in read_only),
            *kept,
        } - coder.abs_fnames

    def tidy(self, edits):
        """Takes back the empty files that were made so that aider could write them, and did not."""
        edited = {self._coder.abs_root_path(path) for path in edits}
        for path in reversed(self._made):
            try:
                if os.path.isdir(path):
                    os.rmdir(path)
                elif os.path.getsize(path) == 0 and self._coder.abs_root_path(path) not in edited:
                    os.remove(path)
            except OSError:
                pass

    def _inside(self, folder, name):
        path = os.path.join(folder, name)
        real = os.path.realpath(path)
        if os.path.commonpath([folder, real]) != folder:
            raise FileFailure(f"{name} lies outside the workspace {folder}.")
        return path

    def _make(self, path, request):
        if not request.get("createFiles", True):
            raise FileFailure(f"{path} does not exist, and the task may not create files.")
        missing = os.path.dirname(path)
        folders = []
        while not os.path.isdir(missing):
            folders.append(missing)
            missing = os.path.dirname(missing)
        try:
            for folder in reversed(folders):
                os.mkdir(folder)
                self._made.append(folder)
            with open(path, "x", encoding="utf-8"):
                self._made.append(path)
        except OSError as error:
            self.tidy(())
            message = f"{path} cannot be created: {error.strerror}."
            raise FileFailure(message, class_of(error, "refused")) from error

    def _check(self, path, failure_class):
        if is_image_file(path):
            return
        try:
            with open(path, encoding=self._coder.io.encoding) as file:
                file.read()
        except UnicodeError as error:
            self.tidy(())
            encoding = self._coder.io.encoding
            message = f"{path} is not text in {encoding}; aider cannot read it."
            raise FileFailure(message, failure_class) from error
        except OSError as error:
            self.tidy(())
            message = f"{path} cannot be read: {error.strerror}."
            raise FileFailure(message, class_of(error, failure_class)) from error


def class_of(error, otherwise):
    return "environment" if error.errno in OF_THE_MACHINE else otherwise
