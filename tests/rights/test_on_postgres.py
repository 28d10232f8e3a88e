"""The same questions on PostgreSQL, by one caller of each kind."""

from tests.rights.test_fields import (
    pytestmark,
    test_a_filter_widens_nothing,
    test_a_list_holds_what_the_caller_may_see,
    test_an_organisation_and_all_that_hangs_on_it,
    test_every_object_by_its_id,
    test_the_keys_of_machines,
    test_the_report_is_told_whole_or_not_at_all,
    test_who_asks,
)
from tests.rights.test_questions import (
    test_who_may_ask_about_the_past,
    test_whose_numbers_a_caller_may_check,
    test_whose_services_a_caller_may_ask_about,
)

ENGINE = "postgres"

__all__ = [
    "pytestmark",
    "test_a_filter_widens_nothing",
    "test_a_list_holds_what_the_caller_may_see",
    "test_an_organisation_and_all_that_hangs_on_it",
    "test_every_object_by_its_id",
    "test_the_keys_of_machines",
    "test_the_report_is_told_whole_or_not_at_all",
    "test_who_asks",
    "test_who_may_ask_about_the_past",
    "test_whose_numbers_a_caller_may_check",
    "test_whose_services_a_caller_may_ask_about",
]
