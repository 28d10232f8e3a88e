"""The tables of people and of who may come in: persons, sessions, links, API keys; and idempotency records.

Secrets are kept as hashes.
"""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.storage.engine.columns import InstantField, ShortText


class Person(Model):
    """A person with an account, or staff. `email_key` is the form in which addresses compare (R6).

    `surveys_refused_at` is when they asked for no more surveys by mail, None for those who did not (R18).
    """

    id = ShortText(max_length=40, primary_key=True)
    email = ShortText(max_length=320)
    email_key = ShortText(max_length=320, unique=True)
    given_name = ShortText(max_length=200)
    family_name = ShortText(max_length=200)
    job_title = ShortText(max_length=200, null=True)
    phone = ShortText(max_length=20, null=True)
    locale = ShortText(max_length=2)
    addresses: fields.JSONField[Any] = fields.JSONField(default=list)
    is_staff = fields.BooleanField(default=False)
    password_hash = fields.TextField(null=True)
    surveys_refused_at = InstantField(null=True)
    created_at = InstantField()


class Session(Model):
    """A person signed in; read at each request, so that revoking it stops at once."""

    id = ShortText(max_length=40, primary_key=True)
    token_hash = ShortText(max_length=64, unique=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    person_id: str
    created_at = InstantField()
    expires_at = InstantField()
    revoked_at = InstantField(null=True)


class OneTimeLink(Model):
    """The means to choose a password, mailed once and used once (R7)."""

    token_hash = ShortText(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="links", on_delete=fields.CASCADE
    )
    person_id: str
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)


class UnsubscribeLink(Model):
    """The means to ask for no more surveys, mailed with each. It may be used at any time, and again (R18)."""

    token_hash = ShortText(max_length=64, primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="unsubscribe_links", on_delete=fields.CASCADE
    )
    person_id: str
    created_at = InstantField()


class EmailChange(Model):
    """A new address that a person asked for; it takes effect by its one-time link, used from that address (R24).

    The link is minted when its letter is sent. A newer request, or one that was used, ends the others.
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
    """A machine's key: the prefix is shown, the secret only when it is made."""

    id = ShortText(max_length=40, primary_key=True)
    name = ShortText(max_length=200)
    prefix = ShortText(max_length=40, unique=True)
    secret_hash = ShortText(max_length=64, unique=True)
    scopes: fields.JSONField[Any] = fields.JSONField()
    created_at = InstantField()
    last_used_at = InstantField(null=True)
    expires_at = InstantField(null=True)
    revoked_at = InstantField(null=True)


class IdempotencyRecord(Model):
    """What a mutation made under a client's key: the ids only, so that a replay reads them anew."""

    id = fields.BigIntField(primary_key=True, generated=True)
    caller = ShortText(max_length=120)
    key = ShortText(max_length=200)
    input_hash = ShortText(max_length=64)
    result: fields.JSONField[Any] = fields.JSONField()
    created_at = InstantField()
