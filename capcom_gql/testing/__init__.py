"""The test kit for authors of channels: the contract as tests, and servers that answer by script. It needs pytest.

`NotifierContract` is what a channel's test class subclasses. `HttpWorld` and `SmtpWorld` are real servers on this
machine, useful for further tests too. SMTP needs aiosmtpd, TLS needs trustme: the extra `capcom-gql[testing]` installs
all three. The names exported here are promised to plugin authors.
"""

try:
    import pytest
except ImportError as error:
    raise ImportError("capcom_gql.testing needs pytest: pip install 'capcom-gql[testing]'") from error

from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.testing.certificates import Certificates, Tls, WorldUnavailable
from capcom_gql.testing.contract import NotifierContract
from capcom_gql.testing.declared import Received
from capcom_gql.testing.http_world import Answer, HttpWorld, Request
from capcom_gql.testing.smtp_world import Mail, SmtpWorld
from capcom_gql.testing.trial import Instance, Trial

del pytest

__all__ = [
    "Answer",
    "Certificates",
    "HttpWorld",
    "Instance",
    "Mail",
    "NotifierContract",
    "Outcome",
    "OutcomeKind",
    "Received",
    "Request",
    "SmtpWorld",
    "Tls",
    "Trial",
    "WorldUnavailable",
]
