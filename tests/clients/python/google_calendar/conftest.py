"""Google's clients, each pointed at the file's sandbox and signed in as Ana."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from gcal_sync.api import GoogleCalendarService

import google_api
from gcal_sync_host import Auth
from sandbox import Sandbox


@pytest.fixture
def google(sandbox: Sandbox) -> Iterator[Any]:
    """google-api-python-client."""
    with google_api.client(sandbox.url) as service:
        yield service


@pytest.fixture
async def service(sandbox: Sandbox) -> AsyncIterator[GoogleCalendarService]:
    """gcal_sync."""
    async with aiohttp.ClientSession() as session:
        yield GoogleCalendarService(Auth(session, sandbox.url))
