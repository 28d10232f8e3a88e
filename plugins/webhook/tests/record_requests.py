"""Deliver through the channel to an endpoint on this machine, and print what came over the wire as JSON.

For `verify.mjs`, which verifies it with the reference library of another language; see the channel's README.
"""

import asyncio
import base64
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from capcom_gql.plugin import Host
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_event import OLD_SECRET, SECRET, event


class Recorder(BaseHTTPRequestHandler):
    """Keeps each request with the secrets that must verify it."""

    recorded: list[dict[str, object]]
    secrets: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.recorded.append(
            {"secrets": self.secrets, "headers": dict(self.headers), "body": base64.b64encode(body).decode()}
        )
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: the output is for another program."""


def main() -> None:
    """One event signed with one secret, and one signed while two are live."""
    recorded: list[dict[str, object]] = []
    Recorder.recorded = recorded
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        webhook = Webhook(WebhookConfig(allow_private=True), Host(data_dir=Path(), support_email="support@x.example"))
        for keys in ((SECRET,), (SECRET, OLD_SECRET)):
            Recorder.secrets = list(keys)
            asyncio.run(webhook.send(replace(event(f"http://127.0.0.1:{server.server_port}/"), keys=keys)))
        server.shutdown()
    print(json.dumps(recorded))


main()
