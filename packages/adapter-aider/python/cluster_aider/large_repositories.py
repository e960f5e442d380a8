"""aider reads a repository's tree and index in Python: a second for 30 000 files, in each process anew."""

import os
import subprocess

#: Of the index, in bytes: some 5 000 files. Up to there starting git takes longer.
LARGE = 500_000


def apply(git_repo):
    original = git_repo.get_tracked_files

    def get_tracked_files(self):
        listed = listed_by_git(self)
        return original(self) if listed is None else listed

    git_repo.get_tracked_files = get_tracked_files


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
        return list(names)
    return [name for name in names if not repo.ignored_file(name)]
