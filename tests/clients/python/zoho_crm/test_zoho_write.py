"""zohocrmsdk8_0: meetings are created, changed and deleted, and each record has its own outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.record import (
    ActionWrapper,
    APIException,
    DeleteRecordsParam,
    Record,
    ResponseWrapper,
    SuccessResponse,
)
from zohocrmsdk.src.com.zoho.crm.api.users import MinifiedUser
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

from sandbox import NOW, Sandbox
from zoho_sdk import IF_UNMODIFIED_SINCE, Zoho, body, having, headers, meeting, params, refusal

SECOND = timedelta(seconds=1)


def read(zoho: Zoho, id: str) -> Record:
    response = zoho.events.get_record(int(id), params({}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    return record


def test_a_created_meeting_is_told_with_its_times_and_people(zoho: Zoho) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(meeting())), 201)
    assert type(outcome) is SuccessResponse
    assert outcome.get_code().get_value() == "SUCCESS"
    assert outcome.get_status().get_value() == "success"
    assert outcome.get_message().get_value() == "record added"
    details = outcome.get_details()
    assert details["id"].isdecimal() and int(details["id"]) > 2**53
    assert details["Created_Time"] == details["Modified_Time"] == datetime.fromisoformat(NOW)
    assert type(details["Created_By"]) is MinifiedUser
    assert details["Modified_By"].get_name() == "Ana Moreau"


def test_a_hundred_meetings_are_created_in_the_order_given(zoho: Zoho) -> None:
    outcomes = zoho.outcomes(
        zoho.events.create_records(body(*(meeting(f"Meeting {number}") for number in range(100)))), 201
    )
    ids = [outcome.get_details()["id"] for outcome in outcomes]
    assert len(set(ids)) == 100
    assert [read(zoho, ids[index]).get_key_value("Event_Title") for index in (0, 99)] == ["Meeting 0", "Meeting 99"]


def test_more_than_a_hundred_are_refused_as_a_whole(zoho: Zoho, sandbox: Sandbox) -> None:
    response = zoho.events.create_records(body(*(meeting() for _ in range(101))))
    [outcome] = zoho.outcomes(response, 400)
    code, details = refusal(outcome)
    assert (code, details["api_name"], details["maximum_length"]) == ("LIMIT_EXCEEDED", "data", "100")
    assert sandbox.admin("GET", "crm-events") == []


def test_a_mixed_write_says_which_records_failed(zoho: Zoho) -> None:
    records = [meeting("First"), meeting("x" * 256), meeting("Last")]
    first, second, third = zoho.outcomes(zoho.events.create_records(body(*records)), 207)
    assert (type(first), type(third)) == (SuccessResponse, SuccessResponse)
    code, details = refusal(second)
    assert code == "INVALID_DATA"
    assert (details["api_name"], details["maximum_length"]) == ("Event_Title", "255")
    assert details["json_path"] == "$.data[1].Event_Title"


REFUSED = [
    ("no title", {"Event_Title": None}, "MANDATORY_NOT_FOUND", "Event_Title"),
    ("an unknown venue", {"Meeting_Venue__s": Choice("Moon")}, "INVALID_DATA", "Meeting_Venue__s"),
    (
        "an end before the start",
        {"End_DateTime": datetime.fromisoformat("2026-11-25T09:00:00+01:00")},
        "DEPENDENT_MISMATCH",
        "End_DateTime",
    ),
]


@pytest.mark.parametrize(("fields", "code", "name"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_write_of_nothing_but_errors_is_a_400(zoho: Zoho, fields: dict[str, Any], code: str, name: str) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(meeting(**fields))), 400)
    told, details = refusal(outcome)
    assert (told, details["api_name"]) == (code, name)


def test_several_errors_of_one_record_come_together(zoho: Zoho) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(having(Record(), Venue="Room 2"))), 400)
    assert refusal(outcome)[0] == "MULTIPLE_OR_MULTI_ERRORS"


def test_an_update_changes_what_it_names_and_tells_the_new_time(zoho: Zoho, sandbox: Sandbox) -> None:
    id = zoho.create(meeting(Venue="Room 2"))
    sandbox.advance(60_000)
    response = zoho.events.update_record(int(id), body(having(Record(), Event_Title="Moved")), HeaderMap())
    [outcome] = zoho.outcomes(response, 200)
    assert outcome.get_message().get_value() == "record updated"
    assert outcome.get_details()["Modified_Time"] == datetime.fromisoformat(NOW) + timedelta(minutes=1)
    record = read(zoho, id)
    assert (record.get_key_value("Event_Title"), record.get_key_value("Venue")) == ("Moved", "Room 2")


def test_a_guarded_update_of_a_meeting_that_changed_is_refused(zoho: Zoho, sandbox: Sandbox) -> None:
    id = zoho.create(meeting())
    seen = read(zoho, id).get_modified_time()
    sandbox.advance(60_000)
    change = having(Record(), id=int(id), Event_Title="Mine")
    guard = headers(IF_UNMODIFIED_SINCE, seen)
    [outcome] = zoho.outcomes(zoho.events.update_records(body(change), guard), 200)
    assert type(outcome) is SuccessResponse

    [outcome] = zoho.outcomes(zoho.events.update_records(body(having(change, Event_Title="Stale")), guard), 412)
    assert type(outcome) is APIException
    assert outcome.get_code().get_value() == "ALREADY_MODIFIED"
    # The SDK has no key for the time in an error's details; the body has it.
    assert outcome.get_details()["id"] == int(id)
    assert read(zoho, id).get_key_value("Event_Title") == "Mine"


def test_a_bulk_guard_refuses_exactly_what_changed(zoho: Zoho, sandbox: Sandbox) -> None:
    old, new = zoho.create(meeting("Old")), zoho.create(meeting("New"))
    guard = headers(IF_UNMODIFIED_SINCE, read(zoho, old).get_modified_time() + SECOND)
    sandbox.advance(60_000)
    zoho.outcomes(zoho.events.update_records(body(having(Record(), id=int(new), Venue="Elsewhere"))), 200)
    changes = (having(Record(), id=int(id), Event_Title="Changed") for id in (old, new))
    outcomes = zoho.outcomes(zoho.events.update_records(body(*changes), guard), 207)
    assert [outcome.get_code().get_value() for outcome in outcomes] == ["SUCCESS", "ALREADY_MODIFIED"]


def test_updates_of_unknown_records(zoho: Zoho) -> None:
    unknown = having(Record(), id=4876876999999999999, Event_Title="Nobody")
    [outcome] = zoho.outcomes(zoho.events.update_records(body(unknown)), 400)
    code, details = refusal(outcome)
    assert (code, details["id"]) == ("INVALID_DATA", 4876876999999999999)


def test_a_deleted_meeting_cannot_be_deleted_again(zoho: Zoho) -> None:
    id = zoho.create(meeting())
    [outcome] = zoho.outcomes(zoho.events.delete_record(int(id), params({}), HeaderMap()), 200)
    assert type(outcome) is SuccessResponse
    assert outcome.get_message().get_value() == "record deleted"
    assert outcome.get_details()["id"] == id

    again = zoho.events.delete_record(int(id), params({}), HeaderMap())
    code, details = refusal(zoho.answer(again, 400, APIException))
    assert (code, details["resource_path_index"]) == ("INVALID_DATA", 1)


def test_a_bulk_deletion_has_an_outcome_for_each_id(zoho: Zoho) -> None:
    id = zoho.create(meeting())
    ids = params({DeleteRecordsParam.ids: f"{id},4876876999999999999", DeleteRecordsParam.wf_trigger: False})
    done, refused = zoho.outcomes(zoho.events.delete_records(ids), 207)
    assert done.get_details()["id"] == id
    assert refusal(refused)[1]["id"] == 4876876999999999999
    code, details = refusal(zoho.answer(zoho.events.delete_records(params({})), 400, APIException))
    assert (code, details["param_name"]) == ("REQUIRED_PARAM_MISSING", "ids")


def test_a_missing_right_is_named(zoho: Zoho, sandbox: Sandbox) -> None:
    id = zoho.create(meeting())
    sandbox.admin("POST", "permissions", {"Crm_Implied_Edit_Events": False})
    change = body(having(Record(), id=int(id), Event_Title="Mine"))
    code, details = refusal(zoho.answer(zoho.events.update_records(change), 403, APIException))
    assert (code, details["permissions"]) == ("NO_PERMISSION", ["Crm_Implied_Edit_Events"])


def test_a_locked_record_is_refused_by_itself(zoho: Zoho, sandbox: Sandbox) -> None:
    id = zoho.create(meeting())
    sandbox.admin("POST", "locks", {id: True})
    [outcome] = zoho.outcomes(zoho.events.update_records(body(having(Record(), id=int(id), Venue="Here"))), 400)
    assert refusal(outcome)[0] == "RECORD_LOCKED"


def test_a_lost_answer_leaves_the_record(zoho: Zoho, sandbox: Sandbox) -> None:
    fault = {"service": "zoho", "method": "POST", "path": "/crm/v8/Events", "when": "after"}
    sandbox.admin("POST", "faults", fault | {"kind": "status", "status": 500})
    code, _ = refusal(zoho.answer(zoho.events.create_records(body(meeting())), 500, APIException))
    assert code == "INTERNAL_ERROR"
    assert len(sandbox.admin("GET", "crm-events")) == 1


def test_contacts_are_upserted_by_address(zoho: Zoho) -> None:
    def person(name: str) -> Record:
        return having(Record(), Last_Name=name, Email="guest@example.com")

    def outcome(name: str) -> SuccessResponse:
        response = zoho.contacts.upsert_records(body(person(name), check=["Email"]))
        [outcome] = zoho.answer(response, 200, ActionWrapper).get_data()
        return outcome

    first, second = outcome("Guest"), outcome("Visitor")
    assert [first.get_action().get_value(), second.get_action().get_value()] == ["insert", "update"]
    assert (first.get_duplicate_field(), second.get_duplicate_field()) == (None, "Email")
    assert first.get_details()["id"] == second.get_details()["id"]

    [refused] = zoho.outcomes(zoho.contacts.create_records(body(person("Third"))), 400)
    code, details = refusal(refused)
    assert (code, details["api_name"]) == ("DUPLICATE_DATA", "Email")
    assert details["duplicate_record"].get_id() == int(first.get_details()["id"])
    assert details["duplicate_record"].get_owner().get_name() == "Ana Moreau"


def test_meetings_cannot_be_upserted(zoho: Zoho) -> None:
    response = zoho.events.upsert_records(body(meeting(), check=["Event_Title"]))
    assert refusal(zoho.answer(response, 400, APIException))[0] == "NOT_SUPPORTED"
