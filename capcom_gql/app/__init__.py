"""The composition root: from the settings to one ASGI application, with its worker inside; and the checks of it all."""
