"""google-api-python-client: recurring events, their occurrences and exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from google_api import Refusal, meeting, refused

ID = "series00001"


@pytest.fixture
def events(google: Any) -> Any:
    """A calendar with one series: Mondays at ten in Paris, five times, over the end of summer time."""

    def at(hour: int) -> dict[str, str]:
        return {"dateTime": f"2026-10-12T{hour}:00:00+02:00", "timeZone": "Europe/Paris"}

    rule = ["RRULE:FREQ=WEEKLY;COUNT=5"]
    body = {"id": ID, "summary": "Weekly", "start": at(10), "end": at(11), "recurrence": rule}
    assert google.events().insert(calendarId="primary", body=body).execute()["recurrence"] == rule
    return google.events()


def starts(answer: dict[str, Any]) -> list[str]:
    return [item["start"]["dateTime"] for item in answer.get("items", [])]


def test_the_occurrences_of_a_series_keep_their_wall_clock(events: Any) -> None:
    request, answers = events.instances(calendarId="primary", eventId=ID, maxResults=2), []
    while request is not None:
        answers.append(request.execute())
        request = events.instances_next(request, answers[-1])
    assert [starts(answer) for answer in answers] == [
        ["2026-10-12T10:00:00+02:00", "2026-10-19T10:00:00+02:00"],
        ["2026-10-26T10:00:00+01:00", "2026-11-02T10:00:00+01:00"],
        ["2026-11-09T10:00:00+01:00"],
    ]
    third = answers[1]["items"][0]
    assert (third["id"], third["recurringEventId"]) == (f"{ID}_20261026T090000Z", ID)
    assert third["originalStartTime"] == third["start"]
    assert "recurrence" not in third
    assert events.get(calendarId="primary", eventId=third["id"]).execute() == third


def test_instances_can_be_narrowed(events: Any) -> None:
    def of(**parameters: Any) -> list[str]:
        return starts(events.instances(calendarId="primary", eventId=ID, **parameters).execute())

    assert of(timeMin="2026-10-20T00:00:00Z", timeMax="2026-10-27T00:00:00Z") == ["2026-10-26T10:00:00+01:00"]
    # Unlike in a list, the lower bound is inclusive.
    assert of(timeMin="2026-11-09T10:00:00Z") == ["2026-11-09T10:00:00+01:00"]
    assert of(originalStart="2026-11-02T10:00:00+01:00") == ["2026-11-02T10:00:00+01:00"]


def test_a_list_shows_a_series_as_one_or_its_occurrences(events: Any) -> None:
    (one,) = events.list(calendarId="primary").execute()["items"]
    assert (one["id"], one["recurrence"]) == (ID, ["RRULE:FREQ=WEEKLY;COUNT=5"])
    window = {"timeMin": "2026-10-20T00:00:00Z", "timeMax": "2026-11-05T00:00:00Z"}
    many = events.list(calendarId="primary", singleEvents=True, orderBy="startTime", **window).execute()
    assert starts(many) == ["2026-10-26T10:00:00+01:00", "2026-11-02T10:00:00+01:00"]


def test_exceptions_and_deleted_occurrences_come_in_the_delta(events: Any) -> None:
    token = events.list(calendarId="primary").execute()["nextSyncToken"]
    moved, deleted = f"{ID}_20261019T080000Z", f"{ID}_20261102T090000Z"
    body = {"start": {"dateTime": "2026-10-21T10:00:00+02:00"}, "end": {"dateTime": "2026-10-21T11:00:00+02:00"}}
    exception = events.patch(calendarId="primary", eventId=moved, body=body).execute()
    assert exception["recurringEventId"] == ID
    assert exception["originalStartTime"]["dateTime"] == "2026-10-19T10:00:00+02:00"
    events.delete(calendarId="primary", eventId=deleted).execute()

    rows = {row["id"]: row for row in events.list(calendarId="primary", syncToken=token).execute()["items"]}
    assert rows.keys() == {moved, deleted}
    assert rows[moved]["start"]["dateTime"] == "2026-10-21T10:00:00+02:00"
    assert (rows[deleted]["status"], rows[deleted]["recurringEventId"]) == ("cancelled", ID)
    assert rows[deleted]["originalStartTime"]["dateTime"] == "2026-11-02T10:00:00+01:00"

    left = events.instances(calendarId="primary", eventId=ID).execute()
    assert starts(left) == [
        "2026-10-12T10:00:00+02:00",
        "2026-10-21T10:00:00+02:00",
        "2026-10-26T10:00:00+01:00",
        "2026-11-09T10:00:00+01:00",
    ]
    assert refused(events.delete(calendarId="primary", eventId=deleted)).reason == "deleted"


def test_a_series_can_be_cut_and_go_on_as_another(events: Any) -> None:
    """ "This and following": the old series ends the day before, a new one begins."""
    events.patch(
        calendarId="primary", eventId=ID, body={"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20261101T225959Z"]}
    ).execute()
    rest = {**meeting("Weekly, later", "2026-11-02", 15), "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}
    events.insert(calendarId="primary", body=rest).execute()
    all_of_them = events.list(calendarId="primary", singleEvents=True, orderBy="startTime").execute()
    assert [(item["summary"], item["start"]["dateTime"]) for item in all_of_them["items"]] == [
        ("Weekly", "2026-10-12T10:00:00+02:00"),
        ("Weekly", "2026-10-19T10:00:00+02:00"),
        ("Weekly", "2026-10-26T10:00:00+01:00"),
        ("Weekly, later", "2026-11-02T15:00:00+01:00"),
        ("Weekly, later", "2026-11-09T15:00:00+01:00"),
    ]


def test_all_day_occurrences_are_named_by_their_date(google: Any) -> None:
    body = {"id": "dates00001", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
    body["recurrence"] = ["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261202"]
    google.events().insert(calendarId="primary", body=body).execute()
    items = google.events().instances(calendarId="primary", eventId="dates00001").execute()["items"]
    assert [(item["id"], item["start"], item["end"]) for item in items] == [
        ("dates00001_20261201", {"date": "2026-12-01"}, {"date": "2026-12-02"}),
        ("dates00001_20261203", {"date": "2026-12-03"}, {"date": "2026-12-04"}),
    ]


def test_a_deleted_series_takes_its_occurrences_along(events: Any) -> None:
    events.delete(calendarId="primary", eventId=ID).execute()
    assert "items" not in events.list(calendarId="primary", singleEvents=True).execute()


def test_a_series_needs_a_zone_and_a_readable_rule(google: Any) -> None:
    bare = {"start": {"dateTime": "2026-11-23T10:00:00+01:00"}, "end": {"dateTime": "2026-11-23T11:00:00+01:00"}}
    bare["recurrence"] = ["RRULE:FREQ=DAILY;COUNT=2"]
    assert refused(google.events().insert(calendarId="primary", body=bare)) == Refusal(
        400, "required", "Missing time zone definition for start time."
    )
    body = {**meeting("Call"), "recurrence": ["RRULE:FREQ=SOMETIMES"]}
    assert refused(google.events().insert(calendarId="primary", body=body)).status == 400
