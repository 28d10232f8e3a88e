"""The addresses of the pages, for the composition root to mount."""

from pathlib import Path

from starlette.routing import BaseRoute

from capcom_gql.notifiers.rendering import render
from capcom_gql.pages.assets import asset_routes
from capcom_gql.pages.choose_password import choose_password_routes
from capcom_gql.pages.confirm_email import confirm_email_routes
from capcom_gql.pages.gallery import Write, gallery_routes
from capcom_gql.pages.login import login_routes
from capcom_gql.pages.mailbox import mailbox_routes
from capcom_gql.pages.renew import renew_routes
from capcom_gql.pages.survey import survey_routes
from capcom_gql.pages.unsubscribe import unsubscribe_routes


def routes(*, mailbox: Path | None, write: Write = render, currency: str = "EUR") -> list[BaseRoute]:
    """Everything but the explorer, which answers GET on the API's own address (see `explorer_response`).

    `mailbox` is the folder of .eml files to show; None, as in production, leaves /mailbox unrouted (404).
    `write` writes the sample letters shown there, with the templates of this installation.
    """
    shown = [] if mailbox is None else [*gallery_routes(write), *mailbox_routes(mailbox)]
    return [
        *asset_routes(),
        *choose_password_routes(),
        *confirm_email_routes(),
        *login_routes(),
        *renew_routes(currency),
        *survey_routes(),
        *unsubscribe_routes(),
        *shown,
    ]
