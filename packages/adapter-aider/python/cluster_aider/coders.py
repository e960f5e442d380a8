"""Builds aider's Coder for a folder, as its own command line would."""

import contextlib
import io
import os
import re
import sys
import tempfile

from .settings import FORCED, SettingsFolder
from .sources import Sources


class StartFailure(Exception):
    """aider cannot be used as it is configured. Carries a failure class."""

    def __init__(self, failure_class, message):
        super().__init__(message)
        self.failure_class = failure_class


class Coders:
    """One at a time in each process: aider's functions are wrapped for the one that was made last."""

    def __init__(self, engine, arguments, settings_folder):
        modules = self._modules = engine.modules
        self._arguments = arguments
        # A `.env` of one workspace must not count in the next one.
        self._environment = {**os.environ, **engine.environment}
        self._main = modules.main.main
        self.private = PrivateFolder()
        modules.repomap.RepoMap.load_tags_cache = self._outside_of_workspaces(engine.load_tags_cache)
        settings = self._settings = SettingsFolder(settings_folder)
        modules.main.get_parser = settings.parser(engine.get_parser)
        search = settings.search_path(engine.generate_search_path_list)
        modules.main.generate_search_path_list = search

    def build(self, folder, model=None):
        """A coder, and what it was built from.

        @raise StartFailure: with aider's own words.
        """
        os.environ.clear()
        os.environ.update(self._environment)
        try:
            os.chdir(folder)
        except OSError as error:
            raise StartFailure("environment", f"Cannot work in {folder}: {error.strerror}") from error
        argv = [*self._arguments, *(("--model", model) if model else ()), *FORCED]
        sources = self._settings.sources = Sources(folder)
        coder = self._run_main(argv)
        if coder.repo is not None:
            # New files are the caller's to add: aider would take the index lock for it, and lose the
            # edit where the lock is held.
            coder.repo.path_in_repo = lambda _path: True
        check_model(self._modules, coder)
        return coder, sources

    def _outside_of_workspaces(self, load_tags_cache):
        def load_private(map_of_coder):
            map_of_coder.TAGS_CACHE_DIR = self.private.path("tags")
            load_tags_cache(map_of_coder)

        return load_private

    def _run_main(self, argv):
        said = io.StringIO()
        code = None
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                coder = self._main(argv, return_coder=True)
        except SystemExit as error:
            coder, code = None, error.code
        finally:
            sys.stderr.write(said.getvalue())
            # aider's hook would ask to open a bug report.
            sys.excepthook = sys.__excepthook__
        if hasattr(coder, "abs_fnames"):
            return coder
        words = last_words(said.getvalue())
        failure_class = "auth" if re.search(r"\bAPI keys?\b", words) else "environment"
        raise StartFailure(failure_class, f"aider did not start ({code or coder}): {words}")


def last_words(text, lines=12):
    text = "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
    return text or "it said nothing"


class PrivateFolder:
    """A folder for what aider would write beside the user's files; made when first needed."""

    def __init__(self):
        self._folder = None

    def path(self, name):
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="cluster-aider-", ignore_cleanup_errors=True)
        return os.path.join(self._folder.name, name)

    def remove(self):
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def check_model(modules, coder):
    """Fails now for what would fail, or open a browser, at the first turn.

    @raise StartFailure: for an unknown provider, or a missing key.
    """
    model = coder.main_model
    try:
        modules.models.litellm.get_llm_provider(model.name)
    except Exception as error:
        raise StartFailure("environment", unknown_model(modules, model.name)) from error
    given = getattr(model, "extra_params", None) or {}
    keys = [key for key in (model.missing_keys or []) if key.endswith("_API_KEY")]
    if keys and "api_key" not in given:
        raise StartFailure(
            "auth",
            f"The model {model.name} needs {' and '.join(keys)} in the environment, "
            "in a .env file or in aider's configuration.",
        )


def unknown_model(modules, name):
    alike = modules.models.fuzzy_match_models(name)[:5]
    hint = f" Did you mean {', '.join(alike)}?" if alike else ""
    return (
        f"No provider is known for the model {name}. Give it as provider/model, "
        f"such as openai/gpt-4o.{hint}"
    )
