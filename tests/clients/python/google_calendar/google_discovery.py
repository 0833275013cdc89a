"""Google's own description of the API, as it comes with google-api-python-client, and answers held against it.

A schema of the description names every member that a resource has. What it does not name is a mistake here, though
clients would pass over it: the sandbox must not teach anyone a field that Google does not send.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jsonschema

DOCUMENT: dict[str, Any] = json.loads(
    resources.files("googleapiclient.discovery_cache").joinpath("documents/calendar.v3.json").read_text()
)

#: What is common to all resources is described beside the methods, refusals are not described at all: guides/errors
#: shows them, and captures of the front end's add ``status`` and ``details``.
_REFUSAL = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string", "minLength": 1},
                "status": {"type": "string", "pattern": "^[A-Z_]+$"},
                "details": {"type": "array", "items": {"type": "object", "required": ["@type"]}},
                "errors": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {
                            "domain": {"enum": ["global", "calendar", "usageLimits"]},
                            "reason": {"type": "string", "pattern": r"^[a-z][A-Za-z]+(\.[A-Za-z]+)?$"},
                            "message": {"type": "string", "minLength": 1},
                            "locationType": {"enum": ["parameter", "header"]},
                            "location": {"type": "string"},
                        },
                        "required": ["domain", "reason", "message"],
                        "dependentRequired": {"location": ["locationType"], "locationType": ["location"]},
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["code", "message", "errors"],
            "additionalProperties": False,
        }
    },
    "required": ["error"],
    "additionalProperties": False,
}

#: Formats of the description that JSON Schema has no name for, or only hints at.
_FORMATS = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _has_offset(value: object) -> bool:
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@_FORMATS.checks("int32")
def _fits_in_32_bits(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def _strict(node: dict[str, Any]) -> dict[str, Any]:
    """The description's dialect as JSON Schema, closed: no members but the named ones."""
    if "$ref" in node:
        return {"$ref": f"#/$defs/{node['$ref']}"}
    kept = {key: node[key] for key in ("type", "format", "enum", "pattern") if key in node and node[key] != "any"}
    if "items" in node:
        kept["items"] = _strict(node["items"])
    if node.get("type") == "object":
        kept["properties"] = {name: _strict(member) for name, member in node.get("properties", {}).items()}
        more = node.get("additionalProperties")
        kept["additionalProperties"] = _strict(more) if more else False
    return kept


_DEFINITIONS = {name: _strict(schema) for name, schema in DOCUMENT["schemas"].items()}


@dataclass(frozen=True)
class Method:
    """A method of the description."""

    id: str
    """Such as ``events.list``."""
    verb: str
    path: str
    """A template, relative to the service's path."""
    parameters: dict[str, dict[str, Any]]
    answer: str | None
    """The schema of a good answer. Without one there is nothing in it."""
    scopes: frozenset[str]
    """A token needs one of them."""

    def matches(self, verb: str, path: str) -> bool:
        template = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.path))
        return verb == self.verb and re.fullmatch(template, path) is not None


def _methods() -> list[Method]:
    found = []
    for resource, description in DOCUMENT["resources"].items():
        for name, method in description["methods"].items():
            found.append(
                Method(
                    id=f"{resource}.{name}",
                    verb=method["httpMethod"],
                    path=method["path"],
                    parameters=method.get("parameters", {}),
                    answer=method.get("response", {}).get("$ref"),
                    scopes=frozenset(method.get("scopes", ())),
                )
            )
    return found


METHODS = {method.id: method for method in _methods()}

SCOPES = set(DOCUMENT["auth"]["oauth2"]["scopes"])


def method_of(verb: str, path: str) -> Method:
    """The method that a request calls; ``path`` is relative to the service's path."""
    found = [method for method in METHODS.values() if method.matches(verb, path)]
    # `events/import` also looks like an event of that id; the longer template without a variable is meant.
    found.sort(key=lambda method: method.path.count("{"))
    assert found, f"the description has no method for {verb} {path}"
    return found[0]


def check(schema: str, value: Any) -> None:
    """Holds a value against a schema of the description, closed."""
    _validate({"$ref": f"#/$defs/{schema}", "$defs": _DEFINITIONS}, value)


def check_answer(verb: str, path: str, status: int, content_type: str, body: str) -> None:
    """Holds one answer against what the description says of its method."""
    method = method_of(verb, path)
    if status in (204, 304):
        assert body == "", f"{method.id} answered {status} with a body"
        assert status == 304 or method.answer is None, f"{method.id} answered 204 and should show a {method.answer}"
        return
    if status != 200:
        check_refusal(status, content_type, body)
        return
    _check_json(content_type)
    assert method.answer is not None, f"{method.id} has no answer to show"
    check(method.answer, json.loads(body))


def check_refusal(status: int, content_type: str, body: str) -> None:
    """Holds one refusal against the shape that all of them share."""
    assert status >= 400, status
    _check_json(content_type)
    value = json.loads(body)
    _validate(_REFUSAL, value)
    assert value["error"]["code"] == status


def _check_json(content_type: str) -> None:
    assert content_type.lower().replace(" ", "") == "application/json;charset=utf-8", content_type


def _validate(schema: dict[str, Any], value: Any) -> None:
    validator = jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)
    mistakes = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
    assert not mistakes, mistakes
