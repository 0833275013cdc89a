"""gcal_sync expands series with `ical` and `dateutil`, the sandbox with a crate of its own: rule by rule they agree.

Left out is what the library does otherwise than RFC 5545 says: a series of RDATE lines alone lacks its first
occurrence, and an occurrence that spans a change of the clocks keeps its wall clock at the end instead of its length.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from gcal_sync.api import GoogleCalendarService, ListEventsRequest, LocalListEventsRequest
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.sync import CalendarEventSyncManager

UTC = datetime.UTC
SPAN = (datetime.datetime(2024, 1, 1, tzinfo=UTC), datetime.datetime(2031, 1, 1, tzinfo=UTC))

PARIS = "Europe/Paris"


@dataclass(frozen=True)
class Series:
    """A series and how often it takes place in all."""

    count: int
    start: str
    """A date, or a time in the zone."""
    rules: tuple[str, ...]
    zone: str | None = PARIS
    length: datetime.timedelta = datetime.timedelta(minutes=45)

    def event(self) -> Event:
        if self.zone is None:
            first = datetime.date.fromisoformat(self.start)
            return self._of(DateOrDatetime(date=first), DateOrDatetime(date=first + self.length))
        at = datetime.datetime.fromisoformat(self.start)
        return self._of(
            DateOrDatetime(date_time=at, timezone=self.zone),
            DateOrDatetime(date_time=at + self.length, timezone=self.zone),
        )

    def _of(self, start: DateOrDatetime, end: DateOrDatetime) -> Event:
        return Event(summary="Series", start=start, end=end, recurrence=list(self.rules))


def timed(count: int, start: str, *rules: str, zone: str = PARIS) -> Series:
    return Series(count, start, rules, zone)


def dated(count: int, start: str, *rules: str, days: int = 1) -> Series:
    return Series(count, start, rules, None, datetime.timedelta(days=days))


RULES = [
    timed(40, "2026-09-01T10:00:00", "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=40"),
    timed(91, "2026-09-02T10:00:00", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270401T080000Z"),
    timed(20, "2026-09-02T10:00:00", "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,TU;COUNT=20"),
    timed(20, "2026-09-02T10:00:00", "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SU,TU;COUNT=20"),
    timed(4, "2026-09-01T10:00:00", "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=4"),
    timed(9, "2026-08-31T10:00:00", "RRULE:FREQ=MONTHLY;COUNT=9"),
    timed(9, "2026-08-31T10:00:00", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=9"),
    timed(15, "2026-08-13T10:00:00", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=15"),
    timed(12, "2026-08-28T10:00:00", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=12"),
    timed(12, "2026-08-03T10:00:00", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12"),
    timed(22, "2026-08-03T10:00:00", "RRULE:FREQ=MONTHLY;BYDAY=2TU,4TU;UNTIL=20270701"),
    timed(4, "2026-11-26T10:00:00", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=4"),
    timed(2, "2024-02-29T10:00:00", "RRULE:FREQ=YEARLY;COUNT=2"),
    timed(40, "2026-09-07T22:00:00", "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=40", zone="America/New_York"),
    timed(60, "2026-09-07T09:00:00", "RRULE:FREQ=DAILY;COUNT=60", zone="Australia/Lord_Howe"),
    timed(20, "2026-09-07T09:00:00", "RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=20", zone="Etc/UTC"),
    timed(
        28,
        "2026-09-07T09:00:00",
        "RRULE:FREQ=DAILY;COUNT=30",
        "EXDATE;TZID=Asia/Kolkata:20260909T090000,20260910T090000",
        zone="Asia/Kolkata",
    ),
    timed(9, "2026-09-07T09:00:00", "RRULE:FREQ=DAILY;COUNT=10", "EXDATE:20260909T070000Z"),
    timed(
        5,
        "2026-09-07T09:00:00",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "RDATE;TZID=Europe/Paris:20261225T090000,20270101T090000",
    ),
    dated(30, "2026-09-07", "RRULE:FREQ=WEEKLY;COUNT=30"),
    dated(8, "2026-09-07", "RRULE:FREQ=MONTHLY;BYMONTHDAY=7;UNTIL=20270601", "EXDATE;VALUE=DATE:20261107", days=3),
    dated(6, "2026-12-31", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6"),
    dated(6, "2026-09-07", "RRULE:FREQ=DAILY;COUNT=5", "RDATE;VALUE=DATE:20261224"),
    dated(6, "2026-09-07", "RRULE:FREQ=DAILY;UNTIL=20260912T220000Z"),
]


@pytest.mark.parametrize("series", RULES, ids=lambda series: f"{series.start} {' '.join(series.rules)}")
async def test_both_expand_a_rule_alike(service: GoogleCalendarService, series: Series) -> None:
    await service.async_create_event("primary", series.event())
    manager = CalendarEventSyncManager(service, "primary")
    await manager.run()
    start, end = SPAN
    local = await manager.store_service.async_list_events(LocalListEventsRequest(start_time=start, end_time=end))
    request = ListEventsRequest(calendar_id="primary", start_time=start, end_time=end)
    remote = [found async for page in await service.async_list_events(request) for found in page.items]
    assert [_shape(found) for found in local.events] == [_shape(found) for found in remote]
    assert len(remote) == series.count


def _shape(event: Event) -> tuple[str | None, datetime.datetime, datetime.datetime]:
    return event.id, event.start.normalize(UTC).astimezone(UTC), event.end.normalize(UTC).astimezone(UTC)
