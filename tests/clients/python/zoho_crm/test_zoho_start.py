"""zohocrmsdk8_0: what it asks for before the first record, and how the organisation is described."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.fields import APIException as FieldsException
from zohocrmsdk.src.com.zoho.crm.api.fields import Fields, FieldsOperations, GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.fields import ResponseWrapper as FieldsWrapper
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.modules import APIException as ModulesException
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.modules import ResponseWrapper as ModulesWrapper
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.org import ResponseWrapper as OrgWrapper
from zohocrmsdk.src.com.zoho.crm.api.users import APIException as UsersException
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, Users, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.users import ResponseWrapper as UsersWrapper

from sandbox import Sandbox
from zoho_sdk import Zoho, params, refusal


def current_user(zoho: Zoho) -> Users:
    response = UsersOperations().get_users(params({GetUsersParam.type: "CurrentUser"}), HeaderMap())
    [user] = zoho.answer(response, 200, UsersWrapper).get_users()
    return user


def requests(sandbox: Sandbox) -> dict[str, int]:
    return sandbox.admin("GET", "counters")["requests"]["byKind"]["zoho"]


def test_the_start_asks_for_a_token_the_user_and_the_organisation(sandbox: Sandbox, tmp_path: Path) -> None:
    Zoho(sandbox, tmp_path)
    assert requests(sandbox) == {"token": 1, "users": 1, "org": 1}
    [row] = csv.DictReader((tmp_path / "tokens.csv").open())
    assert row["user_name"] == "ana@example.com:20098764512"
    assert row["access_token"]


def test_the_fields_of_a_module_are_asked_for_once(zoho: Zoho, sandbox: Sandbox) -> None:
    for _ in range(2):
        zoho.events.get_record(1, params({}), HeaderMap())
    assert requests(sandbox)["settings.fields"] == 1


def test_a_token_that_ends_soon_is_renewed_before_the_next_call(zoho: Zoho, sandbox: Sandbox) -> None:
    [token] = zoho.store.get_tokens()
    token.set_expires_in("1000")
    zoho.store.save_token(token)
    current_user(zoho)
    assert requests(sandbox)["token"] == 2
    [token] = zoho.store.get_tokens()
    assert int(token.get_expires_in()) > 1000


def test_a_refused_token_is_told_and_renewed_on_request(zoho: Zoho, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "faults", {"service": "zoho", "kind": "status", "status": 401, "path": "/crm/v8/users"})
    response = UsersOperations().get_users(params({}), HeaderMap())
    code, details = refusal(zoho.answer(response, 401, UsersException))
    assert (code, details) == ("INVALID_TOKEN", {})

    zoho.renew()
    assert current_user(zoho).get_email() == "ana@example.com"
    assert requests(sandbox)["token"] == 2


def test_the_current_user(zoho: Zoho) -> None:
    user = current_user(zoho)
    assert isinstance(user.get_id(), int) and user.get_id() > 2**53
    assert user.get_full_name() == "Ana Moreau"
    assert (user.get_profile().get_name(), user.get_role().get_name()) == ("Administrator", "CEO")
    assert user.get_status() == "active"
    assert user.get_confirm() is True
    assert user.get_time_format().get_value() == "HH:mm"


@pytest.mark.parametrize(("switch", "zone"), [("absent", None), ("present", "Europe/Paris")])
def test_the_zone_of_the_current_user_may_be_missing(
    zoho: Zoho, sandbox: Sandbox, switch: str, zone: str | None
) -> None:
    sandbox.admin("POST", "switches", {"user_tz": switch})
    assert current_user(zoho).get_time_zone() == zone


def test_all_users_are_a_list_with_pages(zoho: Zoho) -> None:
    response = UsersOperations().get_users(params({GetUsersParam.type: "ActiveUsers"}), HeaderMap())
    wrapper = zoho.answer(response, 200, UsersWrapper)
    assert {"ana@example.com", "ben@example.com"} <= {user.get_email() for user in wrapper.get_users()}
    info = wrapper.get_info()
    assert (info.get_page(), info.get_count(), info.get_more_records()) == (1, len(wrapper.get_users()), False)


def test_the_organisation(zoho: Zoho) -> None:
    [org] = zoho.answer(OrgOperations().get_organization(), 200, OrgWrapper).get_org()
    assert org.get_zgid() == "20098764512"
    assert org.get_time_zone() == "Europe/Paris"
    assert org.get_country_code() == "FR"
    assert org.get_max_per_page() == 200
    assert org.get_gapps_enabled() is False
    assert org.get_license_details().get_paid() is True
    assert org.get_license_details().get_users_license_purchased() == 10


def test_modules(zoho: Zoho) -> None:
    modules = zoho.answer(ModulesOperations().get_modules(), 200, ModulesWrapper).get_modules()
    assert {"Events", "Contacts", "Leads"} <= {module.get_api_name() for module in modules}
    [events] = zoho.answer(ModulesOperations().get_module_by_api_name("Events"), 200, ModulesWrapper).get_modules()
    assert (events.get_singular_label(), events.get_plural_label()) == ("Meeting", "Meetings")
    assert events.get_generated_type().get_value() == "default"
    rights = (events.get_viewable(), events.get_creatable(), events.get_editable(), events.get_deletable())
    assert rights == (True, True, True, True)
    assert events.get_api_supported() is True
    assert "Administrator" in {profile.get_name() for profile in events.get_profiles()}


def test_an_unknown_module_is_refused(zoho: Zoho) -> None:
    response = ModulesOperations().get_module_by_api_name("Meetings")
    code, details = refusal(zoho.answer(response, 400, ModulesException))
    assert (code, details["resource_path_index"]) == ("INVALID_MODULE", 2)


def test_the_fields_of_events(zoho: Zoho) -> None:
    response = FieldsOperations().get_fields(params({GetFieldsParam.module: "Events"}))
    fields: dict[str, Fields] = {
        field.get_api_name(): field for field in zoho.answer(response, 200, FieldsWrapper).get_fields()
    }
    title = fields["Event_Title"]
    assert (title.get_data_type(), title.get_json_type(), title.get_length()) == ("text", "string", 255)
    assert (title.get_system_mandatory(), title.get_read_only(), title.get_custom_field()) == (True, False, False)
    assert title.get_operation_type().get_api_create() is True
    assert fields["Modified_Time"].get_read_only() is True
    assert fields["Participants"].get_data_type() == "bigint"
    assert fields["Remind_At"].get_data_type() == "multireminder"
    assert fields["Recurring_Activity"].get_data_type() == "RRULE"
    venues = fields["Meeting_Venue__s"].get_pick_list_values()
    assert [value.get_actual_value() for value in venues] == ["Client location", "In-office", "Online"]
    assert {value.get_type().get_value() for value in venues} == {"used"}


def test_fields_need_a_module(zoho: Zoho) -> None:
    code, details = refusal(zoho.answer(FieldsOperations().get_fields(params({})), 400, FieldsException))
    assert (code, details["param_name"]) == ("REQUIRED_PARAM_MISSING", "module")


def test_a_missing_scope_stops_the_sdk_before_the_first_record(zoho: Zoho, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "scopes", {"zoho": ["ZohoCRM.modules.ALL"]})
    response = UsersOperations().get_users(params({}), HeaderMap())
    assert refusal(zoho.answer(response, 401, UsersException))[0] == "OAUTH_SCOPE_MISMATCH"
    with pytest.raises(SDKException) as refused:
        zoho.events.get_record(1, params({}), HeaderMap())
    assert refused.value.details["code"] == "OAUTH_SCOPE_MISMATCH"


def test_a_wrong_grant_is_an_error_of_the_token_endpoint(zoho: Zoho, sandbox: Sandbox) -> None:
    token = Initializer.get_initializer().token
    sandbox.admin("POST", "faults", {"service": "zoho", "kind": "status", "status": 400, "path": "/oauth"})
    with pytest.raises(SDKException):
        token.refresh_access_token(token, f"{sandbox.url}/oauth/v2/token")
