"""The channels of a simulation: they keep each letter in memory for its recipient to read."""

from typing import ClassVar

from capcom_gql.domain.letters import AddressKind
from capcom_gql.notifiers.contract import Host, Message, NoSettings, Notifier, Sent
from capcom_gql.notifiers.in_process import InProcessHost
from capcom_gql.notifiers.registry import ChannelInfo, NotifierState, Registry
from capcom_gql.notifiers.sending import Channel
from capcom_gql.settings import Settings


class SimulatedMail(Notifier):
    """An e-mail channel that keeps letters until they are read."""

    name: ClassVar[str] = "simulated_mail"
    address_kind: ClassVar[str] = AddressKind.EMAIL.value

    def __init__(self, host: Host) -> None:
        super().__init__(NoSettings(), host)
        self.handed_over: list[str] = []
        """the id of each letter, once for each time that it was sent"""
        self._unread: list[Message] = []

    async def send(self, message: Message) -> Sent:
        """Keep a letter for its recipient."""
        self.handed_over.append(message.id)
        self._unread.append(message)
        return Sent()

    def read(self) -> list[Message]:
        """The letters since the last call, in order."""
        unread, self._unread = self._unread, []
        return unread


class SimulatedSms(SimulatedMail):
    """The same, as a channel for text messages."""

    name: ClassVar[str] = "simulated_sms"
    address_kind: ClassVar[str] = AddressKind.PHONE.value


class SimulatedPost:
    """The two channels, and a registry that has no others."""

    def __init__(self, settings: Settings) -> None:
        host = Host(data_dir=settings.data_dir, support_email=settings.support_email)
        self.mail, self.sms = SimulatedMail(host), SimulatedSms(host)
        both = (self.mail, self.sms)
        entries = [
            ChannelInfo(name=each.name, state=NotifierState.ACTIVE, address_kind=each.address_kind, config_schema={})
            for each in both
        ]
        self.registry = Registry(
            tuple(entries), {each.name: Channel(InProcessHost(each), settings.send_timeout) for each in both}
        )

    @property
    def handed_over(self) -> list[str]:
        """The id of each letter, once for each time that either channel sent it."""
        return self.mail.handed_over + self.sms.handed_over
