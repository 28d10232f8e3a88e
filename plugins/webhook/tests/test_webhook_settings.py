"""The channel as the host finds it: its settings, its check, its entry in the list of channels."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from capcom_gql.plugin import Host, NotConfigured
from capcom_notify_webhook import Webhook, WebhookConfig, capcom_notifiers

from .webhook_fixtures import a_ca_file, a_host, an_authority  # noqa: F401  found by pytest under their names

CHECK = """
from pathlib import Path
from capcom_gql.plugin import Host
from capcom_notify_webhook import Webhook, WebhookConfig
health = Webhook(WebhookConfig(), Host(data_dir=Path(), support_email="support@capcom.example")).check()
print(health.ok, health.detail)
"""


def test_no_setting_is_needed(host: Host) -> None:
    webhook = Webhook(WebhookConfig(), host)
    assert not webhook.config.allow_private
    webhook.close()
    webhook.close()


@pytest.mark.parametrize(
    "settings", [{"ca_file": "/nowhere/ca.pem"}, {"allow_private": "perhaps"}, {"allow_privat": "true"}]
)
def test_a_setting_that_is_wrong(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        WebhookConfig.model_validate(settings)


def test_a_ca_file_without_certificates(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("not a certificate")
    with pytest.raises(NotConfigured, match=r"^CAPCOM_NOTIFY__WEBHOOK__CA_FILE=.*ca\.pem cannot be read"):
        Webhook(WebhookConfig(ca_file=path), host)


def test_what_is_allowed_is_told_by_the_check(host: Host, ca_file: Path) -> None:
    strict = Webhook(WebhookConfig(ca_file=ca_file), host).check()
    assert strict.ok
    assert "by https" in strict.detail
    loose = Webhook(WebhookConfig(ca_file=ca_file, allow_private=True), host).check()
    assert loose.ok
    assert "plain http" in loose.detail


@pytest.mark.parametrize(
    ("folder", "words"), [("empty", "has no certificate authorities"), ("missing", "has no certificate authorities")]
)
def test_a_machine_that_trusts_nobody_is_told(tmp_path: Path, folder: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    bare = {"SSL_CERT_FILE": str(tmp_path / "none.pem"), "SSL_CERT_DIR": str(tmp_path / folder)}
    ran = subprocess.run(
        [sys.executable, "-c", CHECK], env={**os.environ, **bare}, capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout.startswith("False ")
    assert words in ran.stdout
    assert "CAPCOM_NOTIFY__WEBHOOK__CA_FILE" in ran.stdout


def test_the_folder_is_a_package_of_its_own() -> None:
    declared = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    points = declared["project"]["entry-points"]["capcom_gql.notifiers"]
    assert points == {"webhook": "capcom_notify_webhook"}
    assert capcom_notifiers() == [Webhook]
