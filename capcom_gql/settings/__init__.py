"""The environment, and a `.env` file, read once into one frozen `Settings`.

Every setting is named `CAPCOM_` and its field in capitals. A value that is not accepted, or a name that is
not known, is refused at start, with all faults told at once.
"""

from capcom_gql.settings.environment import SettingsError, load
from capcom_gql.settings.fields import NOTIFY_NAME, PREFIX, Settings, variable

__all__ = ["NOTIFY_NAME", "PREFIX", "Settings", "SettingsError", "load", "variable"]
