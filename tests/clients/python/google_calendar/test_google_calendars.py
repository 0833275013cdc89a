"""google-api-python-client: the list of calendars."""

from __future__ import annotations

from typing import Any

from google_api import ANA, HOLIDAYS, TEAM, Refusal, refused
from sandbox import Sandbox


def test_the_list_of_calendars_tells_what_the_user_may_do_with_each(google: Any) -> None:
    answer = google.calendarList().list().execute()
    assert answer["kind"] == "calendar#calendarList"
    assert [(entry["id"], entry["accessRole"], entry.get("primary")) for entry in answer["items"]] == [
        (ANA, "owner", True),
        (TEAM, "writer", None),
        (HOLIDAYS, "reader", None),
    ]
    assert answer["items"][0]["timeZone"] == "Europe/Paris"
    assert answer["items"][0]["defaultReminders"] == [{"method": "popup", "minutes": 10}]


def test_the_list_comes_in_pages_and_its_token_has_an_empty_delta(google: Any) -> None:
    calendars = google.calendarList()
    request, ids, sizes, answer = calendars.list(maxResults=2), [], [], {}
    while request is not None:
        answer = request.execute()
        ids += [entry["id"] for entry in answer["items"]]
        sizes.append(len(answer["items"]))
        request = calendars.list_next(request, answer)
    assert (ids, sizes) == ([ANA, TEAM, HOLIDAYS], [2, 1])
    delta = calendars.list(syncToken=answer["nextSyncToken"]).execute()
    assert "items" not in delta
    assert delta["nextSyncToken"] == answer["nextSyncToken"]


def test_only_calendars_of_the_wanted_role_are_listed(google: Any) -> None:
    def ids(role: str) -> list[str]:
        return [entry["id"] for entry in google.calendarList().list(minAccessRole=role).execute()["items"]]

    assert ids("reader") == [ANA, TEAM, HOLIDAYS]
    assert ids("writer") == [ANA, TEAM]
    assert ids("owner") == [ANA]


def test_a_role_taken_away_shows_in_the_list(google: Any, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "role", {"calendar": TEAM, "role": "freeBusyReader"})
    assert google.calendarList().get(calendarId=TEAM).execute()["accessRole"] == "freeBusyReader"
    assert [entry["id"] for entry in google.calendarList().list(minAccessRole="reader").execute()["items"]] == [
        ANA,
        HOLIDAYS,
    ]


def test_an_unknown_calendar_is_not_found(google: Any) -> None:
    assert refused(google.calendarList().get(calendarId="nobody@example.com")) == Refusal(404, "notFound", "Not Found")
