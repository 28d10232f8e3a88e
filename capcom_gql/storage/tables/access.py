"""The tables of persons and of authentication: sessions, links, changes of address, API keys; idempotency records.

Tokens and secrets are stored as SHA-256 hashes, passwords as Argon2 hashes. Sessions, links and keys expire by the real
clock; `Person.created_at` is of the product's clock.
"""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText


class Person(Model):
    """Somebody with an account: a user, a signer or staff; the same row in every organisation (R5)."""

    id = ShortText(max_length=40, primary_key=True)
    email = ShortText(max_length=320)
    email_key = ShortText(max_length=320, unique=True)
    """the address as addresses are compared (`address_key`, R6)"""
    given_name = ShortText(max_length=200)
    family_name = ShortText(max_length=200)
    job_title = ShortText(max_length=200, null=True)
    phone = ShortText(max_length=20, null=True)
    locale = ShortText(max_length=2)
    addresses: fields.JSONField[Any] = fields.JSONField(default=list)
    """further addresses for channels, as a list of {"kind", "value"}"""
    is_staff = fields.BooleanField(default=False)
    password_hash = fields.TextField(null=True)
    """None until a password is chosen"""
    surveys_refused_at = InstantField(null=True)
    """when they refused further surveys by mail (R18); None for those who did not"""
    created_at = InstantField()


class Session(Model):
    """A signed-in person (R5). It is read at each request, so that revoking it has effect at once."""

    id = ShortText(max_length=40, primary_key=True)
    token_hash = ShortText(max_length=64, unique=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    person_id: str
    network = ShortText(max_length=64, null=True)
    """the network that it was opened from, as 203.0.113.0/24 or 2001:db8:1::/48; None for the command line"""
    created_at = InstantField()
    last_used_at = InstantField(null=True)
    """to the minute; None for a session opened before this was recorded"""
    expires_at = InstantField()
    revoked_at = InstantField(null=True)


class OneTimeLink(Model):
    """A link to choose a password, mailed once and used once (R5, R7)."""

    token_hash = ShortText(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="links", on_delete=fields.CASCADE
    )
    person_id: str
    purpose = ShortText(max_length=80, null=True)
    """what it is for: a newer link for the same voids it; None for a link made before this was recorded"""
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)


class UnsubscribeLink(Model):
    """A link to refuse further surveys, mailed with each survey; it does not expire and works repeatedly (R18)."""

    token_hash = ShortText(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="unsubscribe_links", on_delete=fields.CASCADE
    )
    person_id: str
    created_at = InstantField()


class EmailChange(Model):
    """A requested new e-mail address; it takes effect when its one-time link is used (R24).

    The link is made when its letter is sent: until then `token_hash` and `expires_at` are None. A newer request ends
    the older ones.
    """

    id = ShortText(max_length=40, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="email_changes", on_delete=fields.CASCADE
    )
    person_id: str
    email = ShortText(max_length=320)
    token_hash = ShortText(max_length=64, unique=True, null=True)
    created_at = InstantField()
    expires_at = InstantField(null=True)
    used_at = InstantField(null=True)


class ApiKey(Model):
    """An API key, with which a machine signs in. The whole key is shown once, when it is created."""

    id = ShortText(max_length=40, primary_key=True)
    name = ShortText(max_length=200)
    prefix = ShortText(max_length=40, unique=True)
    """the beginning of the key, by which people recognise it"""
    secret_hash = ShortText(max_length=64, unique=True)
    scopes: fields.JSONField[Any] = fields.JSONField()
    created_at = InstantField()
    last_used_at = InstantField(null=True)
    expires_at = InstantField(null=True)
    revoked_at = InstantField(null=True)


class IdempotencyRecord(Model):
    """The result of a command that was sent with an idempotency key, for 24 hours of the real clock."""

    id = fields.BigIntField(primary_key=True, generated=True)
    caller = ShortText(max_length=120)
    key = ShortText(max_length=200)
    """the idempotency key that the client chose"""
    input_hash = ShortText(max_length=64)
    result: fields.JSONField[Any] = fields.JSONField()
    """ids only, so that a replay reads the present state of what they name"""
    created_at = InstantField()


class AttemptCount(Model):
    """How often something was tried in a period that has begun; for all processes (R5, R20, R24)."""

    slot = ShortText(max_length=64, primary_key=True)
    """the hash of what is limited, and for whom"""
    count = fields.IntField()
    ends_at = InstantField()
    """when the period is over, by the real clock"""
