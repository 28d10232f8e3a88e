"""The product's clock: the real one moved by the offset that this database keeps, for every process alike."""

from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.storage.engine.database import in_one_transaction, rows
from capcom_gql.storage.tables import Event, Installation


class ClockMoved(Exception):
    """In production the product's clock is the real one; the text says by how much this database's is moved."""


class ClockSetBack(Exception):
    """The clock would go back behind a recorded fact; `recorded_at` is the latest."""

    def __init__(self, recorded_at: datetime) -> None:
        super().__init__(f"something is recorded at {recorded_at.isoformat()}")
        self.recorded_at = recorded_at


async def offset() -> timedelta:
    """How far the product's clock is ahead of the real one."""
    # plain SQL: every deed, letter and check reads it
    (row,) = await rows("SELECT clock_offset_us FROM installation WHERE id = 1")
    return timedelta(microseconds=row["clock_offset_us"])


async def must_be_real() -> None:
    """Raise ClockMoved where this database's clock is not the real one."""
    if ahead := await offset():
        raise ClockMoved(f"the product's clock of this database is {ahead} ahead of the real one")


async def product_now() -> datetime:
    """The product's present instant, aware, in UTC."""
    return clock.shifted(await offset())


async def set_product_clock(instant: datetime, *, force: bool = False) -> None:
    """Move the product's clock to an instant. Raises ClockSetBack behind a recorded fact, unless forced."""
    await _set_offset(instant - clock.utc_now(), force=force)


async def reset_product_clock(*, force: bool = False) -> None:
    """Let the product's clock follow the real one again. Raises ClockSetBack behind a recorded fact, unless forced."""
    await _set_offset(timedelta(), force=force)


async def _set_offset(ahead: timedelta, *, force: bool) -> None:
    async def work() -> None:
        # the row is what every deed's clock is read from: until the end of this transaction nobody else moves it
        await Installation.filter(id=1).select_for_update().get()
        latest = await Event.all().order_by("-recorded_at").first()
        if latest is not None and clock.shifted(ahead) < latest.recorded_at and not force:
            raise ClockSetBack(latest.recorded_at)
        await Installation.filter(id=1).update(clock_offset_us=ahead // timedelta(microseconds=1))

    await in_one_transaction(work)
