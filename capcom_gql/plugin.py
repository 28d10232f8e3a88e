"""The stable API for authors of notifier plugins: of this package only it and `capcom_gql.testing` are promised."""

from capcom_gql.notifiers.contract import (
    API_VERSION,
    AddressGone,
    AddressInvalid,
    Health,
    Host,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Sent,
    Transient,
)
from capcom_gql.notifiers.hookspecs import hookimpl
from capcom_gql.notifiers.lookup import Lookup, Resolve, UnknownName, by_the_system

__all__ = [
    "API_VERSION",
    "AddressGone",
    "AddressInvalid",
    "Health",
    "Host",
    "Lookup",
    "Message",
    "NotConfigured",
    "Notifier",
    "Permanent",
    "Resolve",
    "Sent",
    "Transient",
    "UnknownName",
    "by_the_system",
    "hookimpl",
]
