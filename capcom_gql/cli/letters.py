"""`capcom letters`: preview any letter, about invented facts, as this installation would render it."""

from typing import TYPE_CHECKING, Annotated

import typer

from capcom_gql.languages.locales import DEFAULT, LOCALES, Locale

if TYPE_CHECKING:
    from capcom_gql.notifiers.rendering import Rendered
    from capcom_gql.notifiers.samples import Sample


def _language(text: str) -> Locale:
    if text not in LOCALES:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(map(repr, LOCALES))}.")
    return Locale(text)


def letters(
    topic: Annotated[str, typer.Argument(help="The letter to print; without it, all letters are listed.")] = "",
    form: Annotated[str, typer.Option(help="The variant of the letter, as listed; by default the first.")] = "",
    locale: Annotated[
        Locale,
        typer.Option(help="The language of the letter.", parser=_language, metavar=f"[{'|'.join(LOCALES)}]"),
    ] = DEFAULT,
    html: Annotated[bool, typer.Option("--html", help="Print the letter's HTML.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a letter about invented facts, with the templates of this installation's plugins. Nothing is sent."""
    from capcom_gql.cli.screen import show_json

    if not topic:
        _list(as_json=as_json)
        return
    sample, letter = _render(topic, form, locale)
    if as_json:
        head = {"topic": topic, "form": sample.name, "locale": locale, "subject": letter.subject}
        show_json({**head, "text": letter.text, "html": letter.html, "short": letter.short})
    elif html:
        _show_html(topic, letter)
    else:
        _show_text(letter)


def _list(*, as_json: bool) -> None:
    from capcom_gql.cli.screen import show_json, show_table
    from capcom_gql.notifiers.samples import SAMPLES

    rows = [(topic, form.name, form.when) for topic, forms in SAMPLES.items() for form in forms]
    columns = ("topic", "form", "when")
    if as_json:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        show_table(columns, rows)


def _render(topic: str, form: str, locale: Locale) -> "tuple[Sample, Rendered]":
    from capcom_gql.cli.failures import Stop
    from capcom_gql.notifiers import loader
    from capcom_gql.notifiers.rendering import UnrenderableLetter
    from capcom_gql.notifiers.samples import NoSuchSample, sample_of
    from capcom_gql.settings import load

    try:
        sample = sample_of(topic, form)
    except NoSuchSample as error:
        raise Stop(f"Nothing is printed: {error}. See: capcom letters") from None
    registry = loader.load(load())
    try:
        return sample, registry.render(topic, locale, sample.context(locale))
    except UnrenderableLetter as error:
        raise Stop(f"The letter cannot be written: {error}") from None
    finally:
        registry.close()


def _show_html(topic: str, letter: "Rendered") -> None:
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.screen import show

    if letter.html is None:
        raise Stop(f"{topic} has no HTML: it is plain text. Leave --html out.")
    show(letter.html)


def _show_text(letter: "Rendered") -> None:
    from capcom_gql.cli.screen import note, show

    show(f"{letter.subject}\n\n{letter.text.rstrip()}")
    if letter.short is not None:
        note(f"as a text message, {len(letter.short)} characters: {letter.short}")
