"""The ready-made operations of the explorer: each runs as it stands once its sample values are real."""

from capcom_gql.pages.operations import Operation
from capcom_gql.pages.ready_made.account import ACCOUNT
from capcom_gql.pages.ready_made.discounts import DISCOUNTS
from capcom_gql.pages.ready_made.following import FOLLOWING
from capcom_gql.pages.ready_made.renewing import RENEWING
from capcom_gql.pages.ready_made.staff import STAFF
from capcom_gql.pages.ready_made.subscribing import SUBSCRIBING
from capcom_gql.pages.ready_made.users import USERS

READY_MADE: tuple[Operation, ...] = (*DISCOUNTS, *SUBSCRIBING, *ACCOUNT, *USERS, *RENEWING, *FOLLOWING, *STAFF)
"""A check of a discount first; operations of one group stand together."""
