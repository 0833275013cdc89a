"""google-api-python-client: lists, pages and deltas."""

from __future__ import annotations

from typing import Any

import pytest

from google_api import TEAM, Refusal, meeting, refused
from sandbox import Sandbox

EXPIRED = Refusal(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "syncToken")
RESTRICTED = Refusal(400, "invalid", "Sync token cannot be used with other request restrictions")

DAY_MS = 24 * 3600 * 1000


def paged(google: Any, **parameters: Any) -> tuple[list[dict[str, Any]], list[int], str]:
    """All items, the sizes of the pages, and the token that the last one ends with."""
    events = google.events()
    request = events.list(calendarId="primary", **parameters)
    items, sizes = [], []
    for _ in range(100):
        answer = request.execute()
        items += answer.get("items", [])
        sizes.append(len(answer.get("items", [])))
        assert ("nextPageToken" in answer) != ("nextSyncToken" in answer)
        following = events.list_next(request, answer)
        if following is None:
            return items, sizes, answer["nextSyncToken"]
        request = following
    raise AssertionError("the list has no end")


def ids(items: list[dict[str, Any]]) -> set[str]:
    return {item["id"] for item in items}


def test_a_long_calendar_comes_in_pages_each_event_once(google: Any, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "fill", {"events": 700})
    items, sizes, _ = paged(google)
    assert len(sizes) >= 3
    assert max(sizes) <= 250
    assert len(ids(items)) == len(items)
    whole, (size,), _ = paged(google, maxResults=2500)
    assert size == len(items)
    assert ids(whole) == ids(items)


def test_every_event_of_a_believable_calendar_fits_the_description(google: Any, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "fill", {"events": 2000, "seed": 7})
    items, _, _ = paged(google, maxResults=2500)
    kinds = {item["eventType"] for item in items if item["status"] != "cancelled"}
    assert {"default", "focusTime", "outOfOffice", "workingLocation"} <= kinds
    expanded, _, _ = paged(
        google, maxResults=2500, singleEvents=True, timeMin="2026-11-01T00:00:00Z", timeMax="2026-12-01T00:00:00Z"
    )
    assert any("recurringEventId" in item for item in expanded)
    assert not any("recurrence" in item for item in expanded)


def test_a_delta_brings_what_was_added_changed_and_deleted(google: Any, sandbox: Sandbox) -> None:
    def insert(name: str) -> str:
        return google.events().insert(calendarId="primary", body=meeting(name)).execute()["id"]

    kept, changed, deleted = insert("Kept"), insert("Changed"), insert("Deleted")
    items, _, token = paged(google, maxResults=2)
    assert ids(items) == {kept, changed, deleted}

    sandbox.advance(60_000)
    google.events().patch(calendarId="primary", eventId=changed, body={"summary": "Changed twice"}).execute()
    google.events().delete(calendarId="primary", eventId=deleted).execute()
    added = insert("Added")
    items, sizes, token = paged(google, maxResults=2, syncToken=token)
    rows = {item["id"]: item for item in items}
    assert rows.keys() == {changed, deleted, added}
    assert len(sizes) == 2
    assert rows[changed]["summary"] == "Changed twice"
    assert rows[deleted] == {
        "kind": "calendar#event",
        "id": deleted,
        "status": "cancelled",
        "etag": rows[deleted]["etag"],
    }
    assert paged(google, maxResults=2, syncToken=token)[0] == []


def test_an_expired_token_asks_for_a_full_read(google: Any, sandbox: Sandbox) -> None:
    _, _, token = paged(google)
    sandbox.admin("POST", "sync-tokens/expire")
    assert refused(google.events().list(calendarId="primary", syncToken=token)) == EXPIRED
    _, _, token = paged(google)
    assert paged(google, syncToken=token)[0] == []
    sandbox.advance(8 * DAY_MS)
    assert refused(google.events().list(calendarId="primary", syncToken=token)) == EXPIRED


def test_a_malformed_token_and_one_of_another_calendar_are_refused(google: Any) -> None:
    _, _, token = paged(google)
    invalid = Refusal(400, "invalid", "Invalid sync token value.")
    assert refused(google.events().list(calendarId="primary", syncToken="no token")) == invalid
    assert refused(google.events().list(calendarId=TEAM, syncToken=token)) == invalid
    assert refused(google.events().list(calendarId="primary", pageToken="no token")).status == 400


@pytest.mark.parametrize(
    "first",
    [
        {"timeMin": "2026-11-01T00:00:00Z"},
        {"timeMin": "2026-11-01T00:00:00Z", "timeMax": "2027-11-01T00:00:00Z", "singleEvents": True},
        {"q": "Call"},
        {"privateExtendedProperty": "zc=1"},
        {"iCalUID": "a@example.org"},
        {"updatedMin": "2026-11-20T00:00:00Z"},
    ],
    ids=lambda first: "+".join(first),
)
def test_the_first_read_may_be_restricted_where_a_delta_may_not(google: Any, first: dict[str, Any]) -> None:
    _, _, token = paged(google, **first)
    lasting = {name: value for name, value in first.items() if name == "singleEvents"}
    assert paged(google, syncToken=token, **lasting)[0] == []
    assert refused(google.events().list(calendarId="primary", syncToken=token, **first)) == RESTRICTED


def test_a_window_is_open_on_both_sides(google: Any) -> None:
    google.events().insert(calendarId="primary", body=meeting("Call")).execute()

    def names(low: str, high: str) -> list[str]:
        answer = (
            google.events()
            .list(calendarId="primary", timeMin=f"2026-11-23T{low}Z", timeMax=f"2026-11-23T{high}Z")
            .execute()
        )
        return [item["summary"] for item in answer.get("items", [])]

    assert names("09:59:59", "12:00:00") == ["Call"]
    assert names("10:00:00", "12:00:00") == []
    assert names("08:00:00", "09:00:00") == []
    assert names("08:00:00", "09:00:01") == ["Call"]


def test_filters_narrow_a_list(google: Any) -> None:
    marked = {
        **meeting("Marked", "2026-11-25"),
        "extendedProperties": {"private": {"zc": "1"}, "shared": {"room": "4"}},
    }
    events = google.events()
    uid = events.insert(calendarId="primary", body=marked).execute()["iCalUID"]
    events.insert(calendarId="primary", body={**meeting("Plain", "2026-11-24"), "location": "Bordeaux"}).execute()
    events.insert(calendarId="primary", body={**meeting("Focus", "2026-11-23"), "eventType": "focusTime"}).execute()

    def names(**parameters: Any) -> list[str]:
        return [item["summary"] for item in events.list(calendarId="primary", **parameters).execute().get("items", [])]

    assert names(q="bordeaux") == ["Plain"]
    assert names(iCalUID=uid) == ["Marked"]
    assert names(privateExtendedProperty="zc=1") == names(sharedExtendedProperty="room=4") == ["Marked"]
    assert names(privateExtendedProperty="zc=2") == []
    assert names(eventTypes="focusTime") == ["Focus"]
    assert names(singleEvents=True, orderBy="startTime", eventTypes=["default", "focusTime"]) == [
        "Focus",
        "Plain",
        "Marked",
    ]
    assert names(orderBy="updated") == ["Marked", "Plain", "Focus"]


def test_a_mask_keeps_what_it_names(google: Any) -> None:
    google.events().insert(calendarId="primary", body=meeting("Call")).execute()
    answer = google.events().list(calendarId="primary", fields="nextSyncToken,items(summary,start/dateTime)").execute()
    assert answer.pop("nextSyncToken")
    assert answer == {"items": [{"summary": "Call", "start": {"dateTime": "2026-11-23T10:00:00+01:00"}}]}
    assert refused(google.events().list(calendarId="primary", fields="items(")).status == 400
