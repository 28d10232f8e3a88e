"""The module for Dramatiq's command line: `dramatiq capcom_gql.workers.start`. Importing it reads the settings."""

import dramatiq
from dramatiq.middleware import AsyncIO

from capcom_gql.logs import to_standard_error
from capcom_gql.notifiers.confinement import hide_from_children
from capcom_gql.settings import load
from capcom_gql.workers.actors import Actors, declare
from capcom_gql.workers.broker import broker_connection
from capcom_gql.workers.process import WorkerProcess

hide_from_children()
_settings = load()
to_standard_error(as_objects=_settings.is_production)
_boot = WorkerProcess(_settings, lambda: actors.deliver.send)
broker = broker_connection(_settings.broker_url, [AsyncIO(), _boot]).broker
actors: Actors = declare(broker, _boot.pool)
dramatiq.set_broker(broker)
