"""What a provider's exception means: by its type first, then its status, its words last."""

import re
import time
from email.utils import parsedate_to_datetime

# Types that say exactly what happened.
BY_TYPE = {
    "AuthenticationError": "auth",
    "PermissionDeniedError": "auth",
    "RateLimitError": "quota",
    "RouterRateLimitError": "quota",
    "BudgetExceededError": "quota",
    "ContextWindowExceededError": "context",
    "ContentPolicyViolationError": "refused",
    "RejectedRequestError": "refused",
    "NotFoundError": "environment",
    "LiteLLMUnknownProvider": "environment",
    "UnsupportedParamsError": "environment",
    "Timeout": "overload",
    "APITimeoutError": "overload",
    "ServiceUnavailableError": "overload",
    "BadGatewayError": "overload",
    "ConnectionError": "overload",
    "TimeoutError": "overload",
    "TransportError": "overload",
    "MemoryError": "environment",
    "OSError": "environment",
}

# Types that providers' adapters use for whatever they did not expect: asked after the words.
BY_VAGUE_TYPE = {
    "APIConnectionError": "overload",
    "APIResponseValidationError": "overload",
    "InternalServerError": "overload",
}

BY_STATUS = {401: "auth", 402: "quota", 403: "auth", 404: "environment", 408: "overload"}
BY_STATUS.update({413: "context", 429: "quota"})

BY_WORDS = (
    (r"insufficient (credits|balance|quota)|exceeded your current quota", "quota"),
    (r"api[ _-]?key[^.]{0,40}(not valid|invalid|incorrect|missing)|invalid api[ _-]?key", "auth"),
    (r"context (length|window)|maximum context|too many tokens", "context"),
    (r"pip install", "environment"),
)


def classify(error):
    """The failure class of an exception that ended a model call, or anything else in a turn."""
    return by_type(error, BY_TYPE) or by_words(error) or by_type(error, BY_VAGUE_TYPE) or by_status(error)


def by_type(error, table):
    return next((table[t.__name__] for t in type(error).__mro__ if t.__name__ in table), None)


def by_words(error):
    text = str(error)
    return next((found for words, found in BY_WORDS if re.search(words, text, re.IGNORECASE)), None)


def by_status(error):
    status = status_of(error)
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status is not None:
        return "overload" if status >= 500 else "environment"
    return "overload" if type(error).__name__ == "APIError" else "crash"


def status_of(error):
    status = getattr(error, "status_code", None)
    try:
        return int(status) if status is not None else None
    except (TypeError, ValueError):
        return None


def retry_after_ms(error):
    """How long the provider asked to wait, or None."""
    headers = {}
    for source in (
        getattr(getattr(error, "response", None), "headers", None),
        getattr(error, "litellm_response_headers", None),
    ):
        if source:
            headers.update({str(name).lower(): str(source[name]) for name in source})
    for name, factor in (("retry-after-ms", 1), ("retry-after", 1000)):
        try:
            return max(0, round(float(headers[name]) * factor))
        except (KeyError, ValueError):
            pass
    try:
        at = parsedate_to_datetime(headers["retry-after"]).timestamp()
        return max(0, round((at - time.time()) * 1000))
    except (KeyError, TypeError, ValueError):
        pass
    words = re.search(r"try again in ([\d.]+) ?(ms|s)\b", str(error))
    if words:
        return round(float(words.group(1)) * (1 if words.group(2) == "ms" else 1000))
    return None


def describe(error, limit=2000):
    """One line or a few, never a flood."""
    text = str(error).strip() or type(error).__name__
    return text if len(text) <= limit else text[:limit] + "..."
