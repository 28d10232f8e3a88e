"""Checks of failures at the other end: each must have the outcome that the contract requires."""

import logging

import pytest

from capcom_gql.notifiers.contract import Transient
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.testing.applicability import needs_world
from capcom_gql.testing.assertions import fail, must
from capcom_gql.testing.certificates import Tls
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.http_world import Answer, HttpWorld
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
"""The allowed outcomes of HTTP statuses and SMTP reply codes, unless the test class declares others (`outcomes`)."""
TIMEOUT_SECONDS = 1.0
"""The timeout of a message in the check about time, in seconds."""
TIMEOUT_TRIES = 3
"""How often that check is repeated, since a busy machine makes an attempt slower."""
RETRY_AFTER = 7
"""The `Retry-After` of answers 429 and 503, in seconds."""
ELSEWHERE = "/elsewhere-of-the-kit"
"""The path to which the redirect leads."""
ASKED_FOR = {450: "RCPT", 550: "RCPT", 421: "MAIL", 554: "DATA", 535: "AUTH"}
"""The SMTP command to which each reply code is given."""
REPLIES = {
    421: "421 4.3.2 closing down",
    450: "450 4.2.1 mailbox busy",
    535: "535 5.7.8 these credentials are not good",
    550: "550 5.1.1 no such mailbox",
    554: "554 5.7.1 refused",
}
"""The SMTP replies by their code."""


class FailureChecks(Declared):
    """Failures of any server."""

    @needs_world()
    def test_silence_is_given_up_in_time(self, trial: Trial) -> None:
        """With a server that accepts connections and never answers, `send` ends by itself within the timeout."""
        it = trial.instance()
        _world(it).black_hole()
        tried = it.call(it.message(timeout=TIMEOUT_SECONDS))
        for _ in range(TIMEOUT_TRIES - 1):
            # a busy machine makes an attempt longer, never shorter
            if not tried.over or tried.seconds <= TIMEOUT_SECONDS:
                break
            tried = it.call(it.message(timeout=TIMEOUT_SECONDS))
        must(
            tried.over and tried.seconds <= TIMEOUT_SECONDS,
            f"with a server that never answers, send with message.timeout={TIMEOUT_SECONDS:g} does not end in time "
            f"({tried.seconds:.2f} s): end it a little before message.timeout, or the host counts a crash",
        )
        must(tried.error is not None, f"with a server that never answers, send returns {tried.answer!r}")
        must(
            isinstance(tried.error, Transient | OSError),
            f"with a server that never answers, send raises {type(tried.error).__name__} ({tried.error}): raise "
            "Transient, or do not catch the TimeoutError",
        )

    @needs_world()
    def test_a_refused_connection_is_tried_again(self, trial: Trial) -> None:
        """A refused connection is a RETRY: the server may be back later."""
        it = trial.instance()
        _world(it).stop()
        self._check_outcome(it.send(it.message()), (RETRY,), "a refused connection")

    @needs_world()
    def test_a_cut_connection_is_tried_again(self, trial: Trial) -> None:
        """A connection that is closed before the answer is a RETRY."""
        it = trial.instance()
        if isinstance(it.world, SmtpWorld):
            it.world.drop("DATA")
        elif isinstance(it.world, HttpWorld):
            it.world.drop()
        self._check_outcome(it.send(it.message()), (RETRY,), "a connection closed before the answer")

    @needs_world()
    def test_a_certificate_of_nobody_is_refused(self, trial: Trial) -> None:
        """A server with an untrusted certificate gets no message; the outcome is RETRY or HELD."""
        it = trial.instance(Tls.UNTRUSTED)
        outcome = it.send(it.message())
        must(not it.received(), "the message was sent to a server with an untrusted certificate")
        self._check_outcome(outcome, (RETRY, HELD), "an untrusted certificate")

    @needs_world()
    def test_no_reason_shows_a_secret(self, trial: Trial, caplog: pytest.LogCaptureFixture) -> None:
        """No reason and no log record of a failure holds a secret."""
        caplog.set_level(logging.INFO)
        statuses: tuple[int | None, ...] = (None, *(_WEB if self.world is HttpWorld else REPLIES))
        for status in statuses:
            what = "a refused connection" if status is None else f"an answer {status}"
            it = trial.instance()
            if status is None:
                _world(it).stop()
            else:
                self._script_failure(it, status)
            message = it.message()
            error = it.call(message).error
            shown = {
                f"{type(error).__name__} after {what}": f"{error} {error!r}",
                f"the log after {what}": caplog.text,
            }
            for where, text in shown.items():
                must(not any(secret in text for secret in (*it.secrets, *message.keys)), f"{where} shows a secret")

    def _script_failure(self, it: Instance, status: int) -> None:
        if isinstance(it.world, SmtpWorld):
            it.world.answer(ASKED_FOR[status], REPLIES[status])
        elif isinstance(it.world, HttpWorld):
            headers = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else {}
            self.trouble(it.world, Answer(status, {"error": "no"}, headers))

    def _check_status(self, trial: Trial, status: int) -> Outcome:
        """Send a message that gets this answer, and check that the outcome is an expected one."""
        it = trial.instance()
        self._script_failure(it, status)
        outcome = it.send(it.message())
        expected = self.outcomes.get(status) or EXPECTED[status]
        self._check_outcome(outcome, expected, f"an answer {status}")
        return outcome

    def _check_outcome(self, outcome: Outcome, expected: tuple[OutcomeKind, ...], what: str) -> None:
        names = " or ".join(kind.value for kind in expected)
        if outcome.kind is SENT:
            fail(f"{what} counts as a success: send returns Sent; the outcome must be {names}")
        must(not outcome.crashed, f"{what} counts as a crash; the outcome must be {names}: {outcome.reason}")
        must(outcome.kind in expected, f"the outcome of {what} is {outcome.kind.value}, not {names}: {outcome.reason}")


class HttpFailureChecks(FailureChecks):
    """Failures of an HTTP server."""

    @needs_world(HttpWorld)
    def test_429_is_tried_again_when_told(self, trial: Trial) -> None:
        """429 Too Many Requests is a RETRY after the seconds of `Retry-After`."""
        outcome = self._check_status(trial, 429)
        seconds = outcome.retry_after
        must(
            seconds is not None and RETRY_AFTER - 1 <= seconds <= RETRY_AFTER + 1,
            f"Retry-After says {RETRY_AFTER} s and the channel {seconds}: raise Transient(..., retry_after=seconds)",
        )

    @needs_world(HttpWorld)
    def test_503_is_tried_again(self, trial: Trial) -> None:
        """503 Service Unavailable is a RETRY."""
        self._check_status(trial, 503)

    @needs_world(HttpWorld)
    def test_404_is_no_success(self, trial: Trial) -> None:
        """404 Not Found is not a success: the address or a setting is wrong."""
        self._check_status(trial, 404)

    @needs_world(HttpWorld)
    def test_410_is_final(self, trial: Trial) -> None:
        """410 Gone is not retried."""
        self._check_status(trial, 410)

    @needs_world(HttpWorld)
    def test_a_redirect_is_no_success(self, trial: Trial) -> None:
        """A redirect is not a success: a client that follows a 302 sends a GET, and no message."""
        it = trial.instance()
        world = _world(it)
        if isinstance(world, HttpWorld):
            world.on("GET", ELSEWHERE, Answer(200))
            self.trouble(world, Answer(302, "", {"Location": f"{world.url}{ELSEWHERE}"}))
        self._check_outcome(it.send(it.message()), (RETRY, FAILED, HELD), "a redirect")


class SmtpFailureChecks(FailureChecks):
    """Failures of an SMTP server."""

    @needs_world(SmtpWorld)
    def test_450_is_tried_again(self, trial: Trial) -> None:
        """450 (mailbox busy) is a RETRY."""
        self._check_status(trial, 450)

    @needs_world(SmtpWorld)
    def test_421_is_tried_again(self, trial: Trial) -> None:
        """421 (server closing down) is a RETRY."""
        self._check_status(trial, 421)

    @needs_world(SmtpWorld)
    def test_550_is_final(self, trial: Trial) -> None:
        """550 (no such mailbox) FAILS."""
        self._check_status(trial, 550)

    @needs_world(SmtpWorld)
    def test_554_is_final(self, trial: Trial) -> None:
        """554 after the content (the mail is refused) FAILS."""
        self._check_status(trial, 554)

    @needs_world(SmtpWorld)
    def test_535_waits_for_the_settings(self, trial: Trial) -> None:
        """535 (bad credentials) is HELD until the settings are corrected."""
        self._check_status(trial, 535)


_WEB = (400, 401, 403, 404, 410, 429, 500, 503)


def _world(it: Instance) -> HttpWorld | SmtpWorld:
    if it.world is None:
        fail("the class declares no world (world)")
    return it.world
