"""A source that signs up without end: ten organisations an hour, and nothing more is written or mailed (R5)."""

import pytest

from capcom_gql.storage.tables import AttemptCount, Delivery, Organisation
from tests.graphql.api import SUBSCRIBE, Api, codes

pytestmark = pytest.mark.rule("R5")


async def sign_up(api: Api, name: str, token: str | None = None, **more: object) -> list[str]:
    """The codes that answer a sign-up."""
    answer = await api.ask(SUBSCRIBE, token, input=api.form(name, **more))
    if "errors" in answer:
        return [code for code, _ in codes(answer)]
    return [error["code"] for error in answer["data"]["subscribe"]["errors"]]


async def test_the_eleventh_sign_up_of_an_hour_is_refused(api: Api) -> None:
    for number in range(9):
        assert await sign_up(api, f"town{number}") == []
        assert await sign_up(api, f"town{number}", planCode="NONE") == ["NOT_FOUND"], "a refused form is not counted"
    form = api.form("town9")
    for _ in range(3):
        assert (await api.data(SUBSCRIBE, input=form))["subscribe"]["errors"] == [], "nor is one that is sent again"
    letters = await Delivery.all().count()
    answer = await api.post({"query": SUBSCRIBE, "variables": {"input": api.form("town10")}})
    assert answer.status_code == 429 and codes(answer.json()) == [("RATE_LIMITED", None)]
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert await Organisation.all().count() == 10 and await Delivery.all().count() == letters
    assert await sign_up(api, "town11", await api.staff()) == [], "staff are exempt"
    assert await AttemptCount.all().count() == 1
