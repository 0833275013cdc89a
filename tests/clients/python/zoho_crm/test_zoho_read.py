"""zohocrmsdk8_0: meetings are read by id, in pages, since a time, by search and by query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.coql import APIException as QueryException
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.coql import ResponseWrapper as QueryWrapper
from zohocrmsdk.src.com.zoho.crm.api.record import (
    APIException,
    CountWrapper,
    DeletedRecordsWrapper,
    GetDeletedRecordsHeader,
    GetDeletedRecordsParam,
    GetRecordParam,
    GetRecordsHeader,
    GetRecordsParam,
    Record,
    ResponseWrapper,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.record.info import Info
from zohocrmsdk.src.com.zoho.crm.api.users import MinifiedUser
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

from sandbox import NOW, Sandbox
from zoho_sdk import Zoho, body, having, headers, meeting, params, refusal

START = datetime.fromisoformat(NOW)
FIELDS = "Event_Title,Start_DateTime,End_DateTime,All_day,Owner,Modified_Time"


def create(zoho: Zoho, count: int) -> list[int]:
    """Ids of new meetings, in their order."""
    outcomes = zoho.outcomes(zoho.events.create_records(body(*(meeting(f"M{n}") for n in range(count)))), 201)
    return [int(outcome.get_details()["id"]) for outcome in outcomes]


def page(zoho: Zoho, **more: Any) -> tuple[list[Record], Info]:
    """A page of the list, with the parameters named as the SDK's constants."""
    query = {GetRecordsParam.fields: FIELDS} | {getattr(GetRecordsParam, name): more[name] for name in more}
    wrapper = zoho.answer(zoho.events.get_records(params(query)), 200, ResponseWrapper)
    return wrapper.get_data(), wrapper.get_info()


def refused_page(zoho: Zoho, **more: Any) -> tuple[str, dict[str, Any]]:
    query = {getattr(GetRecordsParam, name): more[name] for name in more}
    return refusal(zoho.answer(zoho.events.get_records(params(query)), 400, APIException))


def ids(records: list[Record]) -> list[int]:
    return [record.get_id() for record in records]


def test_a_meeting_has_typed_fields(zoho: Zoho) -> None:
    id = zoho.create(meeting(Description="Bring the plan", All_day=False))
    response = zoho.events.get_record(int(id), params({}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    assert record.get_id() == int(id)
    assert record.get_key_value("Event_Title") == "Planning"
    assert record.get_key_value("Start_DateTime") == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert record.get_key_value("End_DateTime") == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert record.get_key_value("All_day") is False
    assert record.get_key_value("Description") == "Bring the plan"
    venue = record.get_key_value("Meeting_Venue__s")
    assert (type(venue), venue.get_value()) == (Choice, "In-office")
    owner = record.get_key_value("Owner")
    assert (type(owner), owner.get_email()) == (MinifiedUser, "ana@example.com")
    assert record.get_created_time() == record.get_modified_time() == START
    assert record.get_created_by().get_name() == "Ana Moreau"


def test_named_fields_only(zoho: Zoho) -> None:
    id = zoho.create(meeting())
    response = zoho.events.get_record(int(id), params({GetRecordParam.fields: "Event_Title"}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    assert record.get_key_values().keys() == {"id", "Event_Title"}


@pytest.mark.parametrize(("switch", "status"), [("204", 204), ("404", 404), ("400", 400)])
def test_an_unknown_meeting(zoho: Zoho, sandbox: Sandbox, switch: str, status: int) -> None:
    sandbox.admin("POST", "switches", {"missing_get": switch})
    response = zoho.events.get_record(4876876999999999999, params({}), HeaderMap())
    if status == 204:
        assert (response.get_status_code(), response.get_object()) == (204, None)
    else:
        assert refusal(zoho.answer(response, status, APIException))[0] == "INVALID_DATA"


def test_an_empty_list_has_no_content(zoho: Zoho) -> None:
    response = zoho.events.get_records(params({GetRecordsParam.fields: FIELDS}))
    assert (response.get_status_code(), response.get_object()) == (204, None)


def test_pages_by_number_and_by_token(zoho: Zoho) -> None:
    created = create(zoho, 5)
    by_number, token = [], None
    for number in (1, 2, 3):
        records, info = page(zoho, page=number, per_page=2, sort_order="asc")
        by_number += ids(records)
        assert (info.get_page(), info.get_per_page(), info.get_count()) == (number, 2, len(records))
        assert info.get_more_records() is (number < 3)
        assert (info.get_sort_by(), info.get_sort_order()) == ("id", "asc")
        if number == 1:
            token = info.get_next_page_token()
            assert info.get_page_token_expiry() == START + timedelta(days=1)
    assert by_number == created

    by_token = created[:2]
    while token is not None:
        records, info = page(zoho, page_token=token, per_page=2, sort_order="asc")
        by_token += ids(records)
        token = info.get_next_page_token()
        assert len(by_token) <= len(created)
    assert by_token == created


def test_the_newest_id_comes_first_unless_asked_otherwise(zoho: Zoho, sandbox: Sandbox) -> None:
    first, second = create(zoho, 2)
    assert ids(page(zoho)[0]) == [second, first]
    sandbox.advance(60_000)
    zoho.outcomes(zoho.events.update_records(body(having(Record(), id=first, Venue="Here"))), 200)
    assert ids(page(zoho, sort_by="Modified_Time", sort_order="desc")[0]) == [first, second]


def test_a_page_token_is_bound_and_ends(zoho: Zoho, sandbox: Sandbox) -> None:
    create(zoho, 3)
    token = page(zoho, per_page=2)[1].get_next_page_token()
    same = {"fields": FIELDS, "per_page": 2, "page_token": token}
    code, details = refused_page(zoho, **same | {"fields": "Event_Title"})
    assert (code, details["param_name"]) == ("TOKEN_BOUND_DATA_MISMATCH", "page_token")
    assert refused_page(zoho, **same, page=2)[0] == "AMBIGUITY_DURING_PROCESSING"
    assert refused_page(zoho, **same | {"page_token": f"{token}x"})[0] == "INVALID_DATA"
    sandbox.advance(25 * 3_600_000)
    zoho.renew()
    code, details = refused_page(zoho, **same)
    assert (code, details["api_name"]) == ("EXPIRED_VALUE", "page_token")


def test_bad_lists_are_refused(zoho: Zoho) -> None:
    code, details = refused_page(zoho)
    assert (code, details["param_name"]) == ("REQUIRED_PARAM_MISSING", "fields")
    code, details = refused_page(zoho, fields=",".join(f"Field_{number}" for number in range(51)))
    assert (code, details["param_name"], details["limit"]) == ("LIMIT_EXCEEDED", "fields", 50)
    code, details = refused_page(zoho, fields=FIELDS, page=11)
    assert (code, details["limit"]) == ("DISCRETE_PAGINATION_LIMIT_EXCEEDED", 2000)


@pytest.mark.parametrize(("edge", "count"), [("exclusive", 1), ("inclusive", 2)])
def test_a_delta_has_what_changed_since(zoho: Zoho, sandbox: Sandbox, edge: str, count: int) -> None:
    sandbox.admin("POST", "switches", {"ims": edge})
    create(zoho, 1)
    sandbox.advance(60_000)
    changed = create(zoho, 1)
    query = params({GetRecordsParam.fields: FIELDS})
    since = headers(GetRecordsHeader.if_modified_since, START)
    records = zoho.answer(zoho.events.get_records(query, since), 200, ResponseWrapper).get_data()
    assert (len(records), ids(records)[:1]) == (count, changed)


def test_a_delta_of_nothing_is_not_modified(zoho: Zoho) -> None:
    create(zoho, 1)
    since = headers(GetRecordsHeader.if_modified_since, START + timedelta(minutes=1))
    response = zoho.events.get_records(params({GetRecordsParam.fields: FIELDS}), since)
    assert (response.get_status_code(), response.get_object()) == (304, None)


def test_deleted_meetings_have_a_list_of_their_own(zoho: Zoho, sandbox: Sandbox) -> None:
    everything = params({GetDeletedRecordsParam.type: "all"})
    assert zoho.events.get_deleted_records(everything).get_status_code() == 204
    first, second = create(zoho, 2)
    sandbox.advance(60_000)
    for id in (first, second):
        zoho.outcomes(zoho.events.delete_record(id, params({}), HeaderMap()), 200)

    wrapper = zoho.answer(zoho.events.get_deleted_records(everything), 200, DeletedRecordsWrapper)
    assert {record.get_id() for record in wrapper.get_data()} == {first, second}
    row = next(row for row in wrapper.get_data() if row.get_id() == first)
    assert (row.get_display_name(), row.get_type()) == ("M0", "recycle")
    assert row.get_deleted_time() == START + timedelta(minutes=1)
    assert row.get_deleted_by().get_name() == row.get_created_by().get_name() == "Ana Moreau"
    assert (wrapper.get_info().get_count(), wrapper.get_info().get_more_records()) == (2, False)

    later = headers(GetDeletedRecordsHeader.if_modified_since, START + timedelta(hours=1))
    assert zoho.events.get_deleted_records(everything, later).get_status_code() == 304
    assert sandbox.admin("POST", "restore", {"id": str(first)}) == {"restored": True}
    wrapper = zoho.answer(zoho.events.get_deleted_records(everything), 200, DeletedRecordsWrapper)
    assert [row.get_id() for row in wrapper.get_data()] == [second]
    assert ids(page(zoho)[0]) == [first]


def test_permanently_deleted_rows_have_no_people(zoho: Zoho, sandbox: Sandbox) -> None:
    [id] = create(zoho, 1)
    zoho.outcomes(zoho.events.delete_record(id, params({}), HeaderMap()), 200)
    sandbox.advance(61 * 86_400_000)
    zoho.renew()
    query = params({GetDeletedRecordsParam.type: "permanent"})
    [row] = zoho.answer(zoho.events.get_deleted_records(query), 200, DeletedRecordsWrapper).get_data()
    assert (row.get_id(), row.get_type()) == (id, "permanent")
    assert (row.get_display_name(), row.get_deleted_by(), row.get_created_by()) == (None, None, None)


def test_search_finds_a_contact_only_after_a_while(zoho: Zoho, sandbox: Sandbox) -> None:
    person = having(Record(), Last_Name="Keller", First_Name="Nora", Email="nora.keller@example.com")
    [outcome] = zoho.outcomes(zoho.contacts.create_records(body(person)), 201)
    email = params({SearchRecordsParam.email: "nora.keller@example.com"})
    assert zoho.contacts.search_records(email).get_status_code() == 204
    sandbox.advance(31_000)
    for query in (email, params({SearchRecordsParam.criteria: "((Last_Name:equals:Keller))"})):
        [found] = zoho.answer(zoho.contacts.search_records(query), 200, ResponseWrapper).get_data()
        assert found.get_id() == int(outcome.get_details()["id"])
        assert found.get_key_value("Email") == "nora.keller@example.com"


def test_search_needs_something_to_search_for(zoho: Zoho) -> None:
    response = zoho.contacts.search_records(params({SearchRecordsParam.per_page: 10}))
    assert refusal(zoho.answer(response, 400, APIException))[0] == "EXPECTED_PARAM_MISSING"


def query(text: str) -> Query:
    wrapper = Query()
    wrapper.set_select_query(text)
    return wrapper


def test_a_query_is_not_delayed(zoho: Zoho) -> None:
    created = create(zoho, 3)
    select = "select Event_Title, Start_DateTime from Events where Event_Title like 'M%' order by id asc limit 2"
    wrapper = zoho.answer(CoqlOperations().get_records(query(select)), 200, QueryWrapper)
    assert ids(wrapper.get_data()) == created[:2]
    assert [record.get_key_value("Event_Title") for record in wrapper.get_data()] == ["M0", "M1"]
    assert (wrapper.get_info().get_count(), wrapper.get_info().get_more_records()) == (2, True)
    nothing = CoqlOperations().get_records(query("select id from Events where Event_Title = 'Nothing'"))
    assert (nothing.get_status_code(), nothing.get_object()) == (204, None)


QUERIES = [
    ("selec id from Events", "SYNTAX_ERROR"),
    ("select Nothing from Events where id is not null", "INVALID_QUERY"),
    ("select id from Events where Description = 'x'", "INVALID_QUERY"),
]


@pytest.mark.parametrize(("select", "code"), QUERIES)
def test_a_bad_query_is_refused(zoho: Zoho, select: str, code: str) -> None:
    response = CoqlOperations().get_records(query(select))
    assert refusal(zoho.answer(response, 400, QueryException))[0] == code


def test_records_are_counted(zoho: Zoho) -> None:
    create(zoho, 3)
    assert zoho.answer(zoho.events.record_count(params({})), 200, CountWrapper).get_count() == 3


def test_a_missing_scope_is_a_mismatch(zoho: Zoho, sandbox: Sandbox) -> None:
    create(zoho, 1)
    sandbox.admin("POST", "scopes", {"zoho": ["ZohoCRM.modules.events.CREATE"]})
    response = zoho.events.get_records(params({GetRecordsParam.fields: FIELDS}))
    assert refusal(zoho.answer(response, 401, APIException))[0] == "OAUTH_SCOPE_MISMATCH"
