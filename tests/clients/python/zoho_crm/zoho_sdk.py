"""Zoho's SDK for Python, pointed at a sandbox by its own options."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.header import Header
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.param import Param
from zohocrmsdk.src.com.zoho.crm.api.record import (
    ActionWrapper,
    APIException,
    BodyWrapper,
    Field,
    Participants,
    Record,
    RecordOperations,
    Reminder,
    SuccessResponse,
)
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.util import APIResponse, Choice

from sandbox import Sandbox
from zoho_schema import deviations

Kind = TypeVar("Kind")

#: Not among the SDK's header constants, though documented (Zoho CRM API v7, update-records).
IF_UNMODIFIED_SINCE = Header("If-Unmodified-Since", "DateTime")


#: Where the accounts server sends a person back to.
REDIRECT_URL = "http://localhost/callback"


class Zoho:
    """The SDK, initialised with a token store and a folder of its own for what it learns of the organisation."""

    def __init__(self, sandbox: Sandbox, folder: Path, **token: str) -> None:
        """`token` is what the person's consent gave: ``grant_token`` or ``refresh_token``; without one, it is Ana's."""
        self.store = FileStore(str(folder / "tokens.csv"))
        self._folder = folder
        Initializer.initialize(
            environment=DataCenter.Environment(sandbox.url, f"{sandbox.url}/oauth/v2/token", sandbox.url),
            token=OAuthToken(
                client_id="1000.SANDBOX",
                client_secret="secret",
                redirect_url=REDIRECT_URL,
                **(token or {"refresh_token": "sandbox-refresh"}),
            ),
            store=self.store,
            # Picklists are left to the server; the token's api_domain must not lead away from the sandbox.
            sdk_config=SDKConfig(pick_list_validation=False, update_api_domain=False),
            resource_path=str(folder),
        )
        self.events = RecordOperations("Events")
        self.contacts = RecordOperations("Contacts")

    def answer(self, response: APIResponse | None, status: int, kind: type[Kind]) -> Kind:
        """The typed answer, once it has the status and the class that a test expects and fits the SDK's own tables."""
        assert response is not None, "the SDK could not read the answer"
        body = response.get_response_json()
        assert response.get_status_code() == status, body
        given = response.get_object()
        assert type(given) is kind, body
        unknown = deviations(body, kind, self._modules())
        assert not unknown, "\n".join(unknown)
        return given

    def outcomes(self, response: APIResponse | None, status: int) -> list[Any]:
        """What a write says about each record: SuccessResponse or APIException, in the order of the request."""
        return self.answer(response, status, ActionWrapper).get_data()

    def renew(self) -> None:
        """Lets the next call ask for a new token: the SDK goes by its own clock, which the sandbox's may have left."""
        [token] = self.store.get_tokens()
        token.set_access_token("")
        self.store.save_token(token)

    def create(self, record: Record) -> str:
        """Creates a meeting and tells its id."""
        [outcome] = self.outcomes(self.events.create_records(body(record)), 201)
        assert type(outcome) is SuccessResponse
        return outcome.get_details()["id"]

    def _modules(self) -> dict[str, dict[str, Any]]:
        """The fields of each module as the SDK has learnt them from settings/fields."""
        learnt: dict[str, dict[str, Any]] = {}
        for file in (self._folder / "resources").glob("*.json"):
            learnt |= json.loads(file.read_text())
        return learnt


def meeting(title: str = "Planning", start: str = "2026-11-25T10:00:00+01:00", **more: Any) -> Record:
    """An hour's meeting with all that is mandatory, which nobody is mailed about."""
    begin = datetime.fromisoformat(start)
    record = Record()
    record.add_field_value(Field.Events.event_title(), title)
    record.add_field_value(Field.Events.start_datetime(), begin)
    record.add_field_value(Field.Events.end_datetime(), begin.replace(hour=begin.hour + 1))
    record.add_key_value("Meeting_Venue__s", Choice("In-office"))
    record.add_key_value("$send_notification", False)
    return having(record, **more)


def having(record: Record, **fields: Any) -> Record:
    """The record with some fields set."""
    for name, value in fields.items():
        record.add_key_value(name, value)
    return record


def guest(kind: str, participant: str, name: str | None = None) -> Participants:
    """A participant; ``participant`` is a record's id, or the address when the kind is email."""
    person = Participants()
    person.set_type(kind)
    person.set_participant(participant)
    if name is not None:
        person.set_name(name)
    return person


def reminder(unit: int, period: str) -> Reminder:
    """A reminder before the start."""
    before = Reminder()
    before.set_unit(unit)
    before.set_period(period)
    return before


def body(*records: Record, check: list[str] | None = None) -> BodyWrapper:
    """The body of a write that starts no workflow."""
    wrapper = BodyWrapper()
    wrapper.set_data(list(records))
    wrapper.set_trigger([])
    if check is not None:
        wrapper.set_duplicate_check_fields(check)
    return wrapper


def params(values: dict[Param, Any]) -> ParameterMap:
    """Parameters of a call."""
    made = ParameterMap()
    for param, value in values.items():
        made.add(param, value)
    return made


def headers(header: Header, value: Any) -> HeaderMap:
    """One header of a call."""
    made = HeaderMap()
    made.add(header, value)
    return made


def refusal(exception: Any) -> tuple[str, dict[str, Any]]:
    """Code and details of an APIException, its status and message being what errors have."""
    assert type(exception).__name__ == APIException.__name__
    assert exception.get_status().get_value() == "error"
    message = exception.get_message()
    text = message.get_value() if isinstance(message, Choice) else message
    assert isinstance(text, str) and text
    return exception.get_code().get_value(), exception.get_details()
