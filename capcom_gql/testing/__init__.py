"""The kit for authors of channels: the contract as tests, and worlds that answer by script. It needs pytest.

`NotifierContract` is what a channel's test class subclasses; `HttpWorld` and `SmtpWorld` are real servers on
this machine, good for further tests too. SMTP needs aiosmtpd, TLS needs trustme: the extra `capcom-gql[testing]`
brings all three.
"""

try:
    import pytest
except ImportError as error:
    raise ImportError("capcom_gql.testing needs pytest: pip install 'capcom-gql[testing]'") from error

from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.testing.certificates import Certificates, Tls
from capcom_gql.testing.contract import NotifierContract
from capcom_gql.testing.http_world import Answer, HttpWorld, Request
from capcom_gql.testing.received import Received
from capcom_gql.testing.smtp_world import Mail, SmtpWorld
from capcom_gql.testing.trial import Instance, Trial
from capcom_gql.testing.unavailable import WorldUnavailable

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
