"""Letters: from a topic, a language and what happened to finished subject, text and HTML.

The texts are in `templates/<locale>/<topic>.jinja`, subject and body side by side, each body written once for
both forms (see layout.py). The template sees exactly the keys of TOPICS (see topics.py) and cannot be rendered
without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from capcom_gql.notifiers import language
from capcom_gql.notifiers.layout import as_html, as_short, as_text, lines, one_line, opening, plain_spaces
from capcom_gql.notifiers.topics import TOPICS

TEMPLATES = Path(__file__).parent / "templates"


class UnrenderableLetter(Exception):
    """The letter cannot be written: an unknown topic or language, a key missing, a template that is wrong."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished letter. `subject` is one line; `html` is None for topics that are plain text only.

    `short` is the whole letter in one line, for channels of kind phone: in the alphabet of text messages, within
    one of them where names are of usual length. None for letters that do not go by phone.
    """

    subject: str
    text: str
    html: str | None
    short: str | None = None


def render(
    topic: str, locale: str, context: Mapping[str, object], over: Sequence[Path] = (), *, with_html: bool = True
) -> Rendered:
    """Write a letter in `locale` ("fr" or "en"). Folders in `over` go before the built-in templates.

    Keys that the topic does not name are not shown to the template. Texts are brought to one line, so that
    a name cannot add a header or a paragraph; what people wrote at length becomes a list of such lines.
    Raises UnrenderableLetter.
    """
    declared = TOPICS.get(topic)
    if declared is None:
        raise UnrenderableLetter(f"there is no letter {topic!r}; there are {', '.join(TOPICS)}")
    if locale not in language.LOCALES:
        raise UnrenderableLetter(f"there are no letters in {locale!r}; give {' or '.join(language.LOCALES)}")
    missing = sorted(declared.needs - {key for key, value in context.items() if value is not None})
    missing += sorted(declared.may_lack - context.keys())
    if missing:
        raise UnrenderableLetter(f"{topic} ({locale}) lacks {', '.join(missing)}")
    seen = {key: _flat(context[key], declared.prose, key) for key in declared.needs | declared.may_lack}
    try:
        return _render(topic, locale, seen, tuple(over), has_html=with_html and declared.has_html)
    # Any exception: a template that a plugin lays over ours may fail in any way.
    except Exception as error:
        raise UnrenderableLetter(f"{topic} ({locale}): {type(error).__name__}: {error}") from error


def _render(topic: str, locale: str, seen: Mapping[str, object], over: tuple[Path, ...], *, has_html: bool) -> Rendered:
    name = f"{locale}/{topic}.jinja"
    plain = _environment(locale, "text", over)
    subject = plain_spaces(one_line(plain.get_template(name).render(seen, part="subject")))
    if not subject:
        raise ValueError("the subject is empty")
    text = as_text(plain.get_template(name).render(seen, part="body"))
    short = as_short(plain.get_template(name).render(seen, part="short")) or None
    if not has_html:
        return Rendered(subject, text, None, short)
    rich = _environment(locale, "html", over)
    body = as_html(rich.get_template(name).render(seen, part="body"))
    page = rich.get_template("page.jinja").render(
        locale=locale, subject=subject, preheader=opening(text), body=Markup(body)
    )
    return Rendered(subject, text, page, short)


@lru_cache(maxsize=16)
def _environment(locale: str, form: str, over: tuple[Path, ...]) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([*over, TEMPLATES]),
        autoescape=form == "html",
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_given,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for write in (language.long_date, language.short_date, language.services, language.discounts):
        environment.filters[write.__name__] = partial(write, locale=locale)
    environment.globals |= language.SIGNS[locale]
    environment.globals["piece"] = environment.get_template(f"pieces.{form}.jinja").module
    return environment


def _given(value: object) -> object:
    # jinja would write the word None into the letter
    if value is None:
        raise ValueError("what is None here cannot be written")
    return value


def _flat(value: object, prose: frozenset[str], name: str = "") -> object:
    if isinstance(value, str):
        return lines(value) if name in prose else one_line(value)
    if isinstance(value, Mapping):
        return {key: _flat(item, prose, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_flat(item, prose) for item in value]
    return value
