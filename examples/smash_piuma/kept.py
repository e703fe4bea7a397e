"""Figures of finished runs, one JSON line each: what is here is not run again.

A run is known by what it depends on: the kernel's text, its flags, the matrices' contents,
the machine's parameters and the tool that compiles and simulates. A line that an
interruption cut short is dropped.
"""
import hashlib
import json
import pathlib
import threading


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Kept:
    def __init__(self, path):
        self.path, self.lock, self.figures = pathlib.Path(path), threading.Lock(), {}
        whole = b""
        if self.path.exists():
            whole = self.path.read_bytes()
            whole = whole[:whole.rfind(b"\n") + 1]
            self.path.write_bytes(whole)
        for line in whole.splitlines():
            entry = json.loads(line)
            self.figures[self.name(entry["run"])] = entry["figures"]

    @staticmethod
    def name(run):
        return json.dumps(run, sort_keys=True)

    def find(self, run):
        return self.figures.get(self.name(run))

    def add(self, run, figures):
        with self.lock:
            self.figures[self.name(run)] = figures
            with self.path.open("a") as out:
                out.write(json.dumps({"run": run, "figures": figures}) + "\n")
