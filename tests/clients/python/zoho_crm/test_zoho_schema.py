"""zoho_schema: an answer that Zoho would not give is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.crm.api.record import ActionWrapper, APIException, DeletedRecordsWrapper, ResponseWrapper

from zoho_schema import deviations

MODULES = {
    "events": {
        "Event_Title": {"name": "Event_Title", "type": "String"},
        "Participants": {
            "name": "Participants",
            "type": "List",
            "structure_name": "zohocrmsdk.src.com.zoho.crm.api.record.Participants",
        },
    }
}
REFUSAL = {"code": "INVALID_DATA", "status": "error", "message": "invalid data", "details": {}}


def added(**details: Any) -> dict[str, Any]:
    return {"data": [{"code": "SUCCESS", "status": "success", "message": "record added", "details": details}]}


@pytest.mark.parametrize(
    ("body", "kind", "paths"),
    [
        (added(id="1", Created_Time="2026-11-22T09:00:00+01:00"), ActionWrapper, []),
        (added(id="1", Created_Time="2026-11-22T09:00:00.5Z"), ActionWrapper, ["$.data[0].details.Created_Time"]),
        (added(id=1), ActionWrapper, ["$.data[0].details.id"]),
        (added(number="1"), ActionWrapper, ["$.data[0].details.number"]),
        ({"data": {}}, ActionWrapper, ["$.data"]),
        ({"data": [REFUSAL]}, ActionWrapper, []),
        (REFUSAL, APIException, []),
        (REFUSAL | {"code": "NONSENSE"}, APIException, ["$.code"]),
        (REFUSAL | {"details": {"limit": "50"}}, APIException, ["$.details.limit"]),
        (REFUSAL | {"details": []}, APIException, ["$.details"]),
        ({"data": [{"id": "1", "Event_Title": "A", "$editable": True}]}, ResponseWrapper, []),
        ({"data": [{"id": "x", "Event_Title": 5}]}, ResponseWrapper, ["$.data[0].id", "$.data[0].Event_Title"]),
        ({"data": [{"id": "1", "Event_Title": "A", "Titel": "A"}]}, ResponseWrapper, ["$.data[0].Titel"]),
        (
            {"data": [{"Event_Title": "A", "Participants": [{"invited": "no"}]}]},
            ResponseWrapper,
            ["$.data[0].Participants[0].invited"],
        ),
        ({"data": [], "info": {"per_page": "200"}}, DeletedRecordsWrapper, ["$.info.per_page"]),
    ],
)
@pytest.mark.usefixtures("zoho")
def test_what_zoho_would_not_send_is_named(body: Any, kind: type, paths: list[str]) -> None:
    assert [line.partition(": ")[0] for line in deviations(body, kind, MODULES)] == paths
