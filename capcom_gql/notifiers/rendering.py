"""Render letters: from a topic, a language and a context to the finished subject, text and HTML.

The templates are `languages/<code>/letters/<topic>.jinja`, with subject and body in one file, the body written once for
text and HTML (see layout.py). A template sees exactly the keys that `topics.TOPICS` names for its topic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.languages.sentences import say
from capcom_gql.notifiers import filters
from capcom_gql.notifiers.layout import as_html, as_short, as_text, lines, one_line, opening, plain_spaces
from capcom_gql.notifiers.topics import TOPICS

TEMPLATES = Path(__file__).parent / "templates"
"""The folder of the built-in templates that are the same in every language."""


class UnrenderableLetter(Exception):
    """A letter cannot be rendered: unknown topic or language, missing key, faulty template. The text says which."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished letter. `subject` is one line; `html` is None for topics that are plain text only.

    `short` is the letter as one line in the characters of text messages, for channels of kind `phone`. It fits in one
    message if the names in it have a usual length. None for letters that are not sent by phone.
    """

    subject: str
    text: str
    html: str | None
    short: str | None = None


def render(
    topic: str,
    locale: str,
    context: Mapping[str, object],
    override_dirs: Sequence[Path] = (),
    *,
    with_html: bool = True,
) -> Rendered:
    """Render a letter in `locale`, a language of the service. Templates in `override_dirs` go before the built-in ones.

    The template does not see keys that the topic does not name. Texts are reduced to one line, so that a name cannot
    add a header or a paragraph; the topic's `prose` keys become lists of lines. Without `with_html` no HTML is made.
    Raises UnrenderableLetter.
    """
    declared = TOPICS.get(topic)
    if declared is None:
        raise UnrenderableLetter(f"there is no letter {topic!r}; there are {', '.join(TOPICS)}")
    if locale not in LOCALES:
        raise UnrenderableLetter(f"there are no letters in {locale!r}; give {' or '.join(LOCALES)}")
    missing = sorted(declared.required - {key for key, value in context.items() if value is not None})
    missing += sorted(declared.nullable - context.keys())
    if missing:
        raise UnrenderableLetter(f"{topic} ({locale}) lacks {', '.join(missing)}")
    seen = {key: _flatten(context[key], declared.prose, key) for key in declared.required | declared.nullable}
    try:
        return _render(topic, locale, seen, tuple(override_dirs), has_html=with_html and declared.has_html)
    # any exception: a plugin's template may fail in any way
    except Exception as error:
        raise UnrenderableLetter(f"{topic} ({locale}): {type(error).__name__}: {error}") from error


def _render(
    topic: str, locale: str, seen: Mapping[str, object], override_dirs: tuple[Path, ...], *, has_html: bool
) -> Rendered:
    name = f"{locale}/{topic}.jinja"
    plain = _environment(locale, "text", override_dirs)
    subject = plain_spaces(one_line(plain.get_template(name).render(seen, part="subject")))
    if not subject:
        raise ValueError("the subject is empty")
    text = as_text(plain.get_template(name).render(seen, part="body"))
    short = as_short(plain.get_template(name).render(seen, part="short")) or None
    if not has_html:
        return Rendered(subject, text, None, short)
    rich = _environment(locale, "html", override_dirs)
    body = as_html(rich.get_template(name).render(seen, part="body"))
    page = rich.get_template("page.jinja").render(
        locale=locale, subject=subject, preheader=opening(text), body=Markup(body)
    )
    return Rendered(subject, text, page, short)


@lru_cache(maxsize=16)
def _environment(locale: str, form: str, override_dirs: tuple[Path, ...]) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=_loader(override_dirs),
        autoescape=form == "html",
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_refuse_none,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for write in (filters.long_date, filters.short_date, filters.services, filters.discounts):
        environment.filters[write.__name__] = partial(write, locale=locale)
    environment.globals["frame"] = f"{locale}/letter.jinja"
    environment.globals["colon"] = say("letters", "fact", Locale(locale), name="")
    environment.globals["instead"] = say("letters", "instead", Locale(locale))
    environment.globals["piece"] = environment.get_template(f"pieces.{form}.jinja").module
    return environment


def _loader(override_dirs: tuple[Path, ...]) -> BaseLoader:
    """Finds `<code>/<topic>.jinja`, and the pieces: what plugins lay over first, then what is built in."""
    letters = {str(locale): FileSystemLoader(locale.folder / "letters") for locale in LOCALES}
    return ChoiceLoader([FileSystemLoader(override_dirs), PrefixLoader(letters), FileSystemLoader(TEMPLATES)])


def _refuse_none(value: object) -> object:
    # else jinja would write the word None into the letter
    if value is None:
        raise ValueError("the template writes a value that is None")
    return value


def _flatten(value: object, prose: frozenset[str], name: str = "") -> object:
    if isinstance(value, str):
        return lines(value) if name in prose else one_line(value)
    if isinstance(value, Mapping):
        return {key: _flatten(item, prose, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_flatten(item, prose) for item in value]
    return value
