"""google-api-python-client: what it makes of refusals and of trouble on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from google_api import ANA, HOLIDAYS, Refusal, client, meeting, refused
from sandbox import Sandbox

NOT_FOUND = Refusal(404, "notFound", "Not Found")


def test_a_refused_token_makes_the_client_ask_for_a_new_one(sandbox: Sandbox) -> None:
    with client(sandbox.url, "ya29.expired") as google, pytest.raises(RefreshError):
        google.events().list(calendarId="primary").execute()


def test_no_token_is_a_refusal_of_its_own(sandbox: Sandbox) -> None:
    with client(sandbox.url, token=None) as google:
        refusal = refused(google.events().list(calendarId="primary"))
    assert refusal == Refusal(401, "required", "Login Required.", "Authorization")


def test_a_missing_scope_is_refused_before_anything_is_looked_up(google: Any, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "scopes", {"google": ["https://www.googleapis.com/auth/calendar.events.readonly"]})
    google.events().list(calendarId="primary").execute()
    for call in (
        google.calendarList().list(),
        google.events().insert(calendarId="primary", body=meeting("Call")),
        google.events().delete(calendarId="primary", eventId="nothere"),
    ):
        with pytest.raises(HttpError) as caught:
            call.execute()
        # This refusal comes with details, which the client shows instead of the reasons.
        (detail,) = caught.value.error_details
        assert (caught.value.status_code, caught.value.reason) == (
            403,
            "Request had insufficient authentication scopes.",
        )
        assert detail["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
        assert detail["metadata"]["service"] == "calendar-json.googleapis.com"


def test_a_calendar_that_may_only_be_read_refuses_changes(google: Any) -> None:
    google.events().list(calendarId=HOLIDAYS).execute()
    refusal = refused(google.events().insert(calendarId=HOLIDAYS, body=meeting("Call")))
    assert (refusal.status, refusal.reason) == (403, "requiredAccessLevel")


def test_a_guest_may_not_change_what_the_organiser_owns(google: Any) -> None:
    invitation = {"organizer": {"email": "org@example.org"}, "attendees": [{"email": ANA}]}
    body = {**meeting("Fair"), "iCalUID": "fair@example.org", **invitation}
    at = {"calendarId": "primary", "eventId": google.events().import_(calendarId="primary", body=body).execute()["id"]}
    refusal = refused(google.events().patch(**at, body={"summary": "Mine"}))
    assert (refusal.status, refusal.reason) == (403, "forbiddenForNonOrganizer")
    assert google.events().patch(**at, body={"colorId": "5"}).execute()["colorId"] == "5"


def test_what_does_not_exist_is_not_found(google: Any) -> None:
    events = google.events()
    for call in (
        events.get(calendarId="primary", eventId="nothere"),
        events.patch(calendarId="primary", eventId="nothere", body={}),
        events.delete(calendarId="primary", eventId="nothere"),
        events.instances(calendarId="primary", eventId="nothere"),
        events.list(calendarId="nobody@example.com"),
    ):
        assert refused(call) == NOT_FOUND


CALL = meeting("Call")
START, END = CALL["start"], CALL["end"]


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        ({"start": START}, "required", "Missing end time."),
        ({"end": END}, "required", "Missing start time."),
        (
            {"start": START, "end": {"date": "2026-11-24"}},
            "invalid",
            "Start and end times must either both be date or both be dateTime.",
        ),
        ({"start": END, "end": START}, "timeRangeEmpty", "The specified time range is empty."),
        ({"start": START, "end": START}, "timeRangeEmpty", "The specified time range is empty."),
        (
            {"start": {"dateTime": "2026-11-23T10:00:00"}, "end": END},
            "required",
            "Missing time zone definition for start time.",
        ),
        (
            {**CALL, "reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        ),
        ({**CALL, "reminders": {"overrides": [{"method": "popup"}]}}, "required", "Missing override reminder minutes."),
    ],
)
def test_bad_bodies_are_refused_with_the_reason_that_names_them(
    google: Any, body: dict[str, Any], reason: str, message: str
) -> None:
    refusal = refused(google.events().insert(calendarId="primary", body=body))
    assert (refusal.status, refusal.reason, refusal.message) == (400, reason, message)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "userRateLimitExceeded"), (403, "quotaExceeded"), (429, "rateLimitExceeded")],
)
def test_limits_of_use_are_told_by_their_reason(google: Any, sandbox: Sandbox, status: int, reason: str) -> None:
    sandbox.admin("POST", "faults", {"service": "google", "kind": "status", "status": status, "reason": reason})
    refusal = refused(google.events().insert(calendarId="primary", body=meeting("Call")))
    assert (refusal.status, refusal.reason) == (status, reason)


@pytest.mark.parametrize(
    ("status", "reason", "repeated"),
    [
        (403, "rateLimitExceeded", True),
        (403, "userRateLimitExceeded", True),
        (429, "rateLimitExceeded", True),
        (503, "backendError", True),
        (403, "quotaExceeded", False),
        (403, "forbiddenForNonOrganizer", False),
        (412, "conditionNotMet", False),
    ],
)
def test_the_client_knows_from_the_reason_what_to_repeat(
    google: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, status: int, reason: str, repeated: bool
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    sandbox.admin("POST", "faults", {"service": "google", "kind": "status", "status": status, "reason": reason})
    call = google.events().list(calendarId="primary")
    if repeated:
        assert call.execute(num_retries=1)["kind"] == "calendar#events"
    else:
        with pytest.raises(HttpError) as caught:
            call.execute(num_retries=1)
        assert Refusal.of(caught.value).reason == reason
    assert sandbox.admin("GET", "counters")["requests"]["google"] == 1 + repeated


def test_a_lost_answer_is_found_again_by_the_chosen_id(google: Any, sandbox: Sandbox) -> None:
    call = google.events().insert(calendarId="primary", body={**meeting("Call"), "id": "crm0000000001"})
    sandbox.admin("POST", "faults", {"service": "google", "kind": "status", "status": 503, "when": "after"})
    assert refused(call) == Refusal(503, "backendError", "Backend Error")
    assert refused(call).reason == "duplicate"
    found = google.events().get(calendarId="primary", eventId="crm0000000001").execute()
    assert found["summary"] == "Call"
