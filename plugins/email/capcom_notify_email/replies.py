"""Translate refusals of the server and failures of the connection to the exceptions of the contract.

| what happened                                              | what is raised            |
|------------------------------------------------------------|---------------------------|
| any 4xx, a lost connection, no answer in time, no such host | `Transient`              |
| the recipient is unknown (550, 553, 5.1.x)                 | `AddressInvalid`          |
| the recipient has moved or is closed (551, 5.1.6, 5.2.1)   | `AddressGone`             |
| another 5xx on the recipient or the content                | `Permanent`               |
| 5xx on the greeting, STARTTLS, the sign-in or the sender   | `NotConfigured`           |
| a certificate that is not trusted, or of another name      | `NotConfigured`           |
| an expired certificate, which its owner will renew         | `Transient`               |
"""

import os
import re
import socket
import ssl

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from capcom_gql.plugin import AddressGone, AddressInvalid, NotConfigured, Permanent, Transient

MAX_ANSWER = 300
"""The most characters of a reply that are quoted."""
NEEDS_SIGN_IN = 530
"""The reply code of a server that requires authentication (RFC 4954)."""
MOVED = "5.1.6"
"""The enhanced status code of a mailbox that has moved (RFC 3463)."""
CLOSED = "5.2.1"
"""The enhanced status code of a mailbox that is disabled (RFC 3463)."""
_ABOUT_SENDER = frozenset({"5.1.7", "5.1.8"})
_ABOUT_LETTER = frozenset({503, 552, 554, 555})
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED
_OUT_OF_ITS_DAYS = frozenset({9, 10})
_NOT_THIS_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"})


def exception_for(error: Exception, server: str) -> Exception:
    """The exception of the contract for one of aiosmtplib or the system. `server` is its name in the text."""
    if isinstance(error, SMTPResponseException):
        return _refusal(error, server)
    if (fault := _tls_fault(error)) is not None:
        return _untrusted(fault, server)
    if isinstance(error, TimeoutError):
        return Transient(f"{server} did not answer in time")
    return Transient(f"{server}: {shorten(_system_text(error)) or type(error).__name__}")


def _refusal(error: SMTPResponseException, server: str) -> Exception:
    reason = f"{server} answered {error.code} {shorten(error.message)}".rstrip()
    if not 500 <= error.code <= 599:
        # -1 stands for an invalid reply; 2xx and 3xx in the wrong place are invalid too
        return Transient(reason)
    if error.code == NEEDS_SIGN_IN:
        return NotConfigured(f"{reason}: set the USERNAME, PASSWORD and SECURITY that it requires")
    if isinstance(error, SMTPAuthenticationError):
        return NotConfigured(f"{reason}: correct USERNAME and PASSWORD")
    if isinstance(error, SMTPSenderRefused):
        return _about_sender(error, reason)
    if isinstance(error, SMTPRecipientRefused | SMTPDataError):
        return _about_recipient(error, reason)
    return NotConfigured(f"{reason}: ask its operator, or correct HOST, PORT and SECURITY")


def _about_sender(error: SMTPSenderRefused, reason: str) -> Exception:
    if error.code in _ABOUT_LETTER or enhanced(error.message).startswith(("5.2.", "5.3.")):
        return Permanent(reason)
    return NotConfigured(f"{reason}: it accepts no letters from {error.sender}, correct SENDER")


def _about_recipient(error: SMTPRecipientRefused | SMTPDataError, reason: str) -> Exception:
    is_recipient = isinstance(error, SMTPRecipientRefused)
    status = enhanced(error.message)
    if status in _ABOUT_SENDER:
        return NotConfigured(f"{reason}: correct SENDER")
    if status in (MOVED, CLOSED) or (is_recipient and error.code == 551):
        return AddressGone(reason)
    if status.startswith("5.1.") or (is_recipient and not status and error.code in (550, 553)):
        return AddressInvalid(reason)
    return Permanent(reason)


def enhanced(answer: str) -> str:
    """The status code of RFC 3463 that an answer begins with, such as 5.1.1; empty where it has none."""
    found = _ENHANCED.match(answer.lstrip())
    return found.group() if found else ""


def shorten(answer: str) -> str:
    """What a server says, on one line and not at any length."""
    line = " ".join(answer.encode("utf-8", "replace").decode().split())
    return line if len(line) <= MAX_ANSWER else line[: MAX_ANSWER - 1] + "…"


def _system_text(error: BaseException) -> str:
    """What the system said at the root of it, without the addresses that the libraries put around."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _tls_fault(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__
    return error


def _untrusted(fault: ssl.SSLError, server: str) -> Exception:
    if isinstance(fault, ssl.SSLCertVerificationError):
        reason = f"the certificate of {server} is refused: {shorten(fault.verify_message)}"
        if fault.verify_code in _OUT_OF_ITS_DAYS:
            return Transient(reason)
        return NotConfigured(f"{reason} (correct HOST, or name the authority's file as CA_FILE)")
    if fault.reason in _NOT_THIS_TLS:
        return NotConfigured(f"{server} does not speak TLS as asked ({fault.reason}): correct SECURITY and PORT")
    return Transient(f"{server}: {shorten(str(fault))}")
