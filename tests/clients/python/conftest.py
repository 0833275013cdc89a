"""What every suite shares: one server for each file, and a fresh world for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox import Sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """A server of this file's own."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The file's server, its world as at the start."""
    server.reset()
    return server
