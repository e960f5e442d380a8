"""aider builds its parser of arguments twice for each start, and parses them three times: a third of it."""

import copy
import os


def reused(parser, default_config_files):
    """Makes a parser look into other files. False where this one cannot be made to."""
    if not hasattr(parser, "_default_config_files"):
        return False
    parser._default_config_files = default_config_files
    return True


def parse_once(parser):
    """The same arguments, environment and files have the same result."""
    parse = parser.parse_known_args
    last = (None, None)

    def parse_known_args(args=None, namespace=None, **options):
        nonlocal last
        files = getattr(parser, "_default_config_files", None)
        if args is None or namespace is not None or files is None:
            return parse(args, namespace, **options)
        found = tuple(file for file in files if os.path.exists(file))
        state = (tuple(args), found, tuple(os.environ.items()))
        known, result = last
        if known != state:
            result = parse(args, namespace, **options)
            last = (state, result)
        arguments, unknown = result
        return copy.copy(arguments), list(unknown)

    parser.parse_known_args = parse_known_args
