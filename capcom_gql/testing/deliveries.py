"""Checks of messages that arrive: what they hold, once each, by the right instance."""

import copy
from dataclasses import replace
from typing import Any

from capcom_gql.notifiers.contract import Message, Notifier
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.testing.applying import by_sight, in_a_world
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.saying import fail, must
from capcom_gql.testing.trial import Instance, Trial, payload

PHRASE = "Été à Évreux, cœur d’août 🎉"
AT_ONCE = 8


class DeliveryChecks(Declared):
    """What a channel does with messages when all is well."""

    @by_sight
    def test_accents_and_emoji_arrive(self, trial: Trial) -> None:
        """What is beyond ASCII arrives as it was given."""
        it = trial.instance()
        _sent(it, _saying(it, PHRASE))
        texts = [each.text for each in it.received()]
        must(texts, "the channel answers Sent, and nothing has arrived")
        must(any(PHRASE in text for text in texts), f"{PHRASE!r} did not arrive as it was given: {texts[0][:500]!r}")

    def test_a_letter_without_html_goes(self, trial: Trial) -> None:
        """Not every letter has HTML, and a payload comes with events only."""
        it = trial.instance()
        bare: tuple[str | None, ...] = (None, "") if "html" in self.channel.formats else (None,)
        for html in bare:
            outcome = it.send(it.message(html=html))
            must(
                outcome.kind is OutcomeKind.SENT,
                f"with html={html!r} a message comes out {outcome.kind.value}: {outcome.reason}",
            )

    @by_sight
    def test_a_second_attempt_keeps_the_id(self, trial: Trial) -> None:
        """The receiver can tell a repeated message from a new one: by the same id on attempts 1 and 2."""
        it = trial.instance()
        first = it.message()
        _sent(it, first)
        known = [each.identity for each in it.received()]
        must(known, "the channel answers Sent, and nothing has arrived")
        _sent(it, replace(first, attempt=2))
        repeated = [each.identity for each in it.received()][len(known) :]
        strangers = [each for each in repeated if each not in known]
        must(
            not strangers,
            f"attempt 2 looks like a new message to its receiver: it was {known[-1]!r} and is now {strangers[:1]!r} "
            "(identity says what is looked at)",
        )
        before = len(it.received())
        _sent(it, replace(first, id=it.message().id))
        others = [each.identity for each in it.received()][before:]
        must(
            others and not set(map(repr, others)) & set(map(repr, known)),
            "two messages that differ in their id alone look the same to their receiver: hand message.id over, or "
            "say in does_not_apply that the provider takes none",
        )

    @by_sight
    def test_instances_share_nothing(self, trial: Trial) -> None:
        """Each instance speaks to its own world with its own settings, whatever another one does."""
        before = _kept_by(self.channel)
        one, two = trial.instance(), trial.instance()
        for it, word in ((one, "first"), (two, "second"), (one, "third")):
            _sent(it, _saying(it, word))
        for it, own, foreign in ((one, ("first", "third"), ("second",)), (two, ("second",), ("first", "third"))):
            read = "\n".join(each.text for each in it.received())
            must(
                all(word in read for word in own), "a message did not arrive where the instance that sent it speaks to"
            )
            must(not any(word in read for word in foreign), "a message arrived in the world of another instance")
        one.close()
        outcome = two.send(_saying(two, "fourth"))
        must(
            outcome.kind is OutcomeKind.SENT,
            f"when one instance is closed another one sends no more: {outcome.kind.value}: {outcome.reason}",
        )
        after = _kept_by(self.channel)
        changed = sorted(name for name in after if after[name] != before.get(name))
        must(not changed, f"sending changes what all instances share: the class's {', '.join(changed)}")

    @by_sight
    def test_several_sends_at_once_arrive_once_each(self, trial: Trial) -> None:
        """A worker sends several messages by one instance at the same time."""
        it = trial.instance()
        words = [f"message{number:02}" for number in range(AT_ONCE)]
        outcomes = it.send_all([_saying(it, word) for word in words])
        for outcome in outcomes:
            must(outcome.kind is OutcomeKind.SENT, f"of sends at once one came out {outcome.kind}: {outcome.reason}")
        texts = [each.text for each in it.received()]
        for word in words:
            count = sum(word in text for text in texts)
            must(count == 1, f"of {AT_ONCE} messages sent at once one arrived {count} times")

    def test_closing_twice_is_fine(self, trial: Trial) -> None:
        """`close` may come twice, after sends or without any."""
        used, unused = trial.instance(), trial.instance()
        _sent(used, used.message())
        for it, when in ((used, "after a send"), (unused, "without a send")):
            for time in ("first", "second"):
                try:
                    it.close()
                except Exception as error:  # noqa: BLE001  whatever a channel raises is told to its author
                    fail(f"the {time} close() {when} raises {type(error).__name__}: {error}")

    def test_check_answers(self, trial: Trial) -> None:
        """`check` says that all is well when it is, and sends nothing."""
        it = trial.instance()
        health = it.checked()
        must(health.ok, f"check() finds fault with a world that answers well: {health.detail or 'it gives no reason'}")
        if self.world is not None:
            must(not it.received(), "check() sends a message")

    @in_a_world()
    def test_check_answers_when_nobody_is_there(self, trial: Trial) -> None:
        """`check` raises nothing when the other end is gone: it says so."""
        it = trial.instance()
        if it.world is not None:
            it.world.stop()
        it.checked()


def _saying(it: Instance, word: str) -> Message:
    """A message with the word in each of its forms."""
    message = it.message()
    changes: dict[str, Any] = {"text": word}
    if message.html is not None:
        changes["html"] = f'<!doctype html><html lang="fr"><body><p>{word}</p></body></html>'
    if message.payload is not None:
        changes["payload"] = payload(message.id, word)
    return replace(message, **changes)


def _sent(it: Instance, message: Message) -> None:
    outcome = it.send(message)
    must(outcome.kind is OutcomeKind.SENT, f"a plain message comes out {outcome.kind.value}: {outcome.reason}")


def _kept_by(channel: type[Notifier]) -> dict[str, object]:
    """A copy of the containers that a class and those it is made of hold for all instances."""
    found = {name: value for each in channel.__mro__ for name, value in vars(each).items()}
    return {name: copy.copy(value) for name, value in found.items() if isinstance(value, list | dict | set)}
