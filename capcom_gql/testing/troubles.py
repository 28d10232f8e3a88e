"""Checks of what goes wrong at the other end: each trouble has the outcome that the contract gives it."""

import logging

import pytest

from capcom_gql.notifiers.contract import Transient
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.testing.applying import in_a_world
from capcom_gql.testing.certificates import Tls
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.http_world import Answer, HttpWorld
from capcom_gql.testing.saying import fail, must
from capcom_gql.testing.smtp_world import SmtpWorld
from capcom_gql.testing.trial import Instance, Trial

SENT, RETRY, FAILED, HELD = OutcomeKind.SENT, OutcomeKind.RETRY, OutcomeKind.FAILED, OutcomeKind.HELD

EXPECTED: dict[int, tuple[OutcomeKind, ...]] = {
    404: (RETRY, FAILED, HELD),
    410: (FAILED, HELD),
    429: (RETRY,),
    503: (RETRY,),
    421: (RETRY,),
    450: (RETRY,),
    535: (HELD,),
    550: (FAILED,),
    554: (FAILED,),
}
"""What may come of each status of HTTP and reply of SMTP, unless the test class says otherwise (`outcomes`)."""
TIMEOUT_SECONDS = 1.0
TIMEOUT_TRIES = 3
RETRY_AFTER = 7
ELSEWHERE = "/elsewhere-of-the-kit"
ASKED_FOR = {450: "RCPT", 550: "RCPT", 421: "MAIL", 554: "DATA", 535: "AUTH"}
REPLIES = {
    421: "421 4.3.2 closing down",
    450: "450 4.2.1 mailbox busy",
    535: "535 5.7.8 these credentials are not good",
    550: "550 5.1.1 no such mailbox",
    554: "554 5.7.1 refused",
}


class Troubles(Declared):
    """What any other end may do."""

    @in_a_world()
    def test_silence_is_given_up_in_time(self, trial: Trial) -> None:
        """Before a server that takes connections and never answers, the channel gives up by itself."""
        it = trial.instance()
        _world(it).black_hole()
        tried = it.call(it.message(timeout=TIMEOUT_SECONDS))
        for _ in range(TIMEOUT_TRIES - 1):
            # A busy machine makes an attempt longer, never shorter.
            if not tried.over or tried.seconds <= TIMEOUT_SECONDS:
                break
            tried = it.call(it.message(timeout=TIMEOUT_SECONDS))
        must(
            tried.over and tried.seconds <= TIMEOUT_SECONDS,
            f"before a server that never answers, send with message.timeout={TIMEOUT_SECONDS:g} is not over in time "
            f"({tried.seconds:.2f} s): give up a little before message.timeout, or the host counts a crash",
        )
        must(tried.error is not None, f"before a server that never answers, send answers {tried.answer!r}")
        must(
            isinstance(tried.error, Transient | OSError),
            f"before a server that never answers, send raises {type(tried.error).__name__} ({tried.error}): raise "
            "Transient, or let the TimeoutError through",
        )

    @in_a_world()
    def test_a_refused_connection_is_tried_again(self, trial: Trial) -> None:
        """Nobody listens: later somebody may."""
        it = trial.instance()
        _world(it).stop()
        self._judged(it.send(it.message()), (RETRY,), "a refused connection")

    @in_a_world()
    def test_a_cut_connection_is_tried_again(self, trial: Trial) -> None:
        """The connection is cut before the answer."""
        it = trial.instance()
        if isinstance(it.world, SmtpWorld):
            it.world.drop("DATA")
        elif isinstance(it.world, HttpWorld):
            it.world.drop()
        self._judged(it.send(it.message()), (RETRY,), "a connection cut before the answer")

    @in_a_world()
    def test_a_certificate_of_nobody_is_refused(self, trial: Trial) -> None:
        """A server whose certificate nobody vouches for gets no message; it may be mended."""
        it = trial.instance(Tls.UNTRUSTED)
        outcome = it.send(it.message())
        must(not it.received(), "the message went to a server whose certificate nobody vouches for")
        self._judged(outcome, (RETRY, HELD), "a certificate that nobody vouches for")

    @in_a_world()
    def test_no_reason_shows_a_secret(self, trial: Trial, caplog: pytest.LogCaptureFixture) -> None:
        """Reasons and logs are read by people: whatever goes wrong, they hold no secret."""
        caplog.set_level(logging.INFO)
        statuses: tuple[int | None, ...] = (None, *(_WEB if self.world is HttpWorld else REPLIES))
        for status in statuses:
            what = "a refused connection" if status is None else f"an answer {status}"
            it = trial.instance()
            if status is None:
                _world(it).stop()
            else:
                self._troubled(it, status)
            message = it.message()
            error = it.call(message).error
            shown = {
                f"{type(error).__name__} before {what}": f"{error} {error!r}",
                f"the log before {what}": caplog.text,
            }
            for where, text in shown.items():
                must(not any(secret in text for secret in (*it.secrets, *message.keys)), f"{where} shows a secret")

    def _troubled(self, it: Instance, status: int) -> None:
        if isinstance(it.world, SmtpWorld):
            it.world.answer(ASKED_FOR[status], REPLIES[status])
        elif isinstance(it.world, HttpWorld):
            headers = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else {}
            self.trouble(it.world, Answer(status, {"error": "no"}, headers))

    def _expect(self, trial: Trial, status: int) -> Outcome:
        """One attempt before that answer, judged by what is expected of it."""
        it = trial.instance()
        self._troubled(it, status)
        outcome = it.send(it.message())
        expected = self.outcomes.get(status) or EXPECTED[status]
        self._judged(outcome, expected, f"an answer {status}")
        return outcome

    def _judged(self, outcome: Outcome, expected: tuple[OutcomeKind, ...], what: str) -> None:
        names = " or ".join(kind.value for kind in expected)
        if outcome.kind is SENT:
            fail(f"{what} passes for a delivery: send answers Sent; it must come out {names}")
        must(not outcome.crashed, f"{what} counts as a crash, where it must come out {names}: {outcome.reason}")
        must(outcome.kind in expected, f"{what} comes out {outcome.kind.value}, not {names}: {outcome.reason}")


class HttpTroubles(Troubles):
    """What a web server may answer."""

    @in_a_world(HttpWorld)
    def test_429_is_tried_again_when_told(self, trial: Trial) -> None:
        """Too many requests: again after as long as `Retry-After` says."""
        outcome = self._expect(trial, 429)
        told = outcome.retry_after
        must(
            told is not None and RETRY_AFTER - 1 <= told <= RETRY_AFTER + 1,
            f"Retry-After says {RETRY_AFTER} s and the channel {told}: raise Transient(..., retry_after=seconds)",
        )

    @in_a_world(HttpWorld)
    def test_503_is_tried_again(self, trial: Trial) -> None:
        """Out of service: later."""
        self._expect(trial, 503)

    @in_a_world(HttpWorld)
    def test_404_is_no_success(self, trial: Trial) -> None:
        """Nothing is there: a wrong address, or a wrong setting."""
        self._expect(trial, 404)

    @in_a_world(HttpWorld)
    def test_410_is_final(self, trial: Trial) -> None:
        """Gone for good: not tried again."""
        self._expect(trial, 410)

    @in_a_world(HttpWorld)
    def test_a_redirect_is_no_success(self, trial: Trial) -> None:
        """A client that follows a 302 asks for a page with GET: the message has gone nowhere."""
        it = trial.instance()
        world = _world(it)
        if isinstance(world, HttpWorld):
            world.on("GET", ELSEWHERE, Answer(200))
            self.trouble(world, Answer(302, "", {"Location": f"{world.url}{ELSEWHERE}"}))
        self._judged(it.send(it.message()), (RETRY, FAILED, HELD), "a redirect")


class SmtpTroubles(Troubles):
    """What a mail server may answer."""

    @in_a_world(SmtpWorld)
    def test_450_is_tried_again(self, trial: Trial) -> None:
        """A mailbox that is busy."""
        self._expect(trial, 450)

    @in_a_world(SmtpWorld)
    def test_421_is_tried_again(self, trial: Trial) -> None:
        """A server that closes down."""
        self._expect(trial, 421)

    @in_a_world(SmtpWorld)
    def test_550_is_final(self, trial: Trial) -> None:
        """No such mailbox."""
        self._expect(trial, 550)

    @in_a_world(SmtpWorld)
    def test_554_is_final(self, trial: Trial) -> None:
        """The mail itself is refused, once it has been read."""
        self._expect(trial, 554)

    @in_a_world(SmtpWorld)
    def test_535_waits_for_the_settings(self, trial: Trial) -> None:
        """Credentials that are not good: the operator mends them."""
        self._expect(trial, 535)


_WEB = (400, 401, 403, 404, 410, 429, 500, 503)


def _world(it: Instance) -> HttpWorld | SmtpWorld:
    if it.world is None:
        fail("the class declares no world (world)")
    return it.world
