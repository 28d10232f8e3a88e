"""Checks of successful sends: what arrives, how often, and by which instance."""

import copy
from dataclasses import replace
from typing import Any

from capcom_gql.notifiers.contract import Message, Notifier
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.testing.applicability import needs_received, needs_world
from capcom_gql.testing.assertions import fail, must
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.trial import Instance, Trial, payload

PHRASE = "Été à Évreux, cœur d’août 🎉"
"""A text with characters that careless encoding damages."""
AT_ONCE = 8
"""How many messages are sent at the same time."""


class DeliveryChecks(Declared):
    """What a channel does with messages when nothing fails."""

    @needs_received
    def test_accents_and_emoji_arrive(self, trial: Trial) -> None:
        """Characters beyond ASCII arrive unchanged."""
        it = trial.instance()
        _send_ok(it, _message_with(it, PHRASE))
        texts = [each.text for each in it.received()]
        must(texts, "the channel returns Sent, and nothing has arrived")
        must(any(PHRASE in text for text in texts), f"{PHRASE!r} did not arrive unchanged: {texts[0][:500]!r}")

    def test_a_letter_without_html_goes(self, trial: Trial) -> None:
        """A message without HTML is sent too: not every letter has it."""
        it = trial.instance()
        bare: tuple[str | None, ...] = (None, "") if "html" in self.channel.formats else (None,)
        for html in bare:
            outcome = it.send(it.message(html=html))
            must(
                outcome.kind is OutcomeKind.SENT,
                f"with html={html!r} the outcome of a message is {outcome.kind.value}: {outcome.reason}",
            )

    @needs_received
    def test_a_second_attempt_keeps_the_id(self, trial: Trial) -> None:
        """The receiver can recognise a repeated message: attempts 1 and 2 have the same id."""
        it = trial.instance()
        first = it.message()
        _send_ok(it, first)
        known = [each.identity for each in it.received()]
        must(known, "the channel returns Sent, and nothing has arrived")
        _send_ok(it, replace(first, attempt=2))
        repeated = [each.identity for each in it.received()][len(known) :]
        strangers = [each for each in repeated if each not in known]
        must(
            not strangers,
            f"attempt 2 looks like a new message to its receiver: it was {known[-1]!r} and is now {strangers[:1]!r} "
            "(identity defines what is compared)",
        )
        before = len(it.received())
        _send_ok(it, replace(first, id=it.message().id))
        others = [each.identity for each in it.received()][before:]
        must(
            others and not set(map(repr, others)) & set(map(repr, known)),
            "two messages that differ only in their id look the same to their receiver: send message.id too, or "
            "say in does_not_apply that the provider accepts no id",
        )

    @needs_received
    def test_instances_share_nothing(self, trial: Trial) -> None:
        """Each instance speaks to its own world with its own settings, and is not affected by others."""
        before = _shared_containers(self.channel)
        one, two = trial.instance(), trial.instance()
        for it, word in ((one, "first"), (two, "second"), (one, "third")):
            _send_ok(it, _message_with(it, word))
        for it, own, foreign in ((one, ("first", "third"), ("second",)), (two, ("second",), ("first", "third"))):
            read = "\n".join(each.text for each in it.received())
            must(
                all(word in read for word in own), "a message did not arrive in the world of the instance that sent it"
            )
            must(not any(word in read for word in foreign), "a message arrived in the world of another instance")
        one.close()
        outcome = two.send(_message_with(two, "fourth"))
        must(
            outcome.kind is OutcomeKind.SENT,
            f"after one instance was closed, another one cannot send: {outcome.kind.value}: {outcome.reason}",
        )
        after = _shared_containers(self.channel)
        changed = sorted(name for name in after if after[name] != before.get(name))
        must(not changed, f"sending changes class variables, which all instances share: {', '.join(changed)}")

    @needs_received
    def test_several_sends_at_once_arrive_once_each(self, trial: Trial) -> None:
        """Several messages can be sent by one instance at the same time, as a worker does."""
        it = trial.instance()
        words = [f"message{number:02}" for number in range(AT_ONCE)]
        outcomes = it.send_all([_message_with(it, word) for word in words])
        for outcome in outcomes:
            must(
                outcome.kind is OutcomeKind.SENT,
                f"of {AT_ONCE} sends at the same time, the outcome of one is {outcome.kind}: {outcome.reason}",
            )
        texts = [each.text for each in it.received()]
        for word in words:
            count = sum(word in text for text in texts)
            must(count == 1, f"of {AT_ONCE} messages sent at the same time, one arrived {count} times")

    def test_closing_twice_is_fine(self, trial: Trial) -> None:
        """`close` may be called twice, after sends or without any."""
        used, unused = trial.instance(), trial.instance()
        _send_ok(used, used.message())
        for it, when in ((used, "after a send"), (unused, "without a send")):
            for time in ("first", "second"):
                try:
                    it.close()
                except Exception as error:  # noqa: BLE001  any exception is reported to the channel's author
                    fail(f"the {time} close() {when} raises {type(error).__name__}: {error}")

    def test_check_answers(self, trial: Trial) -> None:
        """`check` is ok when nothing fails, and sends nothing."""
        it = trial.instance()
        health = it.checked()
        must(health.ok, f"check() is not ok though the world works: {health.detail or 'it gives no reason'}")
        if self.world is not None:
            must(not it.received(), "check() sends a message")

    @needs_world()
    def test_check_answers_when_nobody_is_there(self, trial: Trial) -> None:
        """`check` returns Health and raises nothing when the server is unreachable."""
        it = trial.instance()
        if it.world is not None:
            it.world.stop()
        it.checked()


def _message_with(it: Instance, word: str) -> Message:
    """A message with this word in each of its formats."""
    message = it.message()
    changes: dict[str, Any] = {"text": word}
    if message.html is not None:
        changes["html"] = f'<!doctype html><html lang="fr"><body><p>{word}</p></body></html>'
    if message.payload is not None:
        changes["payload"] = payload(message.id, word)
    return replace(message, **changes)


def _send_ok(it: Instance, message: Message) -> None:
    outcome = it.send(message)
    must(outcome.kind is OutcomeKind.SENT, f"the outcome of a plain message is {outcome.kind.value}: {outcome.reason}")


def _shared_containers(channel: type[Notifier]) -> dict[str, object]:
    """A copy of the lists, dicts and sets that a class and its bases hold for all instances."""
    found = {name: value for each in channel.__mro__ for name, value in vars(each).items()}
    return {name: copy.copy(value) for name, value in found.items() if isinstance(value, list | dict | set)}
