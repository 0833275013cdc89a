"""A sandbox server, and what a test does to it around the client."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest

#: The sandbox's time at the start of each test: a Sunday. It stands still until a test moves it.
NOW = "2026-11-22T08:00:00Z"

_BINARY = "ACCORD_SANDBOX"
_START_S = 20
_STOP_S = 5
_LISTENING = re.compile(r"^listening on (http://\S+)$")


class Sandbox:
    """A running server, to be used in a ``with`` statement: it is stopped at the end, whatever happened."""

    def __init__(self, *args: str) -> None:
        self._args = args
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        """``http://127.0.0.1:PORT``"""

    def __enter__(self) -> Sandbox:
        binary = os.environ.get(_BINARY)
        if binary is None:
            message = f"Set {_BINARY} to the path of the built sandbox server, or run cargo xtask test --only clients."
            pytest.exit(message, returncode=pytest.ExitCode.USAGE_ERROR)
        process = subprocess.Popen(
            [binary, "--port", "0", "--now", NOW, *self._args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process = process
        # A server that stays silent is ended, which ends the loop below.
        late = threading.Timer(_START_S, process.kill)
        late.start()
        try:
            for line in process.stdout or ():
                if found := _LISTENING.match(line.strip()):
                    self.url = found[1]
                    return self
        finally:
            late.cancel()
        self.stop()
        raise RuntimeError(f"The sandbox ended with {process.returncode} before it listened.")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_S)
        if process.stdout is not None:
            process.stdout.close()

    def admin(self, method: str, route: str, body: dict[str, Any] | None = None) -> Any:
        """One of the admin routes of ``accord-sandbox --help``."""
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.url}/sandbox/{route}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_START_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"/sandbox/{route} answered {error.code}: {error.read().decode()}") from error

    def reset(self) -> None:
        """The world as at the start."""
        self.admin("POST", "reset", {"now": NOW})

    def mails(self) -> list[dict[str, Any]]:
        """Who would have been mailed."""
        return self.admin("GET", "mails")

    def advance(self, ms: int) -> None:
        """Lets the sandbox's time pass."""
        self.admin("POST", "clock", {"advanceMs": ms})
