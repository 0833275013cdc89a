"""Google's client, pointed at a sandbox by its own options, with every answer held against the API's description."""

from __future__ import annotations

import email.parser
import email.policy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httplib2
import pytest
from google.api_core.client_options import ClientOptions
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from google_discovery import check_answer, check_refusal

#: The token that the sandbox takes.
TOKEN = "sandbox-google"
#: The account that the token belongs to; also the id of its primary calendar.
ANA = "ana@example.com"
#: A second calendar that Ana may write.
TEAM = "c_7f3k2m9team@group.calendar.google.com"
#: A calendar that Ana may only read.
HOLIDAYS = "en.french#holiday@group.v.calendar.google.com"

_SERVICE = "/calendar/v3/"
_BATCH = "/batch/calendar/v3"


class CheckedHttp(httplib2.Http):
    """The client's usual transport; what passes through it is checked and not changed."""

    def request(self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **rest: Any) -> Any:
        answer, content = super().request(uri, method=method, body=body, headers=headers, **rest)
        path, kind, text = urlsplit(uri).path, answer.get("content-type", ""), content.decode()
        if path != _BATCH:
            check_answer(method, path.removeprefix(_SERVICE), answer.status, kind, text)
        elif answer.status == 200:
            _check_batch(_multipart(headers["content-type"], body), _multipart(kind, text))
        else:
            check_refusal(answer.status, kind, text)
        return answer, content


def client(url: str, token: str | None = TOKEN) -> Any:
    """The service as built from the description inside the package. Without a token it signs nothing."""
    http = CheckedHttp()
    return build(
        "calendar",
        "v3",
        http=AuthorizedHttp(Credentials(token=token), http=http) if token else http,
        static_discovery=True,
        client_options=ClientOptions(api_endpoint=f"{url}{_SERVICE}"),
    )


def meeting(summary: str, date: str = "2026-11-23", hour: int = 10) -> dict[str, Any]:
    """A meeting on one day, from one full hour to the next, in Paris."""

    def at(hour: int) -> dict[str, str]:
        return {"dateTime": f"{date}T{hour:02}:00:00+01:00", "timeZone": "Europe/Paris"}

    return {"summary": summary, "start": at(hour), "end": at(hour + 1)}


def guarded(request: Any, etag: str) -> Any:
    """The request, to be carried out only if the event is still the one of this etag."""
    request.headers["If-Match"] = etag
    return request


def batch(url: str, calls: dict[str, Any], http: Any = None) -> dict[str, Any]:
    """Carries out calls at once: for each name the answer, or the error that the client made of it."""
    answers: dict[str, Any] = {}

    def answered(name: str, answer: Any, error: HttpError | None) -> None:
        answers[name] = error or answer

    request = BatchHttpRequest(callback=answered, batch_uri=f"{url}{_BATCH}")
    for name, call in calls.items():
        request.add(call, request_id=name)
    request.execute(http=http)
    return answers


@dataclass(frozen=True)
class Refusal:
    """What the client says of a call that the service refuses."""

    status: int
    reason: str
    message: str
    location: str | None = None

    @classmethod
    def of(cls, error: HttpError) -> Refusal:
        # The client takes message and details from the body: one of another shape would leave them empty.
        (detail,) = error.error_details
        assert error.resp.status == error.status_code
        return cls(error.status_code, detail["reason"], error.reason, detail.get("location"))


def refused(request: Any) -> Refusal:
    """How the client reports a call that the service refuses. A call that succeeds fails the test."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    return Refusal.of(caught.value)


def _multipart(content_type: str, body: str) -> dict[str, str]:
    """The parts of a batch by their ids; an answer's id is the request's with ``response-`` before it."""
    whole = email.parser.Parser(policy=email.policy.HTTP).parsestr(f"Content-Type: {content_type}\r\n\r\n{body}")
    parts = {}
    for part in whole.iter_parts():
        assert part.get_content_type() == "application/http"
        parts[part["Content-ID"].strip("<>").removeprefix("response-")] = part.get_payload()
    return parts


def _check_batch(asked: dict[str, str], answered: dict[str, str]) -> None:
    assert asked.keys() == answered.keys()
    for name, answer in answered.items():
        verb, target, _ = asked[name].split(maxsplit=2)
        status_line, _, rest = answer.replace("\r\n", "\n").partition("\n")
        head, _, body = rest.partition("\n\n")
        headers = email.parser.HeaderParser().parsestr(head)
        check_answer(
            verb,
            urlsplit(target).path.removeprefix(_SERVICE),
            int(status_line.split()[1]),
            headers.get("content-type", ""),
            body.strip("\n"),
        )
