"""The sms channel keeps the contract of a channel, by each provider that speaks HTTP."""

import json
import time
from collections.abc import Mapping
from typing import ClassVar

from capcom_gql.testing import Answer, HttpWorld, NotifierContract, OutcomeKind, Request
from capcom_notify_sms import SmsChannel

WRONG_ACCOUNT = (OutcomeKind.HELD,)
"""Nothing is there: the address of the provider, or the account's name, is to be mended."""


class SmsContract(NotifierContract):
    """What is the same by every provider."""

    channel = SmsChannel
    world = HttpWorld
    address = "06 12 34 56 78"
    bad_address = "+33 1 00"
    outcomes: ClassVar[Mapping[int, tuple[OutcomeKind, ...]]] = {404: WRONG_ACCOUNT, 410: WRONG_ACCOUNT}


class TestByAGateway(SmsContract):
    """A gateway described by templates."""

    def settings(self, world: HttpWorld) -> dict[str, str]:
        headers = {"Authorization": "Bearer a-token-of-the-tests"}
        return {"provider": "http", "url": f"{world.url}/messages", "headers": json.dumps(headers)}


class TestByBrevo(SmsContract):
    """Brevo takes no idempotency key: the message's id goes along as a tag."""

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {"provider": "brevo", "endpoint": world.url, "api_key": "xkeysib-of-the-tests", "sender": "CapCom"}

    def prepare(self, world: HttpWorld) -> None:
        world.on("GET", "/account", Answer(200, {"plan": [{"type": "sms", "credits": 12.5}]}))
        world.always(Answer(201, {"messageId": 1511882900176220}))

    def identity(self, request: Request) -> object:
        return request.json["tag"]


class TestByOvh(SmsContract):
    """OVH tells its time first, and is asked on the second attempt whether it has the message already."""

    does_not_apply: ClassVar[Mapping[str, str]] = {
        "test_a_second_attempt_keeps_the_id": "a second attempt asks OVH for the message's tag and sends nothing: "
        "test_sms_ovh tries it with an account that keeps its jobs"
    }

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {
            "provider": "ovh",
            "endpoint": world.url,
            "application_key": "an-application-key",
            "application_secret": "an-application-secret",
            "consumer_key": "a-consumer-key-of-tests",
            "service_name": "sms-ab12345-1",
            "sender": "CapCom",
        }

    def prepare(self, world: HttpWorld) -> None:
        world.on("GET", "/auth/time", Answer(200, int(time.time())))
        world.on("GET", "/sms/sms-ab12345-1", Answer(200, {"status": "enable", "creditsLeft": 12.5}))
        world.always(Answer(200, {"ids": [27814656], "invalidReceivers": []}))

    def is_message(self, request: Request) -> bool:
        return request.path.endswith("/jobs")
