"""zohocrmsdk8_0: fields of one's own, ids of another system, layouts, profiles and what hangs on a meeting."""

from __future__ import annotations

from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.fields import ActionWrapper as FieldsAction
from zohocrmsdk.src.com.zoho.crm.api.fields import APIException as FieldsException
from zohocrmsdk.src.com.zoho.crm.api.fields import BodyWrapper as FieldsBody
from zohocrmsdk.src.com.zoho.crm.api.fields import CreateFieldParam, External, Fields, FieldsOperations, GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.fields import ResponseWrapper as FieldsWrapper
from zohocrmsdk.src.com.zoho.crm.api.fields import SuccessResponse as FieldCreated
from zohocrmsdk.src.com.zoho.crm.api.layouts import GetLayoutsParam, LayoutsOperations
from zohocrmsdk.src.com.zoho.crm.api.layouts import ResponseWrapper as LayoutsWrapper
from zohocrmsdk.src.com.zoho.crm.api.profiles import APIException as ProfilesException
from zohocrmsdk.src.com.zoho.crm.api.profiles import ProfilesOperations
from zohocrmsdk.src.com.zoho.crm.api.profiles import ResponseWrapper as ProfilesWrapper
from zohocrmsdk.src.com.zoho.crm.api.record import (
    APIException,
    CreateRecordsHeader,
    DeleteRecordUsingExternalIDHeader,
    GetRecordUsingExternalIDHeader,
    Record,
    ResponseWrapper,
    SuccessResponse,
    UpdateRecordUsingExternalIDHeader,
)

from sandbox import Sandbox
from zoho_sdk import Zoho, body, having, headers, meeting, params, refusal

LABEL, NAME = "Google Event Id", "Google_Event_Id"
KEY = "Events.Google_Event_Id"


def field(label: str = LABEL, external: str | None = None, length: int | None = None) -> Fields:
    """A single-line field to be created; `external` says whose ids it holds."""
    wanted = Fields()
    wanted.set_field_label(label)
    wanted.set_data_type("text")
    if length is not None:
        wanted.set_length(length)
    if external is not None:
        kind = External()
        kind.set_type(external)
        kind.set_show(False)
        wanted.set_external(kind)
    return wanted


def create(zoho: Zoho, status: int, *wanted: Fields) -> list[Any]:
    request = FieldsBody()
    request.set_fields(list(wanted))
    response = FieldsOperations().create_field(request, params({CreateFieldParam.module: "Events"}))
    return zoho.answer(response, status, FieldsAction).get_fields()


def fields(zoho: Zoho) -> dict[str, Fields]:
    response = FieldsOperations().get_fields(params({GetFieldsParam.module: "Events"}))
    return {field.get_api_name(): field for field in zoho.answer(response, 200, FieldsWrapper).get_fields()}


def test_a_field_of_ones_own_is_created_and_used(zoho: Zoho) -> None:
    [outcome] = create(zoho, 201, field(length=100))
    assert type(outcome) is FieldCreated
    made = fields(zoho)[NAME]
    assert made.get_id() == outcome.get_details()["id"]
    assert (made.get_custom_field(), made.get_length(), made.get_field_label()) == (True, 100, LABEL)
    assert made.get_external() is None
    id = zoho.create(meeting(**{NAME: "abc123"}))
    response = zoho.events.get_record(int(id), params({}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    assert record.get_key_value(NAME) == "abc123"


def test_each_field_has_its_own_outcome(zoho: Zoho) -> None:
    done, refused = create(zoho, 207, field(), field("Title"))
    assert type(done) is FieldCreated
    assert (type(refused), refusal(refused)[0]) == (FieldsException, "DUPLICATE_DATA")


def test_creating_fields_needs_the_right_to_customise(zoho: Zoho, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "permissions", {"Crm_Implied_Customize_Zoho_CRM": False})
    request = FieldsBody()
    request.set_fields([field()])
    response = FieldsOperations().create_field(request, params({CreateFieldParam.module: "Events"}))
    assert refusal(zoho.answer(response, 403, FieldsException))[0] == "NO_PERMISSION"


def test_external_fields_are_not_for_every_organisation(zoho: Zoho, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "switches", {"external_field": "unsupported"})
    [outcome] = create(zoho, 400, field(external="user"))
    assert refusal(outcome)[0] == "FEATURE_NOT_SUPPORTED"


@pytest.fixture(params=["user", "org"])
def keyed(zoho: Zoho, request: pytest.FixtureRequest) -> str:
    """The id of a meeting that has the external value abc123."""
    create(zoho, 201, field(external=request.param))
    assert fields(zoho)[NAME].get_external().get_type() == request.param
    records = body(meeting(**{NAME: "abc123"}))
    [outcome] = zoho.outcomes(zoho.events.create_records(records, headers(CreateRecordsHeader.x_external, KEY)), 201)
    return outcome.get_details()["id"]


def test_an_external_value_names_its_record(zoho: Zoho, keyed: str) -> None:
    key = headers(GetRecordUsingExternalIDHeader.x_external, KEY)
    response = zoho.events.get_record_using_external_id("abc123", params({}), key)
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    assert record.get_id() == int(keyed)

    change = body(having(Record(), Event_Title="Moved"))
    key = headers(UpdateRecordUsingExternalIDHeader.x_external, KEY)
    [outcome] = zoho.outcomes(zoho.events.update_record_using_external_id("abc123", change, key), 200)
    assert (type(outcome), outcome.get_details()["id"]) == (SuccessResponse, keyed)

    key = headers(DeleteRecordUsingExternalIDHeader.x_external, KEY)
    [outcome] = zoho.outcomes(zoho.events.delete_record_using_external_id("abc123", params({}), key), 200)
    assert outcome.get_details()["id"] == keyed
    again = zoho.events.delete_record_using_external_id("abc123", params({}), key)
    assert refusal(zoho.answer(again, 400, APIException))[0] == "INVALID_DATA"


def test_an_external_value_is_taken_once(zoho: Zoho, keyed: str) -> None:
    [outcome] = zoho.outcomes(zoho.events.create_records(body(meeting(**{NAME: "abc123"}))), 400)
    code, details = refusal(outcome)
    assert (code, details["api_name"], details["id"]) == ("DUPLICATE_DATA", NAME, int(keyed))
    assert outcome.get_message().get_value() == "The external field contains duplicate data."


def test_the_layout_of_events(zoho: Zoho) -> None:
    response = LayoutsOperations().get_layouts(params({GetLayoutsParam.module: "Events"}))
    [layout] = zoho.answer(response, 200, LayoutsWrapper).get_layouts()
    assert layout.get_name() == "Standard"
    required = {
        field.get_api_name()
        for section in layout.get_sections()
        for field in section.get_fields()
        if field.get_required()
    }
    assert required == {"Event_Title", "Start_DateTime", "End_DateTime", "Meeting_Venue__s"}


def test_profiles_are_for_administrators(zoho: Zoho, sandbox: Sandbox) -> None:
    profiles = zoho.answer(ProfilesOperations().get_profiles(), 200, ProfilesWrapper).get_profiles()
    administrator = next(profile for profile in profiles if profile.get_name() == "Administrator")
    response = ProfilesOperations().get_profile(administrator.get_id())
    [profile] = zoho.answer(response, 200, ProfilesWrapper).get_profiles()
    rights = {detail.get_name(): detail.get_enabled() for detail in profile.get_permissions_details()}
    assert rights["Crm_Implied_Edit_Events"] is True
    sandbox.admin("POST", "permissions", {"Crm_Implied_Manage_Profiles": False})
    response = ProfilesOperations().get_profiles()
    assert refusal(zoho.answer(response, 403, ProfilesException))[0] == "NO_PERMISSION"
