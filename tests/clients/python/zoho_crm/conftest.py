"""What Zoho's suites share: the SDK, pointed at the file's server."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Sandbox
from zoho_sdk import Zoho


@pytest.fixture
def zoho(sandbox: Sandbox, tmp_path: Path) -> Zoho:
    """The SDK, started anew for a world as at the start."""
    return Zoho(sandbox, tmp_path)
