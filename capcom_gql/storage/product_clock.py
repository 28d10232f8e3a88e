"""The product's clock: the real clock plus an offset, stored in the database and so the same for every process."""

from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.storage.engine.database import in_one_transaction, rows
from capcom_gql.storage.tables import Event, Installation


class ClockMoved(Exception):
    """The product's clock is not the real one, which production requires; the text gives the offset."""


class ClockSetBack(Exception):
    """The product's clock would be set back to before a recorded event; `recorded_at` is the latest one's (UTC)."""

    def __init__(self, recorded_at: datetime) -> None:
        super().__init__(f"something is recorded at {recorded_at.isoformat()}")
        self.recorded_at = recorded_at


async def clock_offset() -> timedelta:
    """How far the product's clock is ahead of the real one; negative when it is behind, zero in production."""
    # plain SQL, since every command, letter and check reads it
    (row,) = await rows("SELECT clock_offset_us FROM installation WHERE id = 1")
    return timedelta(microseconds=row["clock_offset_us"])


async def must_be_real() -> None:
    """Raise ClockMoved where the product's clock of this database is not the real one."""
    if ahead := await clock_offset():
        raise ClockMoved(f"the product's clock of this database is {ahead} ahead of the real one")


async def product_now() -> datetime:
    """The present instant by the product's clock, timezone-aware, in UTC."""
    return clock.shifted(await clock_offset())


async def set_product_clock(instant: datetime, *, force: bool = False) -> None:
    """Move the product's clock to an instant, from which it runs on.

    Raises ClockSetBack for an instant before a recorded event, unless `force`.
    """
    await _set_offset(instant - clock.utc_now(), force=force)


async def reset_product_clock(*, force: bool = False) -> None:
    """Make the product's clock the real clock again.

    Raises ClockSetBack where the real clock is before a recorded event, unless `force`.
    """
    await _set_offset(timedelta(), force=force)


async def _set_offset(ahead: timedelta, *, force: bool) -> None:
    async def work() -> None:
        # locked, so that two processes do not move the clock at the same time
        await Installation.filter(id=1).select_for_update().get()
        latest = await Event.all().order_by("-recorded_at").first()
        if latest is not None and clock.shifted(ahead) < latest.recorded_at and not force:
            raise ClockSetBack(latest.recorded_at)
        await Installation.filter(id=1).update(clock_offset_us=ahead // timedelta(microseconds=1))

    await in_one_transaction(work)
