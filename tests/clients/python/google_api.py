"""Google's client, pointed at a sandbox by its own options."""

from __future__ import annotations

from typing import Any

from google.api_core.client_options import ClientOptions
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

#: The token that the sandbox takes.
TOKEN = "sandbox-google"


def client(url: str, token: str = TOKEN) -> Any:
    """The service as built from the discovery document inside the package."""
    return build(
        "calendar",
        "v3",
        credentials=Credentials(token=token),
        static_discovery=True,
        client_options=ClientOptions(api_endpoint=f"{url}/calendar/v3/"),
    )
