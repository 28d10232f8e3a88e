"""How people behave in a simulation: how they pay, renew, change lists and attend events. All numbers are invented."""

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from capcom_gql.domain.plans import EventKind


class Payment(Enum):
    """When the proof of a term arrives."""

    SOON = auto()
    LAST_DAYS = auto()
    REMINDED = auto()
    """a few days after the reminder"""
    FOUND = auto()
    """in time, but staff find it after the term was cancelled"""
    LATE = auto()
    NEVER = auto()


class Decision(Enum):
    """When a manager answers whether to renew."""

    EARLY = auto()
    NOTICE = auto()
    REMINDER_1 = auto()
    REMINDER_2 = auto()
    REMINDER_3 = auto()
    DECLINE = auto()
    NEVER = auto()


# the weights of random choices; those of one table add up to 100
FIRST_PAYMENTS = {
    Payment.SOON: 62,
    Payment.LAST_DAYS: 6,
    Payment.REMINDED: 15,
    Payment.FOUND: 3,
    Payment.LATE: 7,
    Payment.NEVER: 7,
}
"""How the first term of a subscription is paid, by weight."""
LATER_PAYMENTS = {
    Payment.SOON: 72,
    Payment.LAST_DAYS: 5,
    Payment.REMINDED: 14,
    Payment.FOUND: 2,
    Payment.LATE: 4,
    Payment.NEVER: 3,
}
"""How a renewed term is paid, by weight."""
ANSWERS = {
    Decision.EARLY: 12,
    Decision.NOTICE: 34,
    Decision.REMINDER_1: 16,
    Decision.REMINDER_2: 9,
    Decision.REMINDER_3: 9,
    Decision.DECLINE: 8,
    Decision.NEVER: 12,
}
"""When managers answer whether to renew, by weight."""

# delays in days, (first, last)
SOON, BEFORE_DUE, AFTER_REMINDER, FOUND_AFTER, LATE_BY = (1, 9), (0, 2), (1, 4), (1, 6), (2, 25)
EARLY_BY, AFTER_NOTICE, AFTER_CALL, DECLINED_AFTER = (35, 150), (1, 8), (1, 4), (1, 12)
SECOND_THOUGHTS, REOPENED_AFTER, REOPENED_BY_STAFF_AFTER = (2, 14), (8, 120), (40, 200)
SURVEY_AFTER, COMPLAINED_AFTER, REPLIED_AFTER, RELEASED_AFTER = (1, 25), (1, 2), (1, 3), (1, 6)

# probabilities
CHANGES_PLAN = 0.12
HAS_SECOND_THOUGHTS = 0.1
RENEWS_AGAIN = 0.6
REOPENS = 0.25
REOPENS_BY_STAFF = 0.25
ANSWERS_SURVEY = 0.35
MISTYPES, RELEASES, COMPLAINS = 0.02, 0.06, 0.3
MONTHLY = {"add": 0.06, "remove": 0.035, "replace": 0.03, "replace_manager": 0.004, "hand_over": 0.012, "leave": 0.001}
"""For each change to a list of users, its probability in a month."""
SCORES, SCORE_WEIGHTS = tuple(range(11)), (2, 1, 1, 2, 2, 5, 7, 15, 25, 20, 20)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event that takes place every year."""

    kind: EventKind
    name: str
    months: tuple[int, ...]
    day: int
    """the day of the month"""
    announced: int
    """how many days before it is announced"""
    drawn: int
    """how many of a thousand users register"""
    prices: tuple[int, ...]
    """in minor units"""


OCCASIONS = (
    Occasion(EventKind.TRAINING, "formation", (1, 2, 3, 4, 5, 6, 9, 10, 11, 12), 8, 30, 8, (45_000, 52_000, 64_000)),
    Occasion(EventKind.TRAINING, "atelier", (2, 3, 5, 6, 10, 11), 22, 30, 6, (28_000, 31_500)),
    Occasion(EventKind.MEETING, "rencontres", (1, 3, 4, 5, 6, 9, 10), 15, 30, 15, (12_000, 18_050)),
    Occasion(EventKind.FORUM, "forum", (12,), 9, 60, 300, (69_000,)),
)
"""The events of every year."""


def days(random: Random, between: tuple[int, int]) -> int:
    """A random number of days between two, both included."""
    return random.randint(*between)


def payment(random: Random, *, is_first: bool) -> Payment:
    """Decide when the proof of a first or of a later term arrives."""
    chances = FIRST_PAYMENTS if is_first else LATER_PAYMENTS
    return random.choices(list(chances), list(chances.values()))[0]


def answer(random: Random) -> Decision:
    """Decide when the manager answers whether to renew."""
    return random.choices(list(ANSWERS), list(ANSWERS.values()))[0]


def score(random: Random) -> int:
    """A user's random score in the survey, 0 to 10."""
    return random.choices(SCORES, SCORE_WEIGHTS)[0]
