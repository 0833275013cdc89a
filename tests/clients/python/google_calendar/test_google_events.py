"""google-api-python-client: one event at a time."""

from __future__ import annotations

from typing import Any

import pytest

from google_api import ANA, Refusal, guarded, meeting, refused
from sandbox import Sandbox

TAKEN = Refusal(409, "duplicate", "The requested identifier already exists.")
STALE = Refusal(412, "conditionNotMet", "Precondition Failed", "If-Match")
GONE = Refusal(410, "deleted", "Resource has been deleted")


def inserted(google: Any, body: dict[str, Any]) -> dict[str, Any]:
    return google.events().insert(calendarId="primary", body=body).execute()


def test_an_event_comes_back_with_what_was_written_and_what_the_service_adds(google: Any) -> None:
    written = {
        **meeting("Call"),
        "location": "Salle 4",
        "description": "<b>Agenda</b>",
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 0}]},
        "attendees": [{"email": "bob@example.org", "displayName": "Bob", "optional": True}],
        "extendedProperties": {"private": {"zc": "1:2"}, "shared": {"room": "4"}},
        "transparency": "transparent",
        "visibility": "private",
    }
    event = inserted(google, written)
    assert event == google.events().get(calendarId="primary", eventId=event["id"]).execute()
    own = {"email": ANA, "self": True}
    assert event == {
        **written,
        "attendees": [{**written["attendees"][0], "responseStatus": "needsAction"}],
        "kind": "calendar#event",
        "id": event["id"],
        "etag": event["etag"],
        "htmlLink": event["htmlLink"],
        "status": "confirmed",
        "eventType": "default",
        "iCalUID": f"{event['id']}@google.com",
        "sequence": 0,
        "created": "2026-11-22T08:00:00.000Z",
        "updated": "2026-11-22T08:00:00.000Z",
        "creator": own,
        "organizer": own,
    }


def test_what_the_service_decides_cannot_be_written(google: Any) -> None:
    event = inserted(
        google,
        {
            **meeting("Call"),
            "kind": "calendar#other",
            "etag": '"1"',
            "created": "2001-01-01T00:00:00Z",
            "updated": "2001-01-01T00:00:00Z",
            "htmlLink": "https://example.org",
            "creator": {"email": "eve@example.org"},
            "hangoutLink": "https://example.org",
            "locked": True,
            "recurringEventId": "other",
        },
    )
    assert event["kind"] == "calendar#event"
    assert event["etag"] != '"1"'
    assert event["created"] == event["updated"] == "2026-11-22T08:00:00.000Z"
    assert event["creator"] == {"email": ANA, "self": True}
    assert not {"hangoutLink", "locked", "recurringEventId"} & event.keys()
    assert "example.org" not in event["htmlLink"]


def test_a_chosen_id_is_taken_once_and_for_ever(google: Any) -> None:
    chosen = {**meeting("Call"), "id": "crm0000000001"}
    assert inserted(google, chosen)["id"] == "crm0000000001"
    assert refused(google.events().insert(calendarId="primary", body=chosen)) == TAKEN
    google.events().delete(calendarId="primary", eventId="crm0000000001").execute()
    assert refused(google.events().insert(calendarId="primary", body=chosen)) == TAKEN


@pytest.mark.parametrize("id", ["abcd", "wxyz1", "ABCDE", "ab_cde", "a" * 1025])
def test_an_id_has_an_alphabet_and_a_length(google: Any, id: str) -> None:
    refusal = refused(google.events().insert(calendarId="primary", body={**meeting("Call"), "id": id}))
    assert refusal == Refusal(400, "invalid", "Invalid resource id value.")


def test_a_patch_changes_what_it_names_and_an_update_drops_what_it_does_not(google: Any) -> None:
    event = inserted(google, {**meeting("Call"), "location": "Salle 4", "attendees": [{"email": "bob@example.org"}]})
    at = {"calendarId": "primary", "eventId": event["id"]}
    patched = google.events().patch(**at, body={"summary": "Meeting", "attendees": []}).execute()
    assert (patched["summary"], patched["location"]) == ("Meeting", "Salle 4")
    assert "attendees" not in patched
    updated = google.events().update(**at, body=meeting("Lunch", "2026-11-24", 12)).execute()
    assert (updated["summary"], updated["start"]["dateTime"]) == ("Lunch", "2026-11-24T12:00:00+01:00")
    assert "location" not in updated
    assert (updated["id"], updated["iCalUID"], updated["created"]) == (event["id"], event["iCalUID"], event["created"])


def test_a_stale_guard_refuses_every_change(google: Any, sandbox: Sandbox) -> None:
    event = inserted(google, meeting("Call"))
    at = {"calendarId": "primary", "eventId": event["id"]}
    sandbox.advance(1_500)
    newer = guarded(google.events().patch(**at, body={"summary": "Meeting"}), event["etag"]).execute()
    assert newer["etag"] != event["etag"]
    assert newer["updated"] == "2026-11-22T08:00:01.500Z"
    for change in (
        google.events().patch(**at, body={"summary": "Lost"}),
        google.events().update(**at, body=meeting("Lost")),
        google.events().delete(**at),
    ):
        assert refused(guarded(change, event["etag"])) == STALE
    assert google.events().get(**at).execute() == newer
    assert guarded(google.events().delete(**at), newer["etag"]).execute() == ""


def test_a_deleted_event_stays_readable_and_cannot_be_deleted_twice(google: Any) -> None:
    at = {"calendarId": "primary", "eventId": inserted(google, meeting("Call"))["id"]}
    assert google.events().delete(**at).execute() == ""
    assert google.events().get(**at).execute()["status"] == "cancelled"
    assert refused(google.events().delete(**at)) == GONE


def test_guests_are_mailed_only_when_asked(google: Any, sandbox: Sandbox) -> None:
    guests = {"attendees": [{"email": "bob@example.com"}, {"email": "eve@example.org"}]}
    event = inserted(google, {**meeting("Call"), **guests})
    assert sandbox.mails() == []
    at = {"calendarId": "primary", "eventId": event["id"]}
    google.events().patch(**at, body={"summary": "Later"}, sendUpdates="externalOnly").execute()
    google.events().delete(**at, sendUpdates="all").execute()
    assert [(mail["kind"], mail["to"]) for mail in sandbox.mails()] == [
        ("update", "eve@example.org"),
        ("cancellation", "bob@example.com"),
        ("cancellation", "eve@example.org"),
    ]


def test_an_import_is_an_upsert_by_uid(google: Any, sandbox: Sandbox) -> None:
    body = {**meeting("Fair"), "iCalUID": "fair@example.org", "attendees": [{"email": "eve@example.org"}]}
    first = google.events().import_(calendarId="primary", body=body).execute()
    again = google.events().import_(calendarId="primary", body={**body, "summary": "Fair, moved"}).execute()
    assert (again["id"], again["iCalUID"], again["summary"]) == (first["id"], "fair@example.org", "Fair, moved")
    assert sandbox.mails() == []
    assert refused(google.events().import_(calendarId="primary", body=meeting("Fair"))).status == 400


def test_special_events_keep_their_properties(google: Any) -> None:
    focus = {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}
    event = inserted(google, {**meeting("Focus"), "eventType": "focusTime", "focusTimeProperties": focus})
    assert (event["eventType"], event["focusTimeProperties"]) == ("focusTime", focus)
    at = {"calendarId": "primary", "eventId": event["id"]}
    assert refused(google.events().patch(**at, body={"eventType": "default"})).status == 400


def test_a_conference_is_made_only_when_the_client_knows_of_conferences(google: Any) -> None:
    body = {
        **meeting("Call"),
        "conferenceData": {"createRequest": {"requestId": "1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}},
    }
    assert "conferenceData" not in inserted(google, body)
    event = google.events().insert(calendarId="primary", body=body, conferenceDataVersion=1).execute()
    assert event["hangoutLink"].startswith("https://meet.google.com/")
    assert event["conferenceData"]["entryPoints"][0]["uri"] == event["hangoutLink"]
