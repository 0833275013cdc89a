"""The sandbox and Accord held against Google's own description of the API: methods, parameters, members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httplib2
import pytest

from google_api import ANA, TEAM, TOKEN, meeting
from google_discovery import METHODS, SCOPES, Method, check, check_answer, method_of
from sandbox import Sandbox

#: What a calendar's sync can meet: all methods on events and on the list of calendars.
SYNCED = [method for method in METHODS.values() if method.id.split(".")[0] in ("events", "calendarList")]

#: Methods that the sandbox says it does not model.
NOT_MODELLED = {
    "calendarList.delete",
    "calendarList.insert",
    "calendarList.patch",
    "calendarList.update",
    "events.quickAdd",
}

#: Methods that need a receiver on the public network, which no test has: they are refused for that.
PUSH = {"calendarList.watch", "events.watch"}

#: Scopes that open a method for some calendars only; the one that is asked for is none of them.
NARROW = {
    f"https://www.googleapis.com/auth/calendar.{name}"
    for name in ("app.created", "events.freebusy", "events.public.readonly")
}

EVENT = "there00001"
UID = "known@example.org"


class Caller:
    """Plain requests: the client checks parameters itself and would not let a wrong one pass."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._http = httplib2.Http()

    def __call__(self, method: Method, **query: Any) -> int:
        path = method.path.replace("{calendarId}", "primary").replace("{eventId}", EVENT)
        path = path.replace("{ruleId}", "default").replace("{setting}", "timezone")
        required = {"events.move": {"destination": TEAM}, "events.quickAdd": {"text": "Lunch at noon"}}
        return self.send(method.verb, path, {**required.get(method.id, {}), **query}, _body(method))

    def send(self, verb: str, path: str, query: dict[str, Any], body: dict[str, Any] | None) -> int:
        answer, content = self._http.request(
            f"{self._sandbox.url}/calendar/v3/{path}?{urlencode(query)}",
            verb,
            body=None if body is None else json.dumps(body),
            headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        )
        check_answer(verb, path, answer.status, answer.get("content-type", ""), content.decode())
        return answer.status


def _body(method: Method) -> dict[str, Any] | None:
    """The least that a method must be sent."""
    if method.verb in ("GET", "DELETE"):
        return None
    if method.id.endswith(".watch"):
        return {"id": "channel-1", "type": "web_hook", "address": "https://example.org/hook"}
    if method.id.startswith("calendarList."):
        return {"id": TEAM}
    return {**meeting("Call"), "iCalUID": UID} if method.id == "events.import" else meeting("Call")


@pytest.fixture
def call(sandbox: Sandbox) -> Caller:
    """Calls any method with what it needs at least; the event that it may name exists."""
    sandbox.admin("POST", "scopes", {"google": ["https://www.googleapis.com/auth/calendar"]})
    caller = Caller(sandbox)
    assert caller.send("POST", "calendars/primary/events", {}, {**meeting("Known"), "id": EVENT}) == 200
    return caller


@pytest.mark.parametrize("method", SYNCED, ids=lambda method: method.id)
def test_every_method_is_there_or_says_that_it_is_not(call: Caller, method: Method) -> None:
    status = call(method)
    if method.id in NOT_MODELLED:
        assert status == 501
    elif method.id in PUSH:
        assert status == 401
    else:
        assert status in (200, 204)


@pytest.mark.parametrize("method", SYNCED, ids=lambda method: method.id)
def test_a_method_has_the_described_parameters_and_no_others(call: Caller, method: Method) -> None:
    """By the switch `unknown_parameter` the sandbox refuses what a method does not have."""
    others = {name for other in SYNCED for name in other.parameters} - method.parameters.keys()
    assert {name: call(method, **{name: "true"}) for name in others} == dict.fromkeys(others, 400)


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.id)
def test_a_method_is_open_to_the_described_scopes_and_no_others(call: Caller, sandbox: Sandbox, method: Method) -> None:
    # Owned calendars have scopes of their own, and of those there is one: a move goes back to it.
    query = {"destination": ANA} if "destination" in method.parameters else {}
    opened = set()
    for scope in SCOPES - NARROW:
        sandbox.admin("POST", "scopes", {"google": [scope]})
        if call(method, **query) != 403:
            opened.add(scope)
    assert opened == method.scopes - NARROW


def _ill_typed() -> Iterator[Any]:
    """For each parameter whose type can be missed, a value that misses it."""
    for method in SYNCED:
        for name, parameter in method.parameters.items():
            if method.id in NOT_MODELLED | PUSH or parameter["location"] != "query":
                continue
            if "enum" in parameter:
                wrong = ["nonsense"]
            elif parameter["type"] == "boolean":
                wrong = ["maybe"]
            elif parameter["type"] == "integer":
                wrong = [
                    "many",
                    *(
                        int(parameter[end]) + step
                        for end, step in (("minimum", -1), ("maximum", 1))
                        if end in parameter
                    ),
                ]
            elif parameter.get("format") == "date-time":
                wrong = ["yesterday", "2026-11-22T08:00:00"]
            else:
                continue
            yield pytest.param(method, name, wrong, id=f"{method.id}: {name}")


@pytest.mark.parametrize(("method", "name", "wrong"), list(_ill_typed()))
def test_a_parameter_of_another_type_is_refused(call: Caller, method: Method, name: str, wrong: list[Any]) -> None:
    assert {value: call(method, **{name: value}) for value in wrong} == dict.fromkeys(wrong, 400)


@pytest.mark.parametrize("query", [{"alt": "atom"}, {"prettyPrint": "maybe"}, {"fields": "items("}], ids=str)
def test_a_parameter_of_all_methods_is_checked_too(call: Caller, query: dict[str, str]) -> None:
    assert call(METHODS["events.list"], **query) == 400


def test_what_accord_asks_of_google_is_described() -> None:
    """The recorded conversations of the engine name each request with its parameters."""
    asked = set()
    for transcript in (Path(__file__).parents[3] / "transcripts").glob("*.txt"):
        asked |= set(re.findall(r"^([A-Z]+) /calendar/v3/(\S+)(?: \((.*)\))?$", transcript.read_text(), re.MULTILINE))
    assert len(asked) >= 2
    common = {"alt", "fields", "prettyPrint"}
    for verb, path, names in asked:
        method = method_of(verb, path)
        unknown = set(filter(None, names.split(", "))) - method.parameters.keys() - common
        assert not unknown, f"{method.id} has no {unknown}"


@pytest.mark.parametrize(
    "mistake",
    [
        {"colour": "red"},
        {"sequence": "1"},
        {"start": {"dateTime": "2026-11-22T10:00:00"}},
        {"start": {"date": "2026-11-31"}},
        {"attendees": [{"mail": "bob@example.org"}]},
        {"extendedProperties": {"private": {"zc": 1}}},
        {"reminders": {"overrides": {"method": "popup"}}},
    ],
    ids=str,
)
def test_a_mistake_in_an_answer_is_found(mistake: dict[str, Any]) -> None:
    good = {"kind": "calendar#event", "id": EVENT, "start": {"dateTime": "2026-11-22T10:00:00Z"}}
    check("Event", good)
    with pytest.raises(AssertionError):
        check("Event", {**good, **mistake})
