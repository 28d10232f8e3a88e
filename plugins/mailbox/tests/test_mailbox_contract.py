"""The mailbox keeps the contract of a channel."""

from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from capcom_gql.testing import Mail, NotifierContract, Received
from capcom_notify_mailbox import Mailbox


class TestMailbox(NotifierContract):
    """It speaks to nobody: what arrived are the files of its folder."""

    channel = Mailbox
    address = "zoe@ville.example"
    bad_address = "zoe"

    def received(self, world: Any, folder: Path) -> Sequence[Received]:
        contents = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
        mails = [message_from_bytes(content, policy=default) for content in contents]
        return [
            Received(Mail("", (), content).readable, str(mail["Message-ID"]))
            for mail, content in zip(mails, contents, strict=True)
        ]
