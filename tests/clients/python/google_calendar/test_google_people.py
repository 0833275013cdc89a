"""Google's clients of two people: an invitation, its answer, and what each of them may do with it."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from gcal_sync.api import GoogleCalendarService
from gcal_sync.model import ResponseStatus
from gcal_sync.sync import CalendarEventSyncManager

from gcal_sync_host import Auth, Store
from google_api import ANA, TEAM, client, meeting, refused
from sandbox import Sandbox

BEN = "ben@example.com"
BENS_TOKEN = "sandbox-google-ben"


@pytest.fixture
def ben(sandbox: Sandbox) -> Iterator[Any]:
    """google-api-python-client, signed in as Ben."""
    with client(sandbox.url, BENS_TOKEN) as service:
        yield service


@pytest.fixture
async def bens_service(sandbox: Sandbox) -> AsyncIterator[GoogleCalendarService]:
    """gcal_sync, signed in as Ben."""
    async with aiohttp.ClientSession() as session:
        yield GoogleCalendarService(Auth(session, sandbox.url, BENS_TOKEN))


@pytest.fixture
def invitation(google: Any) -> dict[str, str]:
    """Where both find the meeting that Ana invites Ben to."""
    guests = [{"email": ANA, "responseStatus": "accepted"}, {"email": BEN}]
    body = {**meeting("Offer"), "attendees": guests, "extendedProperties": {"private": {"zc": "1"}}, "colorId": "3"}
    return {"calendarId": "primary", "eventId": google.events().insert(calendarId="primary", body=body).execute()["id"]}


def answers(event: dict[str, Any]) -> dict[str, str]:
    return {guest["email"]: guest["responseStatus"] for guest in event["attendees"]}


def test_a_copy_shows_what_is_shared_and_who_one_is(google: Any, ben: Any, invitation: dict[str, str]) -> None:
    copy, original = ben.events().get(**invitation).execute(), google.events().get(**invitation).execute()
    shared = ("id", "iCalUID", "summary", "start", "end", "status")
    assert {name: copy[name] for name in shared} == {name: original[name] for name in shared}
    assert copy["organizer"] == {"email": ANA}
    assert original["organizer"] == {"email": ANA, "self": True}
    assert [guest["email"] for guest in copy["attendees"] if guest.get("self")] == [BEN]
    assert not {"extendedProperties", "colorId"} & copy.keys()


def test_an_answer_travels_back_and_nothing_else(google: Any, ben: Any, invitation: dict[str, str]) -> None:
    yes = {"attendees": [{"email": ANA, "responseStatus": "accepted"}, {"email": BEN, "responseStatus": "accepted"}]}
    ben.events().patch(**invitation, body={**yes, "colorId": "7"}).execute()
    original = google.events().get(**invitation).execute()
    assert answers(original) == {ANA: "accepted", BEN: "accepted"}
    assert original["colorId"] == "3"
    refusal = refused(ben.events().patch(**invitation, body={"summary": "Mine"}))
    assert (refusal.status, refusal.reason) == (403, "forbiddenForNonOrganizer")


@pytest.mark.parametrize(("told", "left"), [("none", "confirmed"), ("all", "cancelled")])
def test_guests_keep_what_they_are_not_told_of(
    google: Any, ben: Any, invitation: dict[str, str], told: str, left: str
) -> None:
    google.events().delete(**invitation, sendUpdates=told).execute()
    assert ben.events().get(**invitation).execute()["status"] == left


async def test_a_guests_copy_follows_the_organiser(
    google: Any, bens_service: GoogleCalendarService, invitation: dict[str, str]
) -> None:
    store = Store()
    manager = CalendarEventSyncManager(bens_service, "primary", store)
    await manager.run()
    assert store.events()[invitation["eventId"]]["summary"] == "Offer"
    google.events().patch(**invitation, body=meeting("Better offer", "2026-11-24")).execute()
    await manager.run()
    copy = await bens_service.async_get_event("primary", invitation["eventId"])
    assert store.events()[invitation["eventId"]]["summary"] == copy.summary == "Better offer"
    assert copy.start.value == datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)
    assert {guest.email: guest.response_status for guest in copy.attendees if guest.is_self} == {
        BEN: ResponseStatus.NEEDS_ACTION
    }


def test_a_moved_event_is_cancelled_where_it_was(google: Any) -> None:
    event = google.events().insert(calendarId="primary", body=meeting("Call")).execute()
    token = google.events().list(calendarId="primary").execute()["nextSyncToken"]
    moved = google.events().move(calendarId="primary", eventId=event["id"], destination=TEAM).execute()
    assert google.events().get(calendarId=TEAM, eventId=event["id"]).execute()["summary"] == "Call"
    assert moved["id"] == event["id"]
    (row,) = google.events().list(calendarId="primary", syncToken=token).execute()["items"]
    assert (row["id"], row["status"]) == (event["id"], "cancelled")


def test_what_is_around_a_calendar_fits_the_description(google: Any, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "scopes", {"google": ["https://www.googleapis.com/auth/calendar"]})
    google.events().insert(calendarId="primary", body=meeting("Call")).execute()
    window = {"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-24T00:00:00Z", "items": [{"id": ANA}]}
    busy = google.freebusy().query(body=window).execute()["calendars"][ANA]["busy"]
    assert busy == [{"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}]
    assert google.settings().get(setting="timezone").execute()["value"] == "Europe/Paris"
    settings = {item["id"] for item in google.settings().list().execute()["items"]}
    assert {"timezone", "weekStart", "locale"} <= settings
    assert len(google.colors().get().execute()["event"]) == 11
    assert google.calendars().get(calendarId="primary").execute()["id"] == ANA


def test_labels_and_attachments_need_a_client_that_knows_of_them(google: Any) -> None:
    attachment = {"fileUrl": "https://drive.example.com/1", "title": "Offer", "mimeType": "application/pdf"}
    body = {**meeting("Call"), "eventLabelId": "label-client", "attachments": [attachment]}
    without = google.events().insert(calendarId="primary", body=body).execute()
    assert not {"eventLabelId", "attachments"} & without.keys()
    known = google.events().insert(calendarId="primary", body=body, eventLabelVersion=1, supportsAttachments=True)
    event = known.execute()
    assert event["eventLabelId"] == "label-client"
    assert [kept["fileUrl"] for kept in event["attachments"]] == [attachment["fileUrl"]]
