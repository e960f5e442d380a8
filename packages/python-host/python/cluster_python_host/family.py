"""
The processes that were forked, and what they leave behind. Somebody who has ended stays a zombie until the
Node side has said that it sends no more signals, so that no signal can reach a pid that was used again.
"""

import contextlib
import os
import signal
import time

from . import linux

# For a grandchild to say its last words, after which it is killed.
LINGER_SECONDS = 3


class Member:
    def __init__(self, number, pid, tag):
        self.number = number
        self.pid = pid
        self.tag = tag
        self.ended_at = None
        self.left = 0
        self.doomed = False


class Family:
    def __init__(self, send):
        self._send = send
        self._members = {}

    def add(self, number, pid, tag):
        self._members[number] = Member(number, pid, tag)

    def patience(self):
        """Seconds until something has to be done without being asked; None for never."""
        waiting = [member.ended_at for member in self._members.values() if member.left > 0]
        if not waiting:
            return None
        return max(0.01, min(waiting) + LINGER_SECONDS - time.monotonic())

    def look_after(self):
        """Tells of those that have ended, and of what they have left behind."""
        orphans = self._living_orphans()
        for member in self._members.values():
            if member.ended_at is None:
                self._look_for_end(member)
            elif member.left > 0:
                self._look_at_rest(member, orphans)

    def reap(self, number):
        member = self._members.get(number)
        if member is not None and member.ended_at is not None:
            os.waitpid(member.pid, 0)
            del self._members[number]

    def sweep(self, number, name):
        """Sends a signal to everything that an ended process has left behind."""
        member = self._members.get(number)
        if member is None or member.ended_at is None:
            return
        member.doomed = member.doomed or name == "SIGKILL"
        for pid, tag in self._living_orphans():
            if tag == member.tag:
                _kill(pid, getattr(signal, name))

    def end(self):
        """Kills everything, generation by generation: the children of the dead become our own."""
        for member in self._members.values():
            _kill(-member.pid, signal.SIGKILL)
        while True:
            for pid in linux.children_of(os.getpid()):
                _kill(pid, signal.SIGKILL)
            try:
                while self._reap_any():
                    pass
            except ChildProcessError:
                return
            time.sleep(0.002)

    def _reap_any(self):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)
        if found is None:
            return False
        for member in self._members.values():
            if member.pid == found.si_pid and member.ended_at is None:
                # Somebody may still hear it, or nobody.
                with contextlib.suppress(OSError):
                    self._tell_end(member, found)
        return True

    def _look_for_end(self, member):
        found = os.waitid(os.P_PID, member.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return
        # Those that it has just left were not among the orphans when those were counted.
        member.left = len(self._left_by(member, self._living_orphans()))
        self._tell_end(member, found)

    def _tell_end(self, member, found):
        member.ended_at = time.monotonic()
        how = "code" if found.si_code == os.CLD_EXITED else "signal"
        end = {"id": member.number, how: found.si_status, "left": member.left}
        self._send({"type": "exited", **end})

    def _look_at_rest(self, member, orphans):
        rest = self._left_by(member, orphans)
        if member.doomed or time.monotonic() - member.ended_at >= LINGER_SECONDS:
            for pid in rest:
                _kill(pid, signal.SIGKILL)
        if len(rest) != member.left:
            member.left = len(rest)
            self._send({"type": "left", "id": member.number, "left": member.left})

    @staticmethod
    def _left_by(member, orphans):
        return [pid for pid, tag in orphans if tag == member.tag]

    def _living_orphans(self):
        """Descendants that no member is the parent of any more, with their tags; reaps the dead ones."""
        own = {member.pid for member in self._members.values()}
        found = []
        for pid in linux.children_of(os.getpid()):
            if pid not in own and not _reap(pid):
                found += [(pid, linux.tag_of(pid)), *_descendants_of(pid)]
        return found


def _descendants_of(pid):
    found = []
    for child in linux.children_of(pid):
        if not linux.is_zombie(child):
            found.append((child, linux.tag_of(child)))
        found += _descendants_of(child)
    return found


def _reap(pid):
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
