"""What the demo prints: URLs, tokens, a first query, and the commands that move its clock."""

import json
import shlex
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from capcom_gql import clock
from capcom_gql.cli.demo_script import DemoFacts
from capcom_gql.pages import READY_MADE, Caller, Operation, with_variables
from capcom_gql.settings import Settings

PRICE_MINOR = 45_000
"""The price in the first query, in minor units."""

TEXT = """\
The demo runs until Ctrl-C{kept}.

  Explorer  {explorer}
  Mailbox   {mailbox}

Tokens, sent as "Authorization: Bearer ..." (the explorer has them ready):

  event system  {key}
  staff         {staff}
  manager       {manager}
                ({manager_name})

A first query to paste into the explorer, as the event system. The number is that of
{holder}, which has signed up just now and has not paid yet:

{query}

Sixteen days on no payment has come. Move the clock, and ask again:

  {clock}

The server does what is due by itself, every second; this does it at once:

  {tick}
"""
"""What `Guide` prints, as a template of `str.format`."""

QUERY = """\
{{
  discountCheck(input: {{
    subscriberNumber: "{number}"
    eventKind: TRAINING
    priceMinor: {price}
  }}) {{
    eligible
    reason
    message
    percent
    finalPrice {{ amountMinor currency }}
    provisional
    validUntil
  }}
}}"""
"""The first query, as a template of `str.format`."""


class Guide:
    """What one demo prints. `caller_settings` are the settings of the user's shell, `settings` those of the demo."""

    def __init__(
        self, caller_settings: Settings, settings: Settings, url: str, filled: DemoFacts, *, is_kept: bool
    ) -> None:
        self._caller_settings = caller_settings
        self._settings = settings
        self._filled = filled
        self._is_kept = is_kept
        self.url = url

    @property
    def query(self) -> str:
        """The first query, ready to be sent."""
        return QUERY.format(number=self._filled.number, price=PRICE_MINOR)

    @property
    def clock_command(self) -> str:
        """The command that sets the clock to noon of the day after the proof's deadline, on which R9 applies."""
        today = clock.utc_now().astimezone(self._settings.zone).date()
        day = today + timedelta(days=self._settings.proof_days + 1)
        return self._command("clock", "set", day.isoformat())

    @property
    def tick_command(self) -> str:
        """The command that does at once what is due."""
        return self._command("tick", "--until-idle")

    def operations(self) -> Sequence[Operation]:
        """The explorer's ready-made operations, with ids and numbers of the demo's database."""
        filled = self._filled
        today = clock.utc_now().astimezone(self._settings.zone).date()
        number = {"input": {"subscriberNumber": filled.number}}
        return with_variables(
            READY_MADE,
            {
                "DiscountCheck": number,
                "RedeemDiscount": number,
                "ReleaseDiscount": {"input": {"redemptionId": filled.redemption_id}},
                "SubscriptionDetail": {"id": filled.managed_organisation_id},
                "AddSeats": {"input": {"subscriptionId": filled.managed_subscription_id}},
                "RecordPaymentProof": {
                    "input": {"subscriptionId": filled.unpaid_subscription_id, "receivedOn": today.isoformat()}
                },
            },
        )

    def callers(self) -> Sequence[Caller]:
        """As whom the explorer can send requests: an event system, staff, a manager."""
        filled = self._filled
        return (
            Caller("key", "event system", filled.key),
            Caller("staff", "staff", filled.staff_token),
            Caller("manager", f"manager ({filled.manager.partition(', ')[0]})", filled.manager_token),
        )

    def as_text(self) -> str:
        """Everything as text, for people."""
        return TEXT.format(
            kept=f"; it stays in {self._settings.data_dir}" if self._is_kept else "; nothing of it is kept",
            explorer=f"{self.url}/graphql",
            mailbox=f"{self.url}/mailbox",
            key=self._filled.key,
            staff=self._filled.staff_token,
            manager=self._filled.manager_token,
            manager_name=self._filled.manager,
            holder=self._filled.holder,
            query=self.query,
            clock=self.clock_command,
            tick=self.tick_command,
        )

    def as_json(self) -> str:
        """Everything as one line of JSON, for programs."""
        filled = self._filled
        guide: dict[str, Any] = {
            "url": self.url,
            "explorer": f"{self.url}/graphql",
            "mailbox": f"{self.url}/mailbox",
            "data_dir": str(self._settings.data_dir),
            "tokens": {"key": filled.key, "staff": filled.staff_token, "manager": filled.manager_token},
            "query": self.query,
            "commands": {"clock": self.clock_command, "tick": self.tick_command},
        }
        return json.dumps(guide, ensure_ascii=False)

    def _command(self, *words: str) -> str:
        """A command for this demo's database, to be typed in another terminal in the same folder."""
        settings = {"CAPCOM_DATA_DIR": str(self._settings.data_dir)}
        if self._caller_settings.database_url:
            settings["CAPCOM_DATABASE_URL"] = ""
        if self._settings.public_url != self._caller_settings.public_url:
            settings["CAPCOM_PUBLIC_URL"] = self._settings.public_url
        assigned = [f"{name}={shlex.quote(value) if value else ''}" for name, value in settings.items()]
        return " ".join([*assigned, *map(shlex.quote, (*program_command(), *words))])


def program_command() -> list[str]:
    """The words that start the running program again; its path is relative if it is below the working folder."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return [_from_here(Path(sys.executable)), "-m", "capcom_gql"]
    return [_from_here(program)]


def _from_here(path: Path) -> str:
    absolute = path.absolute()
    if absolute.is_relative_to(Path.cwd()):
        shorter = absolute.relative_to(Path.cwd())
        return str(shorter) if len(shorter.parts) > 1 else f"./{shorter}"
    return str(absolute)
