"""The composition root: from the settings to one ASGI application, with its worker inside."""

from capcom_gql.app.composition import create_app

__all__ = ["create_app"]
