"""Runs the driver in a Python of its own. Start it with the interpreter that aider is installed for."""

import sys

from cluster_aider.process import check, main

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        main()
