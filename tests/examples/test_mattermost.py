"""A channel of one file, in no package: it keeps the contract, and letters go by it to whoever asked for them there."""

import json
from pathlib import Path

from capcom_gql.testing import Answer, HttpWorld, NotifierContract, Request
from tests.cli.installations import Installation
from tests.examples.plugins.mattermost import Mattermost
from tests.mail import letters_in
from tests.patience import until

PLUGINS = Path(__file__).parent / "plugins"
HOOK = "/hooks/xkp7tqd3j3fzbcmuzx9w4kj1ra"
CHOOSE = """
mutation C($input: ChoosePasswordInput!) { choosePassword(input: $input) { accessToken errors { message } } }
"""
PROFILE = """
mutation P($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { message } } }
"""
FORGOTTEN = """
mutation F($input: RequestPasswordInput!) { requestPassword(input: $input) { errors { message } } }
"""


class TestMattermost(NotifierContract):
    """Its webhook's address is a secret, and its addresses are user names."""

    channel = Mattermost
    world = HttpWorld
    source = PLUGINS / "mattermost.py"
    address = "@ana"
    bad_address = "@"

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {"hook": world.url + HOOK}

    def prepare(self, world: HttpWorld) -> None:
        world.always(Answer(200, "ok", {"X-Request-Id": "hoan6o9ws7rp5xj7wu9rmysrte"}))

    def identity(self, request: Request) -> object:
        return request.json["props"]["capcom_id"]


def test_a_letter_goes_by_it(tmp_path: Path) -> None:
    with HttpWorld() as chat:
        chat.always(Answer(200, "ok", {"X-Request-Id": "hoan6o9ws7rp5xj7wu9rmysrte"}))
        installation = Installation(tmp_path).having(PLUGINS_DIR=str(PLUGINS), NOTIFY__MATTERMOST__HOOK=chat.url + HOOK)
        listed = json.loads(installation.run("plugins", "list", "--json").out)
        assert ("mattermost", "ACTIVE") in [(each["name"], each["state"]) for each in listed]
        with installation.server() as serving:
            serving.sign_up("ana", "bob")
            token = token_in_the_mail(installation)
            form = {"token": token, "password": "quatre petits chevaux gris"}
            session = serving.ask(CHOOSE, {"input": form}).json["data"]["choosePassword"]["accessToken"]
            profile = {"addresses": [{"kind": "mattermost", "value": "@Ana"}], "locale": "fr"}
            assert serving.ask(PROFILE, {"input": profile}, session).json["data"]["updateProfile"]["errors"] == []
            assert [each.path for each in chat.requests] == [], "nobody had an address there before"
            serving.ask(FORGOTTEN, {"input": {"email": "ana@ville.example"}})
            serving.ask(FORGOTTEN, {"input": {"email": "bob@ville.example"}})
            until(lambda: chat.requests)
            serving.stop()
    (post,) = [request.json for request in chat.requests]
    assert post["channel"] == "@ana"
    assert post["text"].startswith("**") and "choose-password?" in post["text"]


def token_in_the_mail(installation: Installation) -> str:
    """The token of the link that ana gets on signing up."""
    mailbox = installation.data_dir / "mailbox"
    until(lambda: [letter for letter in letters_in(mailbox) if letter.to == "ana@ville.example"])
    return next(letter for letter in letters_in(mailbox) if letter.to == "ana@ville.example").token
