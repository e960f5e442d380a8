"""Drives aider in its own process and speaks JSON lines about it."""

PROTOCOL = 1
