"""What Dramatiq's command line imports for a worker whose sweeper hardly comes by itself: it has to be told."""

from capcom_gql.workers import sweeper
from tests.patience import HANG

sweeper.INTERVAL = sweeper.MAX_INTERVAL = HANG

from capcom_gql.workers.start import broker  # noqa: E402  the sweeper's time is set first

__all__ = ["broker"]
