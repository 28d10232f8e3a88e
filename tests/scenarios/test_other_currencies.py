"""An installation in euros, yen or dinars: every door writes an amount with the digits of its currency."""

from datetime import date
from pathlib import Path

import pytest

from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.runtime import runtime_from
from capcom_gql.services.exporting.export_redemptions import REDEMPTION_COLUMNS, redemption_rows
from capcom_gql.services.exporting.export_subscribers import ORGANISATION_COLUMNS, organisation_rows
from capcom_gql.settings import load
from capcom_gql.spreadsheet import line_of
from tests.world import CHECK, World, user, world_on

PLAN = {
    "code": "REGION",
    "name": "Région",
    "seatLimit": 5,
    "priceMinor": 123_450,
    "services": ["DOCUMENTATION"],
    "discounts": [{"eventKind": "MEETING", "amountMinor": 15_500}],
}
SAVE = """
mutation Save($input: SavePlanInput!) {
  savePlan(input: $input) { plan { price { amountMinor currency } } errors { message } }
}
"""
REPORT = """
query Report($day: Date!) {
  report(from: $day, to: $day) { reductionGranted { amountMinor currency } proofAwaited { amountMinor currency } }
}
"""


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("currency", "french", "english", "price", "final"),
    [
        ("EUR", "155,00 €", "155.00 EUR", "1234,50", "845,00"),
        ("JPY", "15 500 JPY", "15,500 JPY", "123450", "84500"),
        ("TND", "15,500 TND", "15.500 TND", "123,450", "84,500"),
    ],
)
async def test_an_amount_has_the_digits_of_its_currency(
    database_url: str, tmp_path: Path, currency: str, french: str, english: str, price: str, final: str
) -> None:
    async with world_on(database_url, tmp_path / "data", CURRENCY=currency) as world:
        saved = (await world.ask(SAVE, {"input": PLAN}, token=await world.staff())).done("savePlan")
        assert saved["plan"]["price"] == {"amountMinor": 123_450, "currency": currency}
        users = [user("ana", locale="fr"), user("bob", locale="en")]
        await world.subscribe("ana", "bob", plan="REGION", users=users)
        await world.tick()
        ana, bob = world.letters_to("ana")[0], world.letters_to("bob")[0]
        assert f"réductions : {french} sur les réunions." in _on_one_line(ana.text)
        assert f"discounts: {english} off meetings." in _on_one_line(bob.text)

        redeemed = await world.redeem(ana.number, eventKind="MEETING", priceMinor=100_000)
        assert redeemed["redemption"]["finalPrice"] == {"amountMinor": 84_500}
        assert await _refused_price(world, ana.number) == (
            "A price is from 0 to 100000000, in the currency's minor unit (cents for EUR)."
        )
        assert await _exported_prices(currency) == (price, final)
        day = {"day": str(date(2027, 3, 1))}
        report = (await world.ask(REPORT, day, token=await world.staff())).ok()["report"]
        assert report["proofAwaited"] == {"amountMinor": 123_450, "currency": currency}
        assert report["reductionGranted"] == {"amountMinor": 15_500, "currency": currency}


def _on_one_line(text: str) -> str:
    """With plain spaces."""
    return " ".join(text.split())


async def _refused_price(world: World, number: str) -> str:
    asked = {"subscriberNumber": number, "eventKind": "MEETING", "priceMinor": 100_000_001}
    token = await world.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
    (error,) = (await world.ask(CHECK, {"input": asked}, token=token)).errors
    message = error["message"]
    assert isinstance(message, str)
    return message


async def _exported_prices(currency: str) -> tuple[str, str]:
    """The price of the term and what was left to pay for the event, as a French spreadsheet reads them."""
    runtime = runtime_from(load({"CAPCOM_CURRENCY": currency}), (Channel("mailbox", AddressKind.EMAIL),))
    (organisation,) = [row async for row in organisation_rows(runtime)]
    (redemption,) = [row async for row in redemption_rows(runtime)]
    cells = [
        organisation[ORGANISATION_COLUMNS.index("price")],
        redemption[REDEMPTION_COLUMNS.index("final_price")],
        redemption[REDEMPTION_COLUMNS.index("currency")],
    ]
    price, final, written = line_of(cells, ";").decode().split(";")
    assert written == f"{currency}\r\n"
    return price, final
