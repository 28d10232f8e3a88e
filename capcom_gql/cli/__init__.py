"""`capcom`, the command line. Commands import what they need when they run, so that `--help` is quick."""

from capcom_gql.cli.program import main

__all__ = ["main"]
