"""Every field of every object, read by every caller, by its id and by every way that leads to it."""

from collections.abc import AsyncIterator
from itertools import batched

import pytest
