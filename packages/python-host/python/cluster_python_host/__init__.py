"""The Python side of @cluster/python-host. It uses the standard library only, of Python 3.9 or newer."""
