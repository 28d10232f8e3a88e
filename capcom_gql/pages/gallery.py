"""/mailbox/letters: every letter about invented facts, as this installation would write it. For development."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from capcom_gql.languages.locales import DEFAULT, ENGLISH, LOCALES, Locale, locale_of
from capcom_gql.languages.writing import language_name
from capcom_gql.notifiers.rendering import Rendered, UnrenderableLetter
from capcom_gql.notifiers.samples import SAMPLES, NoSuchSample, Sample, sample_of
from capcom_gql.pages.headers import mail_headers
from capcom_gql.pages.rendering import page
from capcom_gql.pages.showing import opening_new_tabs, split_links

Write = Callable[[str, str, Mapping[str, object]], Rendered]
"""Writes a letter: topic, language, context. Raises UnrenderableLetter."""


@dataclass(frozen=True)
class _Asked:
    """Which letter a request is about."""

    topic: str
    sample: Sample
    locale: Locale


def gallery_routes(write: Write) -> list[BaseRoute]:
    """The list, and one letter: as a page, its HTML alone. Routes of /mailbox/{name} must come after these."""
    languages = {locale: language_name(locale, ENGLISH) for locale in LOCALES}

    def show_list(request: Request) -> HTMLResponse:
        return page(request, "gallery.html", samples=SAMPLES, languages=languages)

    def show_letter(request: Request) -> HTMLResponse:
        asked = _asked(request)
        if asked is None:
            return _no_such_sample(request)
        letter, fault = _written(write, asked)
        return page(
            request,
            "sample.html",
            shows_frame=True,
            asked=asked,
            forms=SAMPLES[asked.topic],
            languages=languages,
            letter=letter,
            text=[] if letter is None else split_links(letter.text),
            fault=fault,
        )

    def show_html(request: Request) -> Response:
        asked = _asked(request)
        letter = None if asked is None else _written(write, asked)[0]
        if letter is None or letter.html is None:
            return _no_such_sample(request)
        return HTMLResponse(opening_new_tabs(letter.html), headers=mail_headers())

    return [
        Route("/mailbox/letters", show_list, methods=["GET"]),
        Route("/mailbox/letters/{topic}", show_letter, methods=["GET"]),
        Route("/mailbox/letters/{topic}/html", show_html, methods=["GET"]),
    ]


def _asked(request: Request) -> _Asked | None:
    """The letter a request names; in French where it names no language of ours."""
    topic, named = request.path_params["topic"], request.query_params
    try:
        sample = sample_of(topic, named.get("form", ""))
    except NoSuchSample:
        return None
    return _Asked(topic, sample, locale_of(named.get("locale")) or DEFAULT)


def _written(write: Write, asked: _Asked) -> tuple[Rendered | None, str]:
    """The letter, or why it cannot be written: a template that a plugin lays over ours may be wrong."""
    locale = asked.locale
    try:
        return write(asked.topic, locale, asked.sample.context(locale)), ""
    except UnrenderableLetter as error:
        return None, str(error)


def _no_such_sample(request: Request) -> HTMLResponse:
    return page(request, "no-such-letter.html", status=404, is_sample=True)
