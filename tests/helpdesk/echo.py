"""A web application that answers with the address that it was called from."""

from __future__ import annotations

import os
from typing import Any

from helpdesk.proxies import BehindProxies


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


application = BehindProxies(echo, proxies=int(os.environ["TRUSTED_PROXIES"]))
