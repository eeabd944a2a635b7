"""A restore that kills itself at the n-th time it touches the disk: python -m ... ROOT BACKUP N.

With N = 0 it lives, and prints how often that was, and when the two stores changed places.
"""

import os
import sys
from pathlib import Path

from tickertone.catalog.load import load_catalog
from tickertone.dag.restore import restore
from tickertone.workspace import Workspace

TOUCHES = {"open", "os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "ctypes.dlsym"}


def main(root: str, folder: str, fatal: str) -> None:
    workspace = Workspace(Path(root))
    catalog = load_catalog(workspace.data)
    count, places = 0, []

    def touch(event, arguments):
        nonlocal count
        if event not in TOUCHES:
            return
        count += 1
        if event == "ctypes.dlsym" and "renameat2" in str(arguments):
            places.append(count)
        if count == int(fatal):
            os._exit(9)

    sys.addaudithook(touch)
    restore(workspace, Path(folder), catalog, force=True)
    print(count, *places)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
