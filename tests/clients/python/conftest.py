"""What every suite shares: one server for each file, and a fresh world for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from gcal_sync.api import GoogleCalendarService

import google_api
from gcal_sync_host import Auth
from sandbox import BINARY, Sandbox


def pytest_configure() -> None:
    if BINARY not in os.environ:
        raise pytest.UsageError(
            f"Set {BINARY} to the path of the built sandbox server, or run cargo xtask test --only clients."
        )


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


@pytest.fixture
def google(sandbox: Sandbox) -> Iterator[Any]:
    """Google's client for the sandbox, signed in as Ana."""
    with google_api.client(sandbox.url) as service:
        yield service


@pytest.fixture
async def service(sandbox: Sandbox) -> AsyncIterator[GoogleCalendarService]:
    """gcal_sync for the sandbox, signed in as Ana."""
    async with aiohttp.ClientSession() as session:
        yield GoogleCalendarService(Auth(session, sandbox.url))
