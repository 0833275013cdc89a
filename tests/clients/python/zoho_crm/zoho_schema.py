"""What Zoho's SDK knows of each answer: its keys, their types, the values of choices.

The SDK itself leaves out what it does not know, so that tests of its typed answers alone would not see a key that Zoho
never sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer

#: Fields by lower-case module and API name, as the SDK keeps them on disk.
Modules = dict[str, dict[str, Any]]

_API = "zohocrmsdk.src.com.zoho.crm.api"
_RECORD = f"{_API}.record.Record"
_CHOICE = f"{_API}.util.Choice"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")

_SIMPLE: dict[str, Any] = {
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Long": lambda value: isinstance(value, str | int) and str(value).isdecimal(),
    "Double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "DateTime": lambda value: isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None,
    "TimeZone": lambda value: isinstance(value, str),
    "Object": lambda value: True,
}

#: What Zoho's OpenAPI description of CRM v8 shows in its examples and the tables of this SDK lack or have otherwise:
#: keys of a class, values of a choice, types.
_MORE_KEYS: dict[str, set[str]] = {
    "fields.APIException.details": {"permissions"},
    "profiles.APIException.details": {"permissions"},
    "record.APIException.details": {
        "Created_By",
        "Created_Time",
        "Modified_By",
        "Modified_Time",
        "action",
        "ambiguity_due_to",
        "dependee",
        "errors",
        "more_records",
        "param_names",
        "supported_values",
    },
    "users.Users": {"type__s"},
}
_MORE_VALUES: dict[str, set[str]] = {
    "fields.APIException.code": {"DUPLICATE_DATA", "FEATURE_NOT_SUPPORTED"},
    "org.Org.type": {"production"},
    "record.APIException.code": {
        "ALREADY_MODIFIED",
        "AMBIGUITY_DURING_PROCESSING",
        "DEPENDENT_MISMATCH",
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        "EXPECTED_PARAM_MISSING",
        "EXPIRED_VALUE",
        "MULTIPLE_OR_MULTI_ERRORS",
        "PAGINATION_LIMIT_EXCEEDED",
        "TOKEN_BOUND_DATA_MISMATCH",
    },
    # The tables have the one format that their sample happened to have.
    "users.Users.date_format": {"dd/MM/yyyy"},
}
_OTHER_TYPES: dict[str, str] = {
    "layouts.Sections.tab_traversal": "Integer",
    "record.APIException.details.maximum_length": "Integer",
}


def deviations(body: Any, kind: type, modules: Modules) -> list[str]:
    """Everything in an answer's body that the SDK's tables do not have, as lines of path and problem."""
    package = kind.__module__.rpartition(".")[0]
    return list(_of_class(body, f"{package}.{kind.__name__}", "$", modules))


def _of_class(value: Any, name: str, path: str, modules: Modules) -> Iterator[str]:
    details = Initializer.json_details[name]
    if details.get("interface"):
        name = _implementation(value, details["classes"])
        details = Initializer.json_details[name]
    if not isinstance(value, dict):
        yield f"{path}: {name.rpartition('.')[2]} is an object"
        return
    known = {detail["name"]: detail for detail in details.values() if "name" in detail}
    if name == _RECORD:
        known |= _fields(value, modules)
    short = name.removeprefix(f"{_API}.")
    for key, part in value.items():
        here = f"{path}.{key}"
        if key in known:
            yield from _of_type(part, _row(known[key], f"{short}.{key}"), here, modules, short)
        elif key not in _MORE_KEYS.get(short, set()) and not (name == _RECORD and key.startswith("$")):
            yield f"{here}: {short} has no such key"


def _of_type(value: Any, detail: dict[str, Any], path: str, modules: Modules, owner: str) -> Iterator[str]:
    """`detail` is one row of the SDK's tables, or of what it has learnt of a module."""
    if value is None:
        return
    kind, structure = detail["type"], detail.get("structure_name")
    if kind == "List":
        if not isinstance(value, list):
            yield f"{path}: List, not {value!r}"
        elif structure is not None and structure != _CHOICE:
            for index, row in enumerate(value):
                yield from _of_class(row, structure, f"{path}[{index}]", modules)
    elif kind == _CHOICE and detail["name"] == "message":
        # The lists of messages are samples: their wording is for people.
        if not isinstance(value, str):
            yield f"{path}: String, not {value!r}"
    elif kind == _CHOICE:
        values = detail.get("values") or [value]
        if value not in values and value not in _MORE_VALUES.get(f"{owner}.{detail['name']}", set()):
            yield f"{path}: {value!r} is none of {values}"
    elif kind == "Map":
        if not isinstance(value, dict):
            yield f"{path}: Map, not {value!r}"
            return
        name = f"{owner}.{detail['name']}"
        known = {row["name"]: row for row in detail.get("keys", [])}
        for key, part in value.items():
            if key in known:
                yield from _of_type(part, _row(known[key], f"{name}.{key}"), f"{path}.{key}", modules, name)
            elif key not in _MORE_KEYS.get(name, set()):
                yield f"{path}.{key}: {name} has no such key"
    elif structure is not None:
        yield from _of_class(value, structure, path, modules)
    elif kind in _SIMPLE and not _SIMPLE[kind](value):
        yield f"{path}: {kind}, not {value!r}"


def _row(row: dict[str, Any], name: str) -> dict[str, Any]:
    """A row of the tables, with the type that Zoho's pages give it."""
    return row | {"type": _OTHER_TYPES.get(name, row["type"])}


def _implementation(value: Any, classes: list[str]) -> str:
    """The class of an interface for such a status, with most of the object's keys."""
    body: dict[str, Any] = value if isinstance(value, dict) else {}

    def fit(name: str) -> tuple[bool, int]:
        rows = {row["name"]: row for row in Initializer.json_details[name].values() if "name" in row}
        return body.get("status") in (rows.get("status", {}).get("values") or []), len(body.keys() & rows.keys())

    return max(classes, key=fit)


def _fields(record: dict[str, Any], modules: Modules) -> dict[str, Any]:
    """The rows of the module that has most of a record's fields."""
    rows = max(modules.values(), key=lambda fields: len(record.keys() & fields.keys()), default={})
    return {name: row for name, row in rows.items() if "type" in row and "name" in row}
