"""The same deeds on PostgreSQL, by one caller of each kind."""

from tests.rights.test_deeds import (
    pytestmark,
    test_a_refused_deed_says_why_and_leaves_no_trace,
    test_who_may_does,
)

ENGINE = "postgres"

__all__ = ["pytestmark", "test_a_refused_deed_says_why_and_leaves_no_trace", "test_who_may_does"]
