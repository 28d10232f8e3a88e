"""Findings about the settings: the value of each, and a warning if it is accepted and yet unwise in production."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from capcom_gql.app.findings import Finding
from capcom_gql.settings import Settings, variable

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def setting_findings(settings: Settings) -> Mapping[str, Finding]:
    """A finding for each setting, by its name in the environment, without any secret. All of them are ok."""
    return {
        variable(name) if name != "notify" else "CAPCOM_NOTIFY": Finding(
            True, remedy=_remedy(settings, name), facts={"value": _shown(settings, name)}
        )
        for name in Settings.model_fields
    }


def _shown(settings: Settings, name: str) -> str:
    value: Any = getattr(settings, name)
    if name == "notify":
        fields = [f"{channel}.{field}" for channel, given in sorted(value.items()) for field in sorted(given)]
        return f"{', '.join(fields)} (not shown)" if fields else ""
    if not Settings.model_fields[name].repr:
        return f"{urlsplit(value).scheme}://... (not shown)" if value else ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _remedy(settings: Settings, name: str) -> str:
    unwise = _UNWISE.get(name)
    return unwise(settings) if unwise and settings.is_production else ""


def _public_url(settings: Settings) -> str:
    if urlsplit(settings.public_url).hostname in _LOOPBACK:
        return "give the address at which people reach this server: links and the Host check use it"
    return _without_tls(settings.public_url)


def _account_url(settings: Settings) -> str:
    return _without_tls(settings.account_url)


def _without_tls(address: str) -> str:
    return "give an https:// address: passwords and one-time links go there" if address.startswith("http:") else ""


def _allowed_hosts(settings: Settings) -> str:
    return "name the hosts instead of *, which switches the Host check off" if "*" in settings.allowed_hosts else ""


def _trusted_proxies(settings: Settings) -> str:
    if settings.trusted_proxies:
        return ""
    return "name the proxy in front of this server: without it all callers behind it share their limits"


def _explorer(settings: Settings) -> str:
    return "leave it empty unless anyone may read the schema" if settings.explorer in {"on", "graphiql"} else ""


def _data_dir(settings: Settings) -> str:
    if settings.data_dir.is_absolute():
        return ""
    return "give an absolute path: started from another folder, the service would use another database"


def _support_email(settings: Settings) -> str:
    if settings.support_email != Settings.model_fields["support_email"].default:
        return ""
    return "give the address of your support: letters name it, and the notices to staff go to it"


# only for production
_UNWISE: Mapping[str, Callable[[Settings], str]] = {
    "public_url": _public_url,
    "account_url": _account_url,
    "allowed_hosts": _allowed_hosts,
    "trusted_proxies": _trusted_proxies,
    "explorer": _explorer,
    "data_dir": _data_dir,
    "support_email": _support_email,
}
