"""The settings: the environment and a `.env` file, read once into one frozen `Settings`.

Every setting is named `CAPCOM_` and its field in capitals. An unknown name or a value that is not accepted is refused
at the start, and all faults are reported at once.
"""

from capcom_gql.settings.environment import SettingsError, load
from capcom_gql.settings.fields import NOTIFY_NAME, PREFIX, Settings, variable

__all__ = ["NOTIFY_NAME", "PREFIX", "Settings", "SettingsError", "load", "variable"]
