"""Letters: from a topic, a language and what happened to finished subject, text and HTML.

The texts are in `templates/<locale>/<topic>.jinja`, subject and body side by side, each body written once for
both forms (see layout.py). The template sees exactly the keys of TOPICS and cannot be rendered without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from capcom_gql.notifiers import language
from capcom_gql.notifiers.layout import as_html, as_text, one_line

TEMPLATES = Path(__file__).parent / "templates"


class UnrenderableLetter(Exception):
    """The letter cannot be written: an unknown topic or language, a key missing, a template that is wrong."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished letter. `subject` is one line; `html` is None for topics that are plain text only."""

    subject: str
    text: str
    html: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a letter must be told: `needs` never None, `may_lack` present but None where there is none."""

    needs: frozenset[str]
    may_lack: frozenset[str] = frozenset()
    has_html: bool = True


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        # To each user, on having a seat. `proof_due_on` is None once the proof is recorded.
        "welcome": Topic(
            needs=_keys(
                "person organisation_name plan_name subscriber_number is_manager starts_on ends_on services "
                "discounts link link_hours login_url support_email"
            ),
            may_lack=_keys("proof_due_on manager_name"),
        ),
        # To whoever asked for a password, and to a signer who holds no seat.
        "password_link": Topic(needs=_keys("person link link_hours login_url support_email")),
        # To the manager, some days before the proof is due.
        "proof_reminder": Topic(
            needs=_keys("person organisation_name plan_name proof_due_on starts_on ends_on support_email")
        ),
        # To the manager, when the proof is recorded.
        "confirmed": Topic(needs=_keys("person organisation_name plan_name starts_on ends_on login_url support_email")),
        # To the manager and the users. `reason` is UNPAID, WITHDRAWN or BY_STAFF; `proof_due_on` goes with UNPAID.
        "cancelled": Topic(
            needs=_keys("person organisation_name is_manager reason cancelled_on support_email"),
            may_lack=_keys("proof_due_on"),
        ),
        # To the person whose seat it was. `manager_name` is None when nobody manages the subscription any more.
        "seat_removed": Topic(
            needs=_keys("person organisation_name subscriber_number support_email"),
            may_lack=_keys("manager_name"),
        ),
        # To the support address. `notice` is {kind, organisation_name, subject_ids}; its kind is
        # signup.refused or organisation.duplicate_suspected.
        "staff_notice": Topic(needs=_keys("notice"), has_html=False),
    }
)
"""Each topic and its keys. Types: `person` {given_name, family_name, email}; `*_on` date (a civil day);
`services` list of codes, not empty; `discounts` list of {event_kind, percent} or {event_kind, amount: finished
text}, which may be empty; `link` an address good once, `link_hours` int; `is_manager` bool; all else text."""


def render(topic: str, locale: str, context: Mapping[str, object], over: Sequence[Path] = ()) -> Rendered:
    """Write a letter in `locale` ("fr" or "en"). Folders in `over` go before the built-in templates.

    Keys that the topic does not name are not shown to the template. Texts are brought to one line, so that
    a name cannot add a header or a paragraph. Raises UnrenderableLetter.
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
    seen = {key: _flat(context[key]) for key in declared.needs | declared.may_lack}
    try:
        return _render(topic, locale, seen, tuple(over), has_html=declared.has_html)
    # Any exception: a template that a plugin lays over ours may fail in any way.
    except Exception as error:
        raise UnrenderableLetter(f"{topic} ({locale}): {type(error).__name__}: {error}") from error


def _render(topic: str, locale: str, seen: Mapping[str, object], over: tuple[Path, ...], *, has_html: bool) -> Rendered:
    name = f"{locale}/{topic}.jinja"
    plain = _environment(locale, "text", over)
    subject = one_line(plain.get_template(name).render(seen, part="subject"))
    if not subject:
        raise ValueError("the subject is empty")
    text = as_text(plain.get_template(name).render(seen, part="body"))
    if not has_html:
        return Rendered(subject, text, None)
    rich = _environment(locale, "html", over)
    body = as_html(rich.get_template(name).render(seen, part="body"))
    page = rich.get_template("page.jinja").render(locale=locale, subject=subject, body=Markup(body))
    return Rendered(subject, text, page)


@lru_cache(maxsize=16)
def _environment(locale: str, form: str, over: tuple[Path, ...]) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([*over, TEMPLATES]),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for write in (language.long_date, language.services, language.discounts):
        environment.filters[write.__name__] = partial(write, locale=locale)
    environment.globals["piece"] = environment.get_template(f"pieces.{form}.jinja").module
    return environment


def _flat(value: object) -> object:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: _flat(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_flat(item) for item in value]
    return value
