"""google-api-python-client: many calls in one request."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from google_api import Refusal, batch, guarded, meeting
from sandbox import Sandbox


def test_each_call_of_a_batch_has_its_own_answer(google: Any, sandbox: Sandbox) -> None:
    events = google.events()
    old = events.insert(calendarId="primary", body=meeting("Old")).execute()
    other = events.insert(calendarId="primary", body=meeting("Other")).execute()
    gone = events.insert(calendarId="primary", body=meeting("Gone")).execute()
    answers = batch(
        sandbox.url,
        {
            "insert": events.insert(calendarId="primary", body={**meeting("Neu – été"), "id": "crm0000000001"}),
            "again": events.insert(calendarId="primary", body={**meeting("New"), "id": "crm0000000001"}),
            "patch": guarded(
                events.patch(calendarId="primary", eventId=old["id"], body={"summary": "Newer"}), old["etag"]
            ),
            "stale": guarded(
                events.patch(calendarId="primary", eventId=other["id"], body={"summary": "Lost"}), old["etag"]
            ),
            "get": events.get(calendarId="primary", eventId=old["id"]),
            "delete": events.delete(calendarId="primary", eventId=gone["id"]),
            "missing": events.get(calendarId="primary", eventId="nothere"),
            "list": events.list(calendarId="primary"),
        },
    )
    refusals = {name: Refusal.of(answers.pop(name)) for name in ("again", "stale", "missing")}
    assert refusals == {
        "again": Refusal(409, "duplicate", "The requested identifier already exists."),
        "stale": Refusal(412, "conditionNotMet", "Precondition Failed", "If-Match"),
        "missing": Refusal(404, "notFound", "Not Found"),
    }
    assert answers["insert"]["summary"] == "Neu – été"
    assert answers["get"] == answers["patch"]
    assert answers["delete"] == ""
    assert {item["summary"] for item in answers["list"]["items"]} == {"Neu – été", "Newer", "Other"}


def test_a_batch_of_fifty_is_taken_and_one_more_is_not(google: Any, sandbox: Sandbox) -> None:
    events = google.events()

    def inserts(count: int, letter: str) -> dict[str, Any]:
        return {
            f"{n}": events.insert(calendarId="primary", body={**meeting("Call"), "id": f"{letter}{n:08}"})
            for n in range(count)
        }

    answers = batch(sandbox.url, inserts(50, "a"))
    assert {name: answer["id"] for name, answer in answers.items()} == {f"{n}": f"a{n:08}" for n in range(50)}
    with pytest.raises(HttpError) as caught:
        batch(sandbox.url, inserts(51, "b"))
    assert caught.value.status_code == 400
    assert len(events.list(calendarId="primary").execute()["items"]) == 50
