"""A trivial tool: answers one request of its command line, or any number of them on stdin."""
import json
import sys


def answer(request):
    usage = {"inputTokens": 1, "outputTokens": 1}
    said = {"reply": "Done with %d" % len(request["message"]), "claimedEdits": [], "usage": usage}
    return {**said, "costUsd": 0, "questions": [], "endedBy": "protocol"}


def say(message):
    print(json.dumps(message), flush=True)


if len(sys.argv) > 1:
    say(answer(json.loads(sys.argv[1])))
    sys.exit()
say({"ready": True})
for line in sys.stdin:
    message = json.loads(line)
    if "request" in message:
        reset = message["request"].get("reset")
        say({"id": message["id"], "result": True if reset else answer(message["request"])})
