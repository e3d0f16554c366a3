"""Headless Chromium over its DevTools protocol, through a pair of pipes: no driver, no server."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from tempfile import TemporaryDirectory

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # a test may run as root
    "--remote-debugging-pipe",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
)


def browser():
    """The path of a Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


LAUNCH = """
import fcntl, os, sys
high = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for place, end in zip((3, 4), high): os.dup2(end, place)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads its pipe from file 3 and writes to 4."""


@contextmanager
def opened(address, *, width=1000, height=900, dark=False):
    """A page in a browser of its own."""
    read_end, to_browser = os.pipe()
    from_browser, write_end = os.pipe()
    ends = (read_end, write_end)
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        verb = [sys.executable, "-c", LAUNCH, *map(str, ends), browser(), *FLAGS]
        started = subprocess.Popen(
            [*verb, f"--user-data-dir={profile}"],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in ends:
            os.close(end)
        page = Page(to_browser, from_browser)
        try:
            page.open(address, width, height, dark)
            yield page
        finally:
            page.session = None
            page.call("Browser.close")
            os.close(to_browser)
            os.close(from_browser)
            started.wait(30)


class Page:
    """One tab; ``complaints`` are what its console said, ``requests`` what it asked for."""

    def __init__(self, outgoing, incoming):
        self.outgoing, self.incoming = outgoing, incoming
        self.number, self.session, self.rest = 0, None, b""
        self.complaints, self.requests, self.loaded = [], [], False

    def open(self, address, width, height, dark):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = found["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.call("Emulation.setDeviceMetricsOverride", mobile=width < 600, **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=address)
        while not self.loaded:
            self._hear()

    def run(self, script):
        """The value of a script's last expression, or of the promise that it is."""
        done = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def press(self, key, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code, **more,
            )  # fmt: skip

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.outgoing, json.dumps(message).encode() + b"\0")
        wanted = self.number
        while True:
            heard = self._hear()
            if heard.get("id") == wanted:
                assert "error" not in heard, heard
                return heard["result"]

    def _hear(self):
        while b"\0" not in self.rest:
            part = os.read(self.incoming, 1 << 20)
            assert part, "the browser ended"
            self.rest += part
        one, _, self.rest = self.rest.partition(b"\0")
        heard = json.loads(one)
        match heard.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Runtime.exceptionThrown":
                self.complaints.append(str(heard["params"]))
            case "Runtime.consoleAPICalled" if heard["params"]["type"] in ("error", "warning"):
                self.complaints.append(str(heard["params"]))
            case "Log.entryAdded" if heard["params"]["entry"]["level"] == "error":
                self.complaints.append(str(heard["params"]))
            case "Network.requestWillBeSent":
                self.requests.append(heard["params"]["request"]["url"])
        return heard
