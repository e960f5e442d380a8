"""The files of a repository. aider lists them again and again, and each time in Python."""

import os
import subprocess

from .sources import content

#: Of the index, in bytes: some 5 000 files. Up to there starting git takes longer than doing without.
LARGE = 500_000


def apply(git_repo):
    original = git_repo.get_tracked_files

    def get_tracked_files(self):
        state = state_of(self)
        if state is None:
            return original(self)
        known, names = getattr(self, "_cluster_listed", (None, ()))
        if known != state:
            names = listed_by_git(self)
            names = original(self) if names is None else names
            self._cluster_listed = (state, tuple(names))
        return list(names)

    git_repo.get_tracked_files = get_tracked_files


def state_of(repo):
    """Changes whenever the files of HEAD or of the index may; None when that cannot be told."""
    try:
        own, common = repo.repo.git_dir, repo.repo.common_dir
        with open(os.path.join(own, "HEAD"), encoding="utf-8") as file:
            head = file.read().strip()
        index = content(os.path.join(own, "index"))
        references = [os.path.join(common, "packed-refs")]
        if head.startswith("ref: "):
            references.append(os.path.join(common, head[len("ref: ") :]))
        ignore_file = repo.aider_ignore_file
        ignored = content(str(ignore_file)) if ignore_file else None
        return (head, index, *map(content, references), ignored)
    except (AttributeError, OSError, UnicodeError):
        return None


def listed_by_git(repo):
    """What aider would find: the files of HEAD and of the index. None where aider is to look itself."""
    try:
        if os.path.getsize(os.path.join(repo.repo.git_dir, "index")) < LARGE:
            return None
        command = ["git", "ls-files", "-z", "--full-name", "--with-tree=HEAD"]
        found = subprocess.run(command, cwd=repo.root, capture_output=True, check=True)
    except (AttributeError, OSError, subprocess.CalledProcessError):
        return None
    names = set(os.fsdecode(found.stdout).split("\0")) - {""}
    ignore_file = repo.aider_ignore_file
    if not repo.subtree_only and not (ignore_file and ignore_file.is_file()):
        return names
    return [name for name in names if not repo.ignored_file(name)]
