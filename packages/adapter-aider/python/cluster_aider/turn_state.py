"""What one turn has shown so far. One object for each turn; `CURRENT` is the one that runs."""

from .failures import classify, describe


class TurnState:
    def __init__(self, number):
        self.number = number
        self.calls = 0
        self.tokens_sent = 0
        self.tokens_received = 0
        self.edits = []
        self.model_error = None
        self.write_error = None
        self.malformed = False
        self.empty = False
        self.filtered = False
        self.declined_to_send = False
        self.reply = ""

    def forget_last_reply(self):
        """aider is about to ask again: what the last reply was like no longer counts."""
        self.model_error = None
        self.malformed = False
        self.empty = False
        self.filtered = False

    def usage(self):
        return {
            "inputTokens": self.tokens_sent,
            "outputTokens": self.tokens_received,
            "modelCalls": self.calls,
        }

    def setback(self):
        """The failure that aider is about to retry, as an event."""
        if self.model_error is None:
            return None
        return {
            "type": "setback",
            "failureClass": classify(self.model_error),
            "message": describe(self.model_error),
        }


class Current:
    """The turn that runs, or None between turns."""

    turn = None


CURRENT = Current()
