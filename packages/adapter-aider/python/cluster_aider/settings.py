"""Which of aider's settings are the driver's, which are the user's, and where the user's are found.

Weakest first: DEFAULTS, the user's files and AIDER_* variables, arguments given by the caller, FORCED.
"""

from pathlib import Path

from .parser import parse_once, reused

#: What aider would do for a person at a terminal and is too slow or too dear for a batch. The user's
#: configuration wins over these.
DEFAULTS = {
    "auto_lint": False,
    "map_tokens": 0,
    "max_chat_history_tokens": 1_000_000,
    "timeout": 300,
    "show_model_warnings": False,
}

#: What would break the protocol, touch the user's files, or commit behind the caller's back.
FORCED = (
    "--no-auto-commits",
    "--no-dirty-commits",
    "--no-gitignore",
    "--no-stream",
    "--no-pretty",
    "--no-fancy-input",
    "--no-multiline",
    "--no-notifications",
    "--no-check-update",
    "--no-show-release-notes",
    "--no-analytics",
    "--no-restore-chat-history",
    "--no-watch-files",
    "--no-copy-paste",
    "--no-browser",
    "--disable-playwright",
)


class SettingsFolder:
    """A worktree lacks what is not committed, and `.aider.conf.yml` and `.env` seldom are.

    This adds the main checkout's files to aider's search, between those of the home folder and those
    of the worktree itself.
    """

    def __init__(self, folder):
        self.folder = folder
        #: Told of every file that aider looks for, and of its arguments; see `Sources`.
        self.sources = None

    def parser(self, get_parser):
        made = {}

        def with_settings(default_config_files, git_root):
            files = self._insert(default_config_files, ".aider.conf.yml")
            if self.sources is not None:
                self.sources.add(files)
            parser = made.pop(git_root, None)
            if reused(parser, files):
                return parser
            parser = made[git_root] = get_parser(files, git_root)
            parser.set_defaults(**DEFAULTS)
            parse_once(parser)
            parser.parse_args = self._noted(parser.parse_args)
            return parser

        return with_settings

    def _noted(self, parse_args):
        def parse(*args, **kwargs):
            arguments = parse_args(*args, **kwargs)
            if self.sources is not None:
                self.sources.add_arguments(arguments)
            return arguments

        return parse

    def search_path(self, generate_search_path_list):
        def with_settings(default_file, git_root, command_line_file):
            found = generate_search_path_list(default_file, git_root, command_line_file)
            files = self._insert(found, default_file)
            if self.sources is not None:
                self.sources.add(files)
            return files

        return with_settings

    def _insert(self, files, name):
        if self.folder is None:
            return files
        extra = str(Path(self.folder, name).resolve())
        if extra in files or Path(name).is_absolute():
            return files
        home = str((Path.home() / name).resolve())
        files = list(files)
        if files and files[-1] in (home, str(Path.home() / name)):
            # aider's first look at its configuration goes from the strongest file to the weakest.
            files.insert(len(files) - 1, extra)
        else:
            files.insert(1 if files and files[0] in (home, str(Path.home() / name)) else 0, extra)
        return files
