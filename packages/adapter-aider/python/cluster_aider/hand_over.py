"""Lets another program take a process over."""

import os
import subprocess

#: aider's command line writes a placeholder into the configuration that all worktrees share, if none is known.
AUTHOR = (("user.name", "aider"), ("user.email", "aider@localhost"))


def hand_over(command, folder, environment):
    """The process goes on as `command`; the descriptors 0, 1 and 2 are its own."""
    os.chdir(folder)
    os.execve(command[0], command, with_author(environment, folder))


def with_author(environment, folder):
    """The environment with an author for git where there is none."""
    environment = dict(environment)
    for name, value in AUTHOR:
        command = ["git", "config", "--get", name]
        found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        if found.returncode != 0:
            count = environment.get("GIT_CONFIG_COUNT", "")
            number = int(count) if count.isdigit() else 0
            environment["GIT_CONFIG_COUNT"] = str(number + 1)
            environment[f"GIT_CONFIG_KEY_{number}"] = name
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment
