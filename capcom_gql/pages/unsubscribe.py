"""The page on which people ask for no more surveys by mail, and where their mail programs ask for them (R18)."""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from capcom_gql.pages.language import language_of, said_in
from capcom_gql.pages.rendering import page
from capcom_gql.pages.words import read_words
from capcom_gql.services.unsubscribe import SurveyMail, resubscribe, survey_mail_of, unsubscribe

AGAIN = b"again=yes"
SENT_WITHIN = 10.0
"""Seconds for the body of a request."""


def unsubscribe_routes() -> list[BaseRoute]:
    """GET and POST /unsubscribe?token=...

    Opening it changes nothing, since mail scanners follow links: a button posts, to the same address. A mail
    program posts there too, by itself (RFC 8058), so that the page speaks no GraphQL and asks for no cookie, no
    session and no script. Whatever is posted means the same, but for what the button to have them again posts. The
    token says whose wish it is, and only its reader knows it. Answers 404 to a token that is nobody's.
    """

    async def show(request: Request) -> Response:
        token = request.query_params.get("token", "")
        try:
            is_again = await _is_again(request)
        except ClientDisconnect:
            return PlainTextResponse("The request ended in the middle.\n", status_code=400)
        except TimeoutError:
            return PlainTextResponse("The request did not come to its end in time.\n", status_code=408)
        if not token:
            surveys = SurveyMail.UNKNOWN_LINK
        elif request.method == "POST":
            surveys = await (resubscribe(token) if is_again else unsubscribe(token))
        else:
            surveys = await survey_mail_of(token)
        language = language_of(request)
        status = 404 if surveys is SurveyMail.UNKNOWN_LINK else 200
        answer = page(
            request,
            "unsubscribe.html",
            status=status,
            language=language,
            words=read_words("unsubscribe", language),
            surveys=surveys,
            is_done=request.method == "POST",
        )
        return said_in(language, answer)

    return [Route("/unsubscribe", show, methods=["GET", "POST"])]


async def _is_again(request: Request) -> bool:
    """Read to its end first: half of it must not mean the opposite. Raises ClientDisconnect, TimeoutError."""
    body = b""
    async with asyncio.timeout(SENT_WITHIN):
        async for part in request.stream():
            body += part
            if len(body) > len(AGAIN):
                break  # the rest, of whatever length, is not wanted
    return body == AGAIN
