"""What a world says when a package that it stands on is missing."""


class WorldUnavailable(RuntimeError):
    """A package is missing; the text says which, what for, and how to get it."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(
            f"{package} is not installed, and {purpose}: pip install 'capcom-gql[testing]', or pip install {package}"
        )
