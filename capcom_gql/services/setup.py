"""What every deed needs to know of this installation."""

from collections.abc import Sequence
from dataclasses import dataclass

from capcom_gql.domain.letters import Channel
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.settings import Settings


@dataclass(frozen=True, slots=True)
class Setup:
    """The numbers of the rules, the currency, whom to ask for support, the channels that are active."""

    policy: LifecyclePolicy
    currency: str
    support_email: str
    channels: tuple[Channel, ...]
    account_base_url: str
    send_timeout: float
    """seconds that one send may last"""


def setup_from(settings: Settings, channels: Sequence[Channel]) -> Setup:
    """The setup of a process, from its settings and the channels that its plugins made active."""
    return Setup(
        policy=LifecyclePolicy(
            zone=settings.zone,
            term_months=settings.term_months,
            proof_days=settings.proof_days,
            proof_reminder_days=settings.proof_reminder_days,
            notice_months=settings.notice_months,
            reminder_days=settings.reminder_days,
            seats_min=settings.seats_min,
            seats_max=settings.seats_max,
            survey_days=settings.survey_days,
        ),
        currency=settings.currency,
        support_email=settings.support_email,
        channels=tuple(channels),
        account_base_url=settings.account_base_url,
        send_timeout=settings.send_timeout,
    )
