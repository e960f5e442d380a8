"""Runs the driver. Start it with the Python interpreter that aider is installed for."""

import sys

# The package may lie in a folder that is read-only, or belongs to somebody else's checksum.
sys.dont_write_bytecode = True

from cluster_aider.process import main  # noqa: E402

sys.dont_write_bytecode = False

if __name__ == "__main__":
    main(sys.argv[1:])
