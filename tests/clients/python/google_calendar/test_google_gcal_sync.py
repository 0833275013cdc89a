"""gcal_sync, the engine of Home Assistant's Google calendars: it keeps a copy of a calendar by sync tokens, and
expands series by itself. Both are compared with what the sandbox says when it is asked directly."""

from __future__ import annotations

import datetime
from typing import Any

import aiohttp
import pytest
from gcal_sync.api import (
    CalendarEventStoreService,
    GoogleCalendarService,
    ListEventsRequest,
    LocalListEventsRequest,
    SyncEventsRequest,
)
from gcal_sync.exceptions import ApiException, ApiForbiddenException, AuthException, InvalidSyncTokenException
from gcal_sync.model import (
    AccessRole,
    Attendee,
    DateOrDatetime,
    Event,
    EventStatusEnum,
    EventTypeEnum,
    ReminderMethod,
    ResponseStatus,
)
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

from gcal_sync_host import Auth, Store
from google_api import ANA, HOLIDAYS, TEAM
from sandbox import Sandbox

UTC = datetime.UTC
MONDAY = datetime.datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def manager(service: GoogleCalendarService, store: Store) -> CalendarEventSyncManager:
    return CalendarEventSyncManager(service, "primary", store)


def event(summary: str, start: datetime.datetime = MONDAY, **rest: Any) -> Event:
    return Event(
        summary=summary,
        start=DateOrDatetime(date_time=start, timezone="Europe/Paris"),
        end=DateOrDatetime(date_time=start + HOUR, timezone="Europe/Paris"),
        **rest,
    )


def requests(sandbox: Sandbox) -> dict[str, int]:
    """How often each method was called since the last look."""
    counted = sandbox.admin("GET", "counters")["requests"]["byKind"]["google"]
    sandbox.admin("POST", "counters/reset")
    return counted


async def timeline(local: CalendarEventStoreService, start: datetime.datetime, end: datetime.datetime) -> list[Event]:
    return (await local.async_list_events(LocalListEventsRequest(start_time=start, end_time=end))).events


async def test_calendars_are_kept_by_a_token(service: GoogleCalendarService, sandbox: Sandbox, store: Store) -> None:
    manager = CalendarListSyncManager(service, store)
    for _ in range(2):
        await manager.run()
        found = {calendar.id: calendar for calendar in (await manager.store_service.async_list_calendars()).calendars}
        assert {name: calendar.access_role for name, calendar in found.items()} == {
            ANA: AccessRole.OWNER,
            TEAM: AccessRole.WRITER,
            HOLIDAYS: AccessRole.READER,
        }
        assert (found[ANA].primary, found[ANA].timezone, found[TEAM].summary) == (True, "Europe/Paris", "Sales team")
    assert requests(sandbox) == {"calendarList.list": 2}


async def test_one_calendar_is_read_by_itself(service: GoogleCalendarService, sandbox: Sandbox) -> None:
    with pytest.raises(ApiForbiddenException):
        await service.async_get_calendar(TEAM)
    sandbox.admin("POST", "scopes", {"google": ["https://www.googleapis.com/auth/calendar.readonly"]})
    calendar = await service.async_get_calendar(TEAM)
    assert (calendar.id, calendar.summary, calendar.timezone) == (TEAM, "Sales team", "Europe/Paris")


async def test_an_event_is_written_and_read_with_its_types(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, store: Store
) -> None:
    await service.async_create_event(
        "primary",
        event(
            "Call",
            location="Salle 4",
            description="<b>Agenda</b>",
            attendees=[Attendee(email="bob@example.org", display_name="Bob", optional=True)],
        ),
    )
    await manager.run()
    ((id, _),) = store.events().items()
    read = await service.async_get_event("primary", id)
    assert (read.summary, read.location, read.description) == ("Call", "Salle 4", "<b>Agenda</b>")
    assert (read.start.value, read.end.value) == (MONDAY, MONDAY + HOUR)
    assert (read.status, read.event_type, read.ical_uuid) == (
        EventStatusEnum.CONFIRMED,
        EventTypeEnum.DEFAULT,
        f"{id}@google.com",
    )
    (guest,) = read.attendees
    assert (guest.email, guest.display_name, guest.optional, guest.response_status) == (
        "bob@example.org",
        "Bob",
        True,
        ResponseStatus.NEEDS_ACTION,
    )
    assert read.reminders is not None
    assert read.reminders.use_default


async def test_a_copy_follows_what_changes(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, store: Store, sandbox: Sandbox
) -> None:
    for name in ("Kept", "Changed", "Deleted"):
        await service.async_create_event("primary", event(name))
    await manager.run()
    assert {item["summary"] for item in store.events().values()} == {"Kept", "Changed", "Deleted"}
    ids = {item["summary"]: id for id, item in store.events().items()}
    first, before = store.token(), store.events()

    sandbox.advance(60_000)
    overrides = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}
    await service.async_patch_event("primary", ids["Changed"], {"summary": "Changed twice", "reminders": overrides})
    await service.async_delete_event("primary", ids["Deleted"])
    await service.async_create_event(
        "primary",
        Event(
            summary="Added", start=DateOrDatetime(date=MONDAY.date()), end=DateOrDatetime(date=(MONDAY + DAY).date())
        ),
    )
    requests(sandbox)
    await manager.run()
    assert requests(sandbox) == {"events.list": 1}
    assert store.token() != first

    after = store.events()
    assert after[ids["Kept"]] == before[ids["Kept"]]
    assert after[ids["Changed"]]["summary"] == "Changed twice"
    assert after[ids["Deleted"]]["status"] == "cancelled"
    assert len(after) == 4
    events = {found.summary: found for found in await timeline(manager.store_service, MONDAY - DAY, MONDAY + DAY)}
    assert events.keys() == {"Kept", "Changed twice", "Added"}
    assert (events["Added"].start.value, events["Added"].end.value) == (MONDAY.date(), (MONDAY + DAY).date())
    reminders = events["Changed twice"].reminders
    assert reminders is not None
    assert not reminders.use_default
    assert [(one.method, one.minutes) for one in reminders.overrides] == [(ReminderMethod.POPUP, 5)]


async def test_a_quiet_run_changes_nothing(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, store: Store, sandbox: Sandbox
) -> None:
    await service.async_create_event("primary", event("Call"))
    await manager.run()
    before = store.events()
    await manager.run()
    assert store.events() == before


async def test_an_expired_token_leads_to_a_full_read(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, store: Store, sandbox: Sandbox
) -> None:
    for name in ("Kept", "Deleted"):
        await service.async_create_event("primary", event(name))
    await manager.run()
    (deleted,) = (id for id, item in store.events().items() if item["summary"] == "Deleted")
    token = store.token()

    await service.async_delete_event("primary", deleted)
    sandbox.admin("POST", "sync-tokens/expire")
    with pytest.raises(InvalidSyncTokenException):
        await service.async_list_events_page(SyncEventsRequest(calendar_id="primary", sync_token=token))
    requests(sandbox)
    await manager.run()
    # The refused delta, then the read that replaces it: without the deleted event, and without a tombstone for it.
    assert requests(sandbox) == {"events.list": 2}
    assert {item["summary"] for item in store.events().values()} == {"Kept"}
    assert store.token() != token
    await manager.run()
    assert requests(sandbox) == {"events.list": 1}


async def test_a_large_calendar_is_copied_page_by_page(
    manager: CalendarEventSyncManager, store: Store, sandbox: Sandbox
) -> None:
    sandbox.admin("POST", "fill", {"events": 2500})
    live = sandbox.admin("GET", "google-events?calendar=primary")
    requests(sandbox)
    await manager.run()
    assert requests(sandbox)["events.list"] >= 3
    copied = {id: item["summary"] for id, item in store.events().items() if item["status"] != "cancelled"}
    assert copied == {item["id"]: item.get("summary", "") for item in live}

    # People go on working; the copy follows with what they touched.
    sandbox.admin("POST", "edits", {"count": 40, "seed": 3})
    await manager.run()
    assert requests(sandbox)["events.list"] == 1
    live = sandbox.admin("GET", "google-events?calendar=primary")
    copied = {id: item["summary"] for id, item in store.events().items() if item["status"] != "cancelled"}
    assert copied == {item["id"]: item.get("summary", "") for item in live}


async def test_series_expand_as_the_library_expands_them(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, sandbox: Sandbox
) -> None:
    """Two expansions that know nothing of each other, over a year with both changes of the clocks."""
    sandbox.admin("POST", "fill", {"events": 1500, "seed": 11})
    start, end = MONDAY - 60 * DAY, MONDAY + 300 * DAY
    await manager.run()
    local = await timeline(manager.store_service, start, end)
    remote: list[Event] = []
    async for page in await service.async_list_events(
        ListEventsRequest(calendar_id="primary", start_time=start, end_time=end)
    ):
        remote += page.items

    def shape(events: list[Event]) -> list[tuple[str, str, str, str]]:
        return sorted(
            (
                str(found.id),
                found.summary,
                str(found.start.normalize(UTC).astimezone(UTC)),
                str(found.end.normalize(UTC).astimezone(UTC)),
            )
            for found in events
        )

    assert sum(found.recurring_event_id is not None for found in remote) > 100
    assert shape(local) == shape(remote)


async def test_an_occurrence_and_the_rest_of_a_series_are_deleted_as_people_do_it(
    service: GoogleCalendarService, manager: CalendarEventSyncManager, store: Store
) -> None:
    await service.async_create_event("primary", event("Weekly", recurrence=["RRULE:FREQ=WEEKLY;COUNT=6"]))
    await manager.run()
    ((id, stored),) = store.events().items()
    weeks = [MONDAY + 7 * n * DAY for n in range(6)]

    async def starts() -> list[datetime.datetime]:
        await manager.run()
        return [found.start.value for found in await timeline(manager.store_service, MONDAY - DAY, MONDAY + 60 * DAY)]

    assert await starts() == weeks
    second = f"{id}_{weeks[1]:%Y%m%dT%H%M%SZ}"
    await manager.store_service.async_delete_event(stored["ical_uuid"], second)
    assert await starts() == [weeks[0], *weeks[2:]]
    assert store.events()[second]["status"] == "cancelled"

    # The library's own Range.THIS_AND_FUTURE sets COUNT to 0, which this `ical` refuses; this is what it would send.
    until = f"RRULE:FREQ=WEEKLY;UNTIL={weeks[4] - DAY:%Y%m%dT%H%M%SZ}"
    await service.async_patch_event("primary", id, {"id": id, "recurrence": [until]})
    assert await starts() == [weeks[0], weeks[2], weeks[3]]

    await manager.store_service.async_delete_event(stored["ical_uuid"])
    assert await starts() == []


async def test_a_search_is_paged_and_sorted(service: GoogleCalendarService) -> None:
    for day, name in enumerate(("Lunch with Bob", "Call", "Lunch with Eve")):
        await service.async_create_event("primary", event(name, MONDAY - day * DAY))
    request = ListEventsRequest(calendar_id="primary", start_time=MONDAY - 9 * DAY, search="lunch")
    assert [found.summary async for page in await service.async_list_events(request) for found in page.items] == [
        "Lunch with Eve",
        "Lunch with Bob",
    ]


async def test_a_sync_may_begin_with_a_window(service: GoogleCalendarService, store: Store) -> None:
    await service.async_create_event("primary", event("Past", MONDAY - 100 * DAY))
    await service.async_create_event("primary", event("Call"))
    template = SyncEventsRequest(calendar_id="primary", start_time=MONDAY - DAY)
    manager = CalendarEventSyncManager(service, store=store, request_template=template)
    await manager.run()
    assert {item["summary"] for item in store.events().values()} == {"Call"}
    await service.async_create_event("primary", event("Later", MONDAY + DAY))
    await manager.run()
    assert {item["summary"] for item in store.events().values()} == {"Call", "Later"}


async def test_refusals_have_exceptions_of_their_own(service: GoogleCalendarService, sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        expired = GoogleCalendarService(Auth(session, sandbox.url, "ya29.expired"))
        with pytest.raises(AuthException, match="401"):
            await expired.async_list_calendars()
    with pytest.raises(ApiForbiddenException, match="403"):
        await service.async_create_event(HOLIDAYS, event("Call"))
    with pytest.raises(ApiException, match="404: Not Found"):
        await service.async_get_event("primary", "nothere")
    with pytest.raises(ApiException, match=r"400: Invalid sync token value\."):
        await service.async_list_events_page(SyncEventsRequest(calendar_id="primary", sync_token="no token"))
    chosen = event("Call", id="crm0000000001")
    await service.async_create_event("primary", chosen)
    with pytest.raises(ApiException, match="409: The requested identifier already exists"):
        await service.async_create_event("primary", chosen)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("drop", "Error connecting"), ("not-json", "malformed response"), ("wrong-type", "malformed response")],
)
async def test_a_copy_outlives_trouble_on_the_way(
    service: GoogleCalendarService,
    manager: CalendarEventSyncManager,
    store: Store,
    sandbox: Sandbox,
    kind: str,
    message: str,
) -> None:
    await service.async_create_event("primary", event("Call"))
    await manager.run()
    before = store.data
    await service.async_create_event("primary", event("Later", MONDAY + DAY))
    # A GET that is dropped is repeated once by the client's transport, on a new connection.
    sandbox.admin("POST", "faults", {"service": "google", "method": "GET", "kind": kind, "times": 2})
    with pytest.raises(ApiException, match=message):
        await manager.run()
    assert store.data == before
    sandbox.admin("DELETE", "faults")
    await manager.run()
    assert {item["summary"] for item in store.events().values()} == {"Call", "Later"}
