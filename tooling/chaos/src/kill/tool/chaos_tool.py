"""A coding agent without a model that is ready at once and does what its task says.

It speaks JSON lines. Each edit is one line at the end of a file, with the task's name and a nonce, and
each edit that was made is written down in $CHAOS_STATE/edits.jsonl afterwards: whoever judges a run can
tell which edits there were, and whose each one is.
"""
import json
import os
import re
import sys
import time

STATE = os.environ["CHAOS_STATE"]
turns = 0


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def append(path, text):
    """One write: another process may append to the same file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def attempts(task):
    path = os.path.join(STATE, "attempts-" + task)
    append(path, ".")
    return os.stat(path).st_size


def edit(task, nonce, workspace, path, where):
    target = os.path.join(workspace, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    line = "%s, %s edit %s" % (task, where, nonce)
    append(target, line + "\n")
    log = {"task": task, "path": path, "line": line, "where": where}
    append(os.path.join(STATE, "edits.jsonl"), json.dumps(log) + "\n")


def work(request):
    """The result of a turn, or an error."""
    global turns
    turns += 1
    spec = json.loads(re.search(r"\[chaos (\{.*?\})\]", request["message"]).group(1))
    task, kind, pause = spec["task"], spec["kind"], spec["ms"] / 2000
    nth = attempts(task)
    nonce = "%d-%d-%d" % (nth, os.getpid(), turns)
    time.sleep(pause)
    files = request["files"] if kind != "nothing" else []
    for path in files:
        edit(task, nonce, request["workspace"], path, "inside")
    if kind == "outside":
        edit(task, nonce, request["workspace"], "outside/%s-%s.txt" % (task, nonce), "outside")
    time.sleep(pause)
    if kind == "dies-once" and nth == 1:
        os._exit(9)
    if kind == "fails" or (kind == "fails-once" and nth == 1):
        return {"error": {"class": "malformed", "message": "It fails as it was told to"}}
    usage = {"inputTokens": 10, "outputTokens": 5}
    result = {"reply": "Done.", "claimedEdits": files, "usage": usage, "costUsd": 0.001}
    return {"result": {**result, "questions": [], "endedBy": "protocol"}}


send({"ready": True})
for line in sys.stdin:
    message = json.loads(line)
    request = message.get("request")
    if request is None:
        continue
    answer = {"result": True} if request.get("reset") else work(request)
    send({"id": message["id"], **answer})
