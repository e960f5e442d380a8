"""aider's modules, and whether they have what the driver needs: its Python API is not a promised one."""

import importlib
import inspect
from dataclasses import dataclass
from types import ModuleType


@dataclass
class Modules:
    main: ModuleType
    io: ModuleType
    models: ModuleType
    base_coder: ModuleType
    exceptions: ModuleType
    repo: ModuleType
    repomap: ModuleType
    version: str


NEEDED = {
    "main": (
        "main",
        "InputOutput",
        "get_parser",
        "setup_git",
        "generate_search_path_list",
        "check_and_load_imports",
        "is_first_run_of_new_version",
    ),
    "io": ("InputOutput",),
    "models": ("Model", "ModelInfoManager", "RETRY_TIMEOUT", "json5", "litellm"),
    "base_coder": ("Coder", "RETRY_TIMEOUT"),
    "exceptions": ("LiteLLMExceptions", "ExInfo"),
    "repo": ("GitRepo",),
    "repomap": ("RepoMap",),
}

METHODS = {
    ("io", "InputOutput"): (
        "tool_output",
        "tool_warning",
        "tool_error",
        "assistant_output",
        "confirm_ask",
        "prompt_ask",
        "offer_url",
        "get_input",
        "write_text",
        "llm_started",
    ),
    ("base_coder", "Coder"): (
        "run",
        "send",
        "keyboard_interrupt",
        "abs_root_path",
        "max_reflections",
        "num_reflections",
        "num_exhausted_context_windows",
    ),
    ("exceptions", "LiteLLMExceptions"): ("get_ex_info",),
    ("models", "ModelInfoManager"): ("_update_cache",),
    ("repo", "GitRepo"): ("get_tracked_files", "ignored_file"),
    ("repomap", "RepoMap"): ("TAGS_CACHE_DIR", "load_tags_cache"),
}

PARAMETERS = {
    ("main", "main"): ("argv", "return_coder"),
    ("base_coder", "Coder.run"): ("with_message", "preproc"),
}

#: What a coder must have once it is built.
OF_A_CODER = (
    "abs_fnames",
    "abs_read_only_fnames",
    "cur_messages",
    "done_messages",
    "ignore_mentions",
    "main_model",
    "root",
    "suggest_shell_commands",
    "total_cost",
    "message_tokens_sent",
    "message_tokens_received",
)


def load():
    """Imports aider. Slow: most of a start is spent here."""
    name = {
        "main": "aider.main",
        "io": "aider.io",
        "models": "aider.models",
        "base_coder": "aider.coders.base_coder",
        "exceptions": "aider.exceptions",
        "repo": "aider.repo",
        "repomap": "aider.repomap",
    }
    version = importlib.import_module("aider").__version__
    return Modules(**{key: importlib.import_module(it) for key, it in name.items()}, version=version)


def missing(modules):
    """The names of everything that the driver needs and this aider lacks."""
    absent = []
    for key, names in NEEDED.items():
        absent += [f"{key}.{name}" for name in names if not hasattr(getattr(modules, key), name)]
    for (key, owner), names in METHODS.items():
        holder = getattr(getattr(modules, key), owner, None)
        absent += [f"{owner}.{name}" for name in names if not hasattr(holder, name)]
    for (key, path), names in PARAMETERS.items():
        target = getattr(modules, key)
        for part in path.split("."):
            target = getattr(target, part, None)
        if target is None:
            continue
        known = inspect.signature(target).parameters
        absent += [f"{path}({name})" for name in names if name not in known]
    return sorted(set(absent))


def missing_of_coder(coder):
    return [f"coder.{name}" for name in OF_A_CODER if not hasattr(coder, name)]
