"""The composition root: from the settings to one ASGI application, with its worker, health checks and metrics."""
