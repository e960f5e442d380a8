"""Runs the driver. Start it with the Python interpreter that aider is installed for."""

import sys

from cluster_aider.process import main

if __name__ == "__main__":
    main(sys.argv[1:])
