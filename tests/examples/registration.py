"""An event-registration system in small, with nothing but Python: it checks, redeems and releases discounts.

    API_URL=http://127.0.0.1:8000 API_KEY=cck_live_... python3 registration.py forum-2027 "CP 4071 8823 9056 1227"

`capcom demo` prints such a key and, in its first query, the number of somebody who is entitled. A key of your own needs
the scopes DISCOUNTS_CHECK and DISCOUNTS_REDEEM. To begin from it, keep `ask`, `check`, `redeem` and `release`, and call
them where visitors register and cancel.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

PRICE = 24900
"""What the event costs without a discount, in cents."""

TRIES = 5
"""How often a request is sent in all, while the server is out of reach or asks to wait."""

CHECK = """
query Check($inputs: [DiscountCheckInput!]!) {
  discountChecks(inputs: $inputs) {
    eligible message nextStep provisional finalPrice { amountMinor }
  }
}
"""
REDEEM = """
mutation Redeem($input: RedeemDiscountInput!) {
  redeemDiscount(input: $input) {
    redemption { id state finalPrice { amountMinor } }
    check { eligible message nextStep }
    errors { code message }
  }
}
"""
RELEASE = """
mutation Release($input: ReleaseDiscountInput!) {
  releaseDiscount(input: $input) { redemption { id state } errors { code message } }
}
"""


class Refused(Exception):
    """The server said no; the message is for the visitor, in the language asked for."""


def ask(document: str, variables: dict[str, Any]) -> Any:
    """Send one operation; its data. Sends it again as it is if need be: every mutation here bears being repeated."""
    request = urllib.request.Request(
        f"{os.environ['API_URL']}/graphql",
        json.dumps({"query": document, "variables": variables}).encode(),
        {
            "Authorization": f"Bearer {os.environ['API_KEY']}",
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json",
            "Accept-Language": "en",
        },
    )
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return data_of(json.load(response))
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 429 and error.code < 500:
                    return data_of(json.load(error))
                told = error.headers.get("Retry-After", "")
                wait = int(told) if told.isdigit() else attempt
        except OSError:
            wait = attempt
        if attempt < TRIES:
            time.sleep(wait)
    raise Refused("The server cannot be reached now. Start again later: what was done already is not done twice.")


def data_of(answer: dict[str, Any]) -> Any:
    """What was asked for; raises Refused where the request itself is at fault, as with a key that is revoked."""
    if answer.get("errors"):
        raise Refused(" ".join(error["message"] for error in answer["errors"]))
    return answer["data"]


def check(event: str, numbers: list[str]) -> list[dict[str, Any]]:
    """Ask about up to 100 numbers at once, in their order. This changes nothing; a wrong number is an answer too."""
    question = {"eventKind": "FORUM", "eventReference": event, "priceMinor": PRICE}
    data = ask(CHECK, {"inputs": [{**question, "subscriberNumber": number} for number in numbers]})
    answers: list[dict[str, Any]] = data["discountChecks"]
    return answers


def redeem(event: str, number: str, registration: str) -> dict[str, Any]:
    """Record that the discount is used. The same registration, sent again, is the same redemption."""
    form = {
        "subscriberNumber": number,
        "eventKind": "FORUM",
        "eventReference": event,
        "registrationReference": registration,
        "priceMinor": PRICE,
        "idempotencyKey": f"{event}/{registration}",
    }
    return done(ask(REDEEM, {"input": form})["redeemDiscount"])


def release(redemption_id: str) -> dict[str, Any]:
    """Give the discount back, as when the visitor cancels."""
    return done(ask(RELEASE, {"input": {"redemptionId": redemption_id}})["releaseDiscount"])


def done(payload: dict[str, Any]) -> dict[str, Any]:
    """The redemption that a mutation answers; raises Refused where it answers errors."""
    asked = payload.get("check")
    if payload["errors"] and asked and not asked["eligible"]:
        # What the visitor is not entitled to is told as `discountChecks` would: why, and what to do.
        raise Refused(sentences(asked))
    if payload["errors"]:
        raise Refused(" ".join(error["message"] for error in payload["errors"]))
    redemption: dict[str, Any] = payload["redemption"]
    return redemption


def sentences(answer: dict[str, Any]) -> str:
    """What a check says to the visitor."""
    return f"{answer['message']} {answer['nextStep'] or ''}".rstrip()


def main(event: str, *numbers: str) -> None:
    """Register everybody, the first of the entitled twice, and let that one cancel."""
    entitled = []
    for number, answer in zip(numbers, check(event, list(numbers)), strict=True):
        price = answer["finalPrice"]["amountMinor"] if answer["eligible"] else PRICE
        print(f"{number}: {price / 100:.2f} EUR. {sentences(answer)}")
        if answer["eligible"]:
            entitled.append(number)
    for place, number in enumerate(entitled, start=1):
        redemption = redeem(event, number, f"R-{place}")
        print(f"redeemed R-{place}: {redemption['state']}")
    if not entitled:
        return
    first = redeem(event, entitled[0], "R-1")
    print(f"redeemed R-1 again: {first['state']}, {first['finalPrice']['amountMinor'] / 100:.2f} EUR")
    try:
        redeem(event, entitled[0], "R-99")
    except Refused as refused:
        print(f"refused R-99: {refused}")
    print(f"released R-1: {release(first['id'])['state']}")
    print(f"redeemed R-99: {redeem(event, entitled[0], 'R-99')['state']}")


if __name__ == "__main__":
    if len(sys.argv) < 3 or not {"API_URL", "API_KEY"} <= os.environ.keys():
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Refused as refusal:
        sys.exit(str(refusal))
