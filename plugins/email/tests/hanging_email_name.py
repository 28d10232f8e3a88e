"""A program whose name server does not answer: it hands a letter over, checks the channel meanwhile, and ends."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from capcom_gql.plugin import Host, Message, Transient
from capcom_notify_email import Email, EmailConfig


def hang(host: str, port: int) -> Sequence[str]:
    """A look-up that nothing ends."""
    threading.Event().wait()
    return ()


async def main(channel: Email) -> None:
    """Say what came of the letter."""
    letter = Message(
        id="delivery_1",
        topic="welcome",
        address="zoe@ville.example",
        locale="fr",
        subject="Bienvenue",
        text="Bienvenue",
        sent_at=datetime(2026, 11, 24, tzinfo=UTC),
        timeout=0.5,
    )
    try:
        await channel.send(letter)
    except Transient as error:
        print(error)


if __name__ == "__main__":
    config = EmailConfig.model_validate({"host": "smtp.ville.example", "sender": "bonjour@reseau.example"})
    email = Email(config, Host(data_dir=Path("nowhere"), support_email="support@capcom.example"), resolve=hang)
    threading.Thread(target=email.check, daemon=True).start()
    asyncio.run(main(email))
    email.close()
