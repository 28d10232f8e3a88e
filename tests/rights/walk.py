"""Holding an answer, however deep, against the table: every field of every object in it, and every error beside it."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.rights.asking import Path, Raw
from tests.rights.stage import Stage
from tests.rights.verdicts import Caller, Got, SubscriptionStatus, Thing, reads, sees, subscription_status

Truth: TypeAlias = dict[tuple[str, str], Any]
"""What each field of each object holds, by the object's id, as staff read it"""


def bare(value: Any) -> Any:
    """A value to compare: other objects, also those in a list, by type and id alone."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if isinstance(value, dict):
        if "id" in value:
            return {"__typename": value["__typename"], "id": value["id"]}
        return {name: bare(each) for name, each in value.items()}
    return value


@dataclass
class Walk:
    """One answer to one caller. `faults` says what is not as the table has it."""

    stage: Stage
    truth: Truth
    caller: Caller
    raw: Raw
    faults: list[str] = field(default_factory=list)
    explained: set[Path] = field(default_factory=set)

    def finish(self) -> list[str]:
        """The faults, with the errors of the answer that nothing in the table explains."""
        for path, code in self.raw.codes.items():
            if path not in self.explained:
                self.fault(path, f"an error that should not be: {code}")
        return self.faults

    def fault(self, path: Path, what: str) -> None:
        """Note a difference."""
        self.faults.append(f"{'.'.join(map(str, path))}: {what}")

    def nothing(self) -> None:
        """Every question refused at its place."""
        self.explained |= {(name,) for name in self.raw.data if self.raw.codes.get((name,)) == "FORBIDDEN"}
        for name, found in self.raw.data.items():
            if found is not None or (name,) not in self.explained:
                self.fault((name,), f"should be refused, got {found!r}")

    def place(self, found: dict[str, Any] | None, thing: Thing, path: Path) -> None:
        """What stands where an object was asked by its id: the object, or nothing at all for who may not see it."""
        if not sees(self.caller, thing):
            if found is not None:
                self.fault(path, f"{thing.type} should not exist for this caller")
        elif found is None:
            self.explained |= {error for error in self.raw.codes if error[: len(path)] == path}
            errors = {error: code for error, code in self.raw.codes.items() if error[: len(path)] == path}
            self.fault(path, f"{thing.type} should be seen; errors: {errors}")
        else:
            self.object(found, path)

    def object(self, found: dict[str, Any], path: Path) -> None:
        """An object, and whatever is read of it."""
        thing = self.stage.things.get(found["id"])
        if thing is None:
            self.fault(path, f"{found['__typename']} that the stage does not know")
        elif not sees(self.caller, thing, self._row(thing, path)):
            self.fault(path, f"{thing.type} should not be reached by this caller")
        else:
            for name, got in found.items():
                if name != "__typename":
                    self._field(thing, name, got, (*path, name))

    def _row(self, thing: Thing, path: Path) -> str:
        """The row by which an object is seen: an event also by that of what it is reached through."""
        if thing.type != "Event":
            return ""
        return "timeline" if "timeline" in path else "Delivery" if path[0] == "deliveries" else ""

    def _field(self, thing: Thing, name: str, got: Any, path: Path) -> None:
        wanted, code = self._wanted(thing, name)
        if (thing.type, name) == ("Event", "actor"):
            self._actor(thing, got, path)
        elif (thing.type, name) == ("ApiKey", "lastUsedAt") and wanted is not None and got is not None:
            pass  # the keys go on being used
        elif bare(got) != bare(wanted):
            self.fault(path, f"got {got!r}, expected {wanted!r} (error: {self.raw.codes.get(path)})")
        if code is not None:
            self.explained.add(path)
            if self.raw.codes.get(path) != code:
                self.fault(path, f"expected the error {code}, got {self.raw.codes.get(path)}")
        self._deeper(got, path)

    def _deeper(self, got: Any, path: Path) -> None:
        if isinstance(got, list):
            for place, each in enumerate(got):
                self._deeper(each, (*path, place))
        elif isinstance(got, dict) and "id" not in got:
            for name, each in got.items():
                self._deeper(each, (*path, name))
        elif isinstance(got, dict) and len(got) > len(("__typename", "id")):
            self.object(got, path)

    def _wanted(self, thing: Thing, name: str) -> tuple[Any, str | None]:
        """What the field holds for this caller, and the code of the error at its place."""
        truth = self.truth[thing.id, name]
        match reads(self.caller, thing, name):
            case Got.FORBIDDEN:
                # nothing is refused of what there is not: an event of no organisation, the operator's own endpoint
                nothing = thing.type in ("Event", "WebhookEndpoint") and name == "organisation" and truth is None
                return None, None if nothing else "FORBIDDEN"
            case Got.EMPTY:
                return [], None
        if (thing.type, name) == ("OrganisationSubscription", "seats"):
            return [seat for seat in truth if self._lists(seat["id"])], None
        if (thing.type, name) in (("Event", "subject"), ("SupportRequest", "seat")) and truth is not None:
            other = self.stage.things.get(truth["id"])
            return truth if other is None or sees(self.caller, other) else None, None
        return truth, None

    def _lists(self, seat_id: str) -> bool:
        """A member's list holds their own seat only, the manager's apart."""
        seat = self.stage.things[seat_id]
        return sees(self.caller, seat) and subscription_status(self.caller, seat) is not SubscriptionStatus.MEMBER

    def _actor(self, event: Thing, got: Any, path: Path) -> None:
        """The role and the id to staff and to keys that read events; the role alone to whoever else reads it."""
        whole = self.truth[event.id, "actor"]
        wanted = whole if self.caller.is_staff or self.caller.holds("EVENTS_READ") else whole.split()[0]
        if got != wanted:
            self.fault(path, f"got {got!r}, expected {wanted!r}")
