"""zohocrmsdk8_0: consent and tokens, what each person may see and do, zones and limits of the organisation."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.org import ResponseWrapper as OrgWrapper
from zohocrmsdk.src.com.zoho.crm.api.profiles import APIException as ProfilesException
from zohocrmsdk.src.com.zoho.crm.api.profiles import ProfilesOperations
from zohocrmsdk.src.com.zoho.crm.api.record import APIException, GetRecordsParam, ResponseWrapper
from zohocrmsdk.src.com.zoho.crm.api.users import APIException as UsersException
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.users import ResponseWrapper as UsersWrapper

from sandbox import Sandbox
from zoho_sdk import REDIRECT_URL, Zoho, body, meeting, params, refusal

FIELDS = params({GetRecordsParam.fields: "Event_Title,Owner"})
HOUR_MS = 3_600_000
SCOPES = "ZohoCRM.modules.events.ALL,ZohoCRM.users.READ,ZohoCRM.org.READ,ZohoCRM.settings.fields.READ"


def me(zoho: Zoho) -> str:
    response = UsersOperations().get_users(params({GetUsersParam.type: "CurrentUser"}), HeaderMap())
    [user] = zoho.answer(response, 200, UsersWrapper).get_users()
    return user.get_email()


def consent(sandbox: Sandbox) -> str:
    """The grant code with which the accounts server sends the person's browser back."""
    address = urlsplit(sandbox.url)
    query = {
        "response_type": "code",
        "client_id": "1000.SANDBOX",
        "scope": SCOPES,
        "redirect_uri": REDIRECT_URL,
        "access_type": "offline",
    }
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request("GET", f"/oauth/v2/auth?{urlencode(query)}")
        answer = connection.getresponse()
        assert answer.status == 302
        back = urlsplit(answer.headers["location"])
    finally:
        connection.close()
    assert back.geturl().startswith(REDIRECT_URL)
    return parse_qs(back.query)["code"][0]


def test_a_grant_code_becomes_tokens_once(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.admin("POST", "sign-in", {"zoho": "ben@example.com"})
    code = consent(sandbox)
    zoho = Zoho(sandbox, tmp_path, grant_token=code)
    assert me(zoho) == "ben@example.com"
    [token] = zoho.store.get_tokens()
    assert token.get_refresh_token()
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(SDKException) as refused:
        Zoho(sandbox, again, grant_token=code)
    assert "invalid_code" in str(refused.value)


def test_a_token_lives_for_an_hour(zoho: Zoho, sandbox: Sandbox) -> None:
    assert me(zoho) == "ana@example.com"
    sandbox.advance(HOUR_MS + 1_000)
    response = UsersOperations().get_users(params({}), HeaderMap())
    assert refusal(zoho.answer(response, 401, UsersException)) == ("INVALID_TOKEN", {})
    zoho.renew()
    assert me(zoho) == "ana@example.com"


def test_a_revoked_consent_ends_everything(sandbox: Sandbox, tmp_path: Path) -> None:
    zoho = Zoho(sandbox, tmp_path, grant_token=consent(sandbox))
    [token] = zoho.store.get_tokens()
    url = f"{sandbox.url}/oauth/v2/token/revoke"
    assert OAuthToken.revoke_refresh_token(token.get_refresh_token(), url) is True
    assert OAuthToken.revoke_refresh_token("nothing", url) is False
    response = UsersOperations().get_users(params({}), HeaderMap())
    assert refusal(zoho.answer(response, 401, UsersException))[0] == "INVALID_TOKEN"
    zoho.renew()
    with pytest.raises(SDKException) as refused:
        me(zoho)
    assert "invalid_code" in str(refused.value)


def test_a_meeting_is_its_makers_and_seen_by_those_above(sandbox: Sandbox, tmp_path: Path) -> None:
    titles: dict[str, set[str]] = {}
    people = ("-chiara", "-ben", "")
    for person in people:
        folder = tmp_path / f"of{person}"
        folder.mkdir()
        zoho = Zoho(sandbox, folder, refresh_token=f"sandbox-refresh{person}")
        zoho.create(meeting(f"By{person}"))
        records = zoho.answer(zoho.events.get_records(FIELDS), 200, ResponseWrapper).get_data()
        titles[person] = {record.get_key_value("Event_Title") for record in records}
        own = next(record for record in records if record.get_key_value("Event_Title") == f"By{person}")
        assert own.get_key_value("Owner").get_email() == me(zoho)
    assert titles == {
        "-chiara": {"By-chiara"},
        "-ben": {"By-chiara", "By-ben"},
        "": {"By-chiara", "By-ben", "By"},
    }


def test_who_may_only_read_cannot_write(sandbox: Sandbox, tmp_path: Path) -> None:
    zoho = Zoho(sandbox, tmp_path, refresh_token="sandbox-refresh-dmitri")
    code, details = refusal(zoho.answer(zoho.events.create_records(body(meeting())), 403, APIException))
    assert (code, details["permissions"]) == ("NO_PERMISSION", ["Crm_Implied_Create_Events"])
    response = ProfilesOperations().get_profiles()
    assert refusal(zoho.answer(response, 403, ProfilesException))[0] == "NO_PERMISSION"


def test_the_organisations_zone(zoho: Zoho, sandbox: Sandbox) -> None:
    before = zoho.create(meeting("Before"))
    sandbox.admin("POST", "org", {"zone": "Asia/Kolkata"})
    [org] = zoho.answer(OrgOperations().get_organization(), 200, OrgWrapper).get_org()
    assert org.get_time_zone() == "Asia/Kolkata"
    response = zoho.events.get_record(int(before), params({}), HeaderMap())
    [record] = zoho.answer(response, 200, ResponseWrapper).get_data()
    assert response.get_response_json()["data"][0]["Start_DateTime"] == "2026-11-25T14:30:00+05:30"
    assert record.get_key_value("Start_DateTime") == meeting().get_key_value("Start_DateTime")


def test_credits_are_told_from_the_half_and_then_run_out(zoho: Zoho, sandbox: Sandbox) -> None:
    remaining = "X-API-CREDITS-REMAINING"
    assert remaining not in UsersOperations().get_users(params({}), HeaderMap()).get_headers()
    credits = sandbox.admin("POST", "org", {"edition": "free"})["credits"]
    sandbox.admin("POST", "org", {"spend": credits["allowed"] - credits["used"] - 3})
    response = UsersOperations().get_users(params({}), HeaderMap())
    assert zoho.answer(response, 200, UsersWrapper)
    assert response.get_headers()[remaining] == "2"
    sandbox.admin("POST", "org", {"spend": 2})
    response = UsersOperations().get_users(params({}), HeaderMap())
    assert response.get_status_code() == 429
    assert response.get_object().get_code().get_value() == "TOO_MANY_REQUESTS"
    sandbox.advance(25 * HOUR_MS)
    zoho.renew()
    assert me(zoho) == "ana@example.com"
