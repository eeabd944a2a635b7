"""A module of the package edited, as far as identities can tell; what it does stays the same."""

from dataclasses import replace

from tickertone.identity import code, fingerprint

WORKER = "tickertone.training.worker"
EXTRACT = "tickertone.stages.extract"


class Edits:
    """Modules that stand as if edited: each edit gives another syntax tree."""

    def __init__(self, monkeypatch):
        read = code._read
        self.monkeypatch = monkeypatch
        self.trees = {}

        def edited(name, path):
            found = read(name, path)
            return replace(found, tree=self.trees.get(name, found.tree))

        monkeypatch.setattr(code, "_read", edited)
        monkeypatch.setattr(code, "_read_once", edited)

    def __call__(self, module, version="1"):
        self.trees[module] = version * 64

    def back(self, module):
        del self.trees[module]

    def library(self, name, version):
        installed = fingerprint._version
        self.monkeypatch.setattr(
            fingerprint, "_version", lambda n: version if n == name else installed(n)
        )
