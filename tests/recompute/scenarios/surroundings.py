"""What a result never depends on: where, when, by whom and in what process it is made."""

import os
import shutil

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Scenario

HOST = """
import os, platform, socket
socket.gethostname = socket.getfqdn = platform.node = lambda *_: "elsewhere"
uname = os.uname()
os.uname = lambda: os.uname_result((uname[0], "elsewhere", *uname[2:]))
"""
USER = """
import getpass, os, pwd
getpass.getuser = os.getlogin = lambda: "somebody"
"""


def other_folder(bench: Bench, around: Around) -> None:
    there = around.folder / "a folder with another name" / "project"
    shutil.copytree(bench.workspace.root, there)
    shutil.rmtree(bench.workspace.root)
    there.parent.mkdir(exist_ok=True)
    bench.workspace, bench.data = Bench.at(there).workspace, there / "data"


def other_times(bench: Bench, _around: Around) -> None:
    for folder in (bench.data, bench.workspace.artifacts):
        for path in folder.rglob("*"):
            os.utime(path, (1, 1))


def other_host(_bench: Bench, around: Around) -> None:
    around.prelude = HOST
    around.env = {"HOSTNAME": "elsewhere"}


def other_user(_bench: Bench, around: Around) -> None:
    home = around.folder / "home"
    home.mkdir()
    around.prelude = USER
    around.env = {"USER": "somebody", "LOGNAME": "somebody", "HOME": str(home), "LANG": "C"}


def other_hash_seed(_bench: Bench, around: Around) -> None:
    around.env = {"PYTHONHASHSEED": "4242"}


SCENARIOS = [
    Scenario("the project is copied into another folder", other_folder, same_data=True),
    Scenario("files are copied with new times", other_times, same_data=True),
    Scenario("another host", other_host, own_process=True, same_data=True),
    Scenario("another user", other_user, own_process=True, same_data=True),
    Scenario("another PYTHONHASHSEED", other_hash_seed, own_process=True, same_data=True),
]
