"""The email channel keeps the contract of a channel."""

from capcom_gql.testing import NotifierContract, SmtpWorld
from capcom_notify_email import Email


class TestEmail(NotifierContract):
    """Before a server with STARTTLS and a sign-in."""

    channel = Email
    world = SmtpWorld
    over_tls = True
    address = "zoe@ville.example"
    bad_address = "zoe"

    def settings(self, world: SmtpWorld) -> dict[str, str]:
        return {
            "host": world.host,
            "port": str(world.port),
            "security": world.security,
            "ca_file": str(world.ca_file),
            "username": world.user,
            "password": world.password,
            "sender": "Cap'Com Plus <bonjour@reseau.example>",
        }
