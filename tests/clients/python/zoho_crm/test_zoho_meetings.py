"""zohocrmsdk8_0: what only meetings have: guests, reminders, whole days, repeats and cancellations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.cancel_meetings import ActionWrapper as CancelWrapper
from zohocrmsdk.src.com.zoho.crm.api.cancel_meetings import APIException as CancelException
from zohocrmsdk.src.com.zoho.crm.api.cancel_meetings import BodyWrapper as CancelBody
from zohocrmsdk.src.com.zoho.crm.api.cancel_meetings import CancelMeetingsOperations, Notify
from zohocrmsdk.src.com.zoho.crm.api.cancel_meetings import SuccessResponse as Cancelled
from zohocrmsdk.src.com.zoho.crm.api.record import (
    Participants,
    Record,
    RecurringActivity,
    Reminder,
    ResponseWrapper,
)
from zohocrmsdk.src.com.zoho.crm.api.users import MinifiedUser

from sandbox import Sandbox
from zoho_sdk import Zoho, body, guest, having, meeting, params, refusal, reminder

BEN = "4876876000000225027"


def read(zoho: Zoho, id: str) -> Record:
    response = zoho.events.get_record(int(id), params({}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    return record


def contact(zoho: Zoho) -> str:
    person = having(Record(), Last_Name="Keller", First_Name="Nora", Email="nora.keller@example.com")
    [outcome] = zoho.outcomes(zoho.contacts.create_records(body(person)), 201)
    return outcome.get_details()["id"]


def test_guests_of_every_kind(zoho: Zoho) -> None:
    nora = contact(zoho)
    guests = [guest("email", "guest@example.com", "A guest"), guest("contact", nora), guest("user", BEN)]
    people: list[Participants] = read(zoho, zoho.create(meeting(Participants=guests))).get_key_value("Participants")
    assert [type(person) for person in people] == [Participants] * 3
    told = [(person.get_type(), person.get_participant(), person.get_email(), person.get_name()) for person in people]
    assert told == [
        ("email", "guest@example.com", "guest@example.com", "A guest"),
        ("contact", nora, "nora.keller@example.com", "Nora Keller"),
        ("user", BEN, "ben@example.com", "Ben Okafor"),
    ]
    assert {(person.get_invited(), person.get_status()) for person in people} == {(False, "not_known")}
    assert len({person.get_id() for person in people}) == 3


@pytest.mark.parametrize(("switch", "count"), [("replace", 1), ("merge", 2)])
def test_a_new_list_of_guests_replaces_or_joins_the_old(
    zoho: Zoho, sandbox: Sandbox, switch: str, count: int
) -> None:
    sandbox.admin("POST", "switches", {"participants_put": switch})
    id = zoho.create(meeting(Participants=[guest("email", "first@example.com")]))
    change = having(Record(), id=int(id), Participants=[guest("email", "second@example.com")])
    change.add_key_value("$send_notification", False)
    zoho.outcomes(zoho.events.update_records(body(change)), 200)
    assert len(read(zoho, id).get_key_value("Participants")) == count


def test_a_guest_sent_back_keeps_its_row(zoho: Zoho) -> None:
    id = zoho.create(meeting(Participants=[guest("email", "guest@example.com")]))
    [row] = read(zoho, id).get_key_value("Participants")
    again = guest("email", "guest@example.com")
    again.set_id(row.get_id())
    zoho.outcomes(zoho.events.update_records(body(having(Record(), id=int(id), Participants=[again]))), 200)
    [kept] = read(zoho, id).get_key_value("Participants")
    assert kept.get_id() == row.get_id()


@pytest.mark.parametrize(
    ("guests", "code"),
    [
        ([guest("email", "nobody")], "INVALID_DATA"),
        ([guest("contact", "4876876999999999999")], "INVALID_DATA"),
        ([guest("email", f"guest{number}@example.com") for number in range(51)], "LIMIT_EXCEEDED"),
    ],
    ids=["no address", "no such contact", "fifty-one"],
)
def test_impossible_guests_are_refused(zoho: Zoho, guests: list[Participants], code: str) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(meeting(Participants=guests))), 400)
    told, details = refusal(outcome)
    assert told == code
    assert details["json_path"].startswith("$.data[0].Participants")


def test_guests_are_mailed_unless_told_not_to(zoho: Zoho, sandbox: Sandbox) -> None:
    guests = [guest("email", "guest@example.com")]
    zoho.create(meeting(Participants=guests))
    assert sandbox.mails() == []
    loud = meeting(Participants=guests)
    loud.add_key_value("$send_notification", True)
    id = zoho.create(loud)
    assert [(mail["kind"], mail["to"], mail["id"]) for mail in sandbox.mails()] == [
        ("invitation", "guest@example.com", id)
    ]


def test_several_reminders(zoho: Zoho) -> None:
    rows = [reminder(15, "minutes"), reminder(1, "days")]
    record = read(zoho, zoho.create(meeting(Remind_At=rows)))
    reminders: list[Reminder] = record.get_key_value("Remind_At")
    assert [type(row) for row in reminders] == [Reminder] * 2
    assert [(row.get_unit(), row.get_period(), row.get_time()) for row in reminders] == [
        (15, "minutes", None),
        (1, "days", None),
    ]


def test_reminders_may_carry_a_time(zoho: Zoho, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "switches", {"remind_time": "present"})
    [row] = read(zoho, zoho.create(meeting(Remind_At=[reminder(1, "days")]))).get_key_value("Remind_At")
    assert isinstance(row.get_time(), str)


def test_reminders_can_be_removed(zoho: Zoho) -> None:
    id = zoho.create(meeting(Remind_At=[reminder(15, "minutes")]))
    zoho.outcomes(zoho.events.update_records(body(having(Record(), id=int(id), Remind_At=None))), 200)
    assert read(zoho, id).get_key_value("Remind_At") is None


def test_a_reminder_of_an_unknown_unit_is_refused(zoho: Zoho) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(meeting(Remind_At=[reminder(3, "years")]))), 400)
    code, details = refusal(outcome)
    assert (code, details["json_path"]) == ("INVALID_DATA", "$.data[0].Remind_At[0].period")


ENDS = [
    ("235959_inclusive", "zero", datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)),
    ("2359", "zero", datetime(2026, 11, 25, 23, 59, tzinfo=UTC)),
    ("midnight_same", "zero", datetime(2026, 11, 25, tzinfo=UTC)),
    ("midnight_next", "zero", datetime(2026, 11, 26, tzinfo=UTC)),
    ("midnight_next", "user_zone", datetime(2026, 11, 25, 23, tzinfo=UTC)),
]


@pytest.mark.parametrize(("end", "offset", "instant"), ENDS, ids=[f"{end}-{offset}" for end, offset, _ in ENDS])
def test_a_whole_day(zoho: Zoho, sandbox: Sandbox, end: str, offset: str, instant: datetime) -> None:
    sandbox.admin("POST", "switches", {"allday_end": end, "allday_offset": offset})
    day = meeting(All_day=True)
    zone = UTC if offset == "zero" else datetime.fromisoformat("2026-11-25T00:00:00+01:00").tzinfo
    last = datetime(2026, 11, 25 if end != "midnight_next" else 26, tzinfo=zone)
    having(day, Start_DateTime=datetime(2026, 11, 25, tzinfo=zone), End_DateTime=last)
    record = read(zoho, zoho.create(day))
    assert record.get_key_value("All_day") is True
    assert record.get_key_value("Start_DateTime") == datetime(2026, 11, 25, tzinfo=zone)
    assert record.get_key_value("End_DateTime") == instant


def test_a_repeating_meeting_keeps_its_rule(zoho: Zoho) -> None:
    repeat = RecurringActivity()
    repeat.set_rrule("FREQ=WEEKLY;BYDAY=WE;INTERVAL=2;UNTIL=2027-03-15")
    kept = read(zoho, zoho.create(meeting(Recurring_Activity=repeat))).get_key_value("Recurring_Activity")
    assert (type(kept), kept.get_rrule()) == (RecurringActivity, repeat.get_rrule())


def cancel(id: str, *, mail: bool) -> object:
    wish = Notify()
    wish.set_send_cancelling_mail(mail)
    wrapper = CancelBody()
    wrapper.set_data([wish])
    return CancelMeetingsOperations(int(id)).cancel_meetings(wrapper)


def test_a_meeting_may_have_another_host_and_a_contact(zoho: Zoho) -> None:
    host = MinifiedUser()
    host.set_id(int(BEN))
    nora = Record()
    nora.set_id(int(contact(zoho)))
    record = read(zoho, zoho.create(meeting(Owner=host, Who_Id=nora)))
    assert (record.get_key_value("Owner").get_id(), record.get_key_value("Owner").get_name()) == (int(BEN), "Ben Okafor")
    related = record.get_key_value("Who_Id")
    assert (type(related), related.get_id(), related.get_key_value("name")) == (Record, nora.get_id(), "Nora Keller")


def invited(start: str = "2026-11-25T10:00:00+01:00") -> Record:
    """A meeting whose only guest has an invitation."""
    record = meeting(start=start, Participants=[guest("email", "guest@example.com")])
    record.add_key_value("$send_notification", True)
    return record


@pytest.mark.parametrize("mail", [True, False])
def test_a_cancelled_meeting_stays_and_may_be_announced(zoho: Zoho, sandbox: Sandbox, mail: bool) -> None:
    id = zoho.create(invited())
    [outcome] = zoho.answer(cancel(id, mail=mail), 200, CancelWrapper).get_data()
    assert type(outcome) is Cancelled
    assert (outcome.get_code().get_value(), outcome.get_details()) == ("SUCCESS", {"id": int(id)})
    assert [mail["kind"] for mail in sandbox.mails()] == ["invitation", *(["cancellation"] if mail else [])]
    assert read(zoho, id).get_key_value("Event_Title") == "Planning"


def test_a_meeting_without_guests_cannot_be_cancelled(zoho: Zoho) -> None:
    id = zoho.create(meeting())
    assert refused(zoho, id) == ("NOT_ALLOWED", {"reason": "no_participants_invited", "id": int(id)})


def test_a_meeting_that_is_over_cannot_be_cancelled(zoho: Zoho) -> None:
    id = zoho.create(invited("2026-11-18T10:00:00+01:00"))
    assert refused(zoho, id) == ("NOT_ALLOWED", {"reason": "completed_meeting", "id": int(id)})


def refused(zoho: Zoho, id: str) -> tuple[str, dict[str, object]]:
    [outcome] = zoho.answer(cancel(id, mail=False), 400, CancelWrapper).get_data()
    assert type(outcome) is CancelException
    return refusal(outcome)
