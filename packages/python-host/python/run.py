"""What @cluster/python-host starts, with whatever interpreter it was given: any Python can read this file."""

import sys

if sys.version_info < (3, 9):
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.stderr.write("@cluster/python-host needs Python 3.9 or newer, and this is %s.\n" % found)
    sys.exit(86)

if __name__ == "__main__":
    import os

    # Beside PYTHONSAFEPATH the folder of the script is not on the path by itself.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [here] + [folder for folder in sys.path if folder != here]
    from cluster_python_host.start import start

    del sys.path[0]
    # In the words of an installed script: what the entry returns is the exit status.
    sys.exit(start()())
