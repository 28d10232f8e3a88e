"""A program whose name server does not answer: it hands a letter over, checks the channel meanwhile, and ends."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from capcom_gql.plugin import Host, Message, Transient
from capcom_notify_sms import SmsChannel, SmsConfig


def hang(host: str, port: int) -> Sequence[str]:
    """A look-up that nothing ends."""
    threading.Event().wait()
    return ()


async def main(channel: SmsChannel) -> None:
    """Say what came of the letter."""
    letter = Message(
        id="delivery_1",
        topic="proof_reminder",
        address="+33612345678",
        locale="fr",
        subject="Un rappel",
        text="Un rappel",
        sent_at=datetime(2026, 11, 24, tzinfo=UTC),
        timeout=0.5,
    )
    try:
        await channel.send(letter)
    except Transient as error:
        print(error)


if __name__ == "__main__":
    config = SmsConfig.model_validate({"provider": "brevo", "api_key": "xkeysib-1234", "sender": "CapCom"})
    sms = SmsChannel(config, Host(data_dir=Path("nowhere"), support_email="support@capcom.example"), resolve=hang)
    threading.Thread(target=sms.check, daemon=True).start()
    asyncio.run(main(sms))
    sms.close()
