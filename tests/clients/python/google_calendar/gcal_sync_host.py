"""What gcal_sync asks of its host: a token, and a place to keep its copy."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from gcal_sync.auth import AbstractAuth
from gcal_sync.store import CalendarStore

from google_api import TOKEN


class Auth(AbstractAuth):
    """A token that needs no renewal, for the sandbox in place of Google."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = TOKEN) -> None:
        super().__init__(session, f"{url}/calendar/v3")
        self._token = token

    async def async_get_access_token(self) -> str:
        return self._token


class Store(CalendarStore):
    """What the library keeps between runs, for the tests to look into."""

    def __init__(self) -> None:
        self.data: dict[str, Any] | None = None

    async def async_load(self) -> dict[str, Any] | None:
        return self.data

    async def async_save(self, data: dict[str, Any]) -> None:
        # As a file would: what is stored is text, and no reference into the library.
        self.data = json.loads(json.dumps(data))

    def events(self, calendar: str = "primary") -> dict[str, dict[str, Any]]:
        return self._of(calendar)["items"]

    def token(self, calendar: str = "primary") -> str:
        return self._of(calendar)["sync_token"]

    def _of(self, calendar: str) -> dict[str, Any]:
        assert self.data is not None
        return self.data["event_sync"][calendar]
