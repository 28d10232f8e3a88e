"""The channels of a process, as its deeds need to know them."""

from capcom_gql.domain.letters import Channel
from capcom_gql.notifiers.registry import Registry
from capcom_gql.services.setup import Setup, setup_from
from capcom_gql.settings import Settings


def setup_of(settings: Settings, registry: Registry) -> Setup:
    """The setup of a process: its settings, and the channels that are ACTIVE in it."""
    channels = [Channel(entry.name, entry.address_kind) for entry in registry.active()]
    return setup_from(settings, channels)
