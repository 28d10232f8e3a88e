"""What holds for every test, those of the plugins too."""

import os
import sys

from hypothesis import HealthCheck, settings

# A property is tried so many times, and not for so long: a machine may have other work.
settings.register_profile(
    "no clock", deadline=None, suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.too_slow]
)
settings.load_profile("no clock")

# Workers and commands, some hundreds, import the same files: compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
