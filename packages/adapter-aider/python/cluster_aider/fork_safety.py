"""What must not be shared by a process and its forks: threads, and connections."""

import gc
from concurrent.futures import ThreadPoolExecutor


def make_safe_to_fork():
    """Only the main thread survives a fork. Whoever counts on another one would wait for ever."""
    for executor in executors():
        executor.shutdown(wait=True)
        # In its place: litellm's modules hold the object itself. Threads come with the next work.
        executor.__init__(max_workers=executor._max_workers)
    forget_connections()


def executors():
    """Those of litellm that have begun to work."""
    try:
        from litellm.litellm_core_utils.thread_pool_executor import executor
    except ImportError:
        return []
    return [executor]


def forget_connections():
    """litellm keeps its HTTP clients, each with a pool of connections."""
    try:
        import litellm

        litellm.in_memory_llm_clients_cache.flush_cache()
    except (AttributeError, ImportError):
        pass
