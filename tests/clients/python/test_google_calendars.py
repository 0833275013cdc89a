"""google-api-python-client: the list of calendars."""

from __future__ import annotations

from google_api import client
from sandbox import Sandbox


def test_the_list_of_calendars_tells_what_the_user_may_do_with_each(sandbox: Sandbox) -> None:
    entries = client(sandbox.url).calendarList().list().execute()["items"]
    primary = next(entry for entry in entries if entry.get("primary"))
    assert primary["id"] == "ana@example.com"
    assert primary["timeZone"] == "Europe/Paris"
    assert primary["accessRole"] == "owner"
