"""The scripts of the pages: what they ask the API, the words they say, and what they may not keep."""

import re
from importlib.resources import files

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, OperationDefinitionNode, parse, validate

from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.pages.words import SHARED, load_words, read_words, writing_of

ASSETS = files("capcom_gql.pages").joinpath("assets")
TEMPLATES = files("capcom_gql.pages").joinpath("templates")
SUBSCRIBERS_PAGES = tuple(SHARED)
IN_SESSION_STORE = "session.js"  # the one script that may leave something for the next page


def documents_in(script: str) -> list[str]:
    """The GraphQL documents that a script holds."""
    return re.findall(r"`((?:query|mutation) [^`]+)`", script)


DOCUMENTS = [
    pytest.param(document, id=f"{file.name}-{number}")
    for file in sorted(ASSETS.iterdir(), key=lambda file: file.name)
    if file.name.endswith(".js")
    for number, document in enumerate(documents_in(file.read_text("utf-8")))
]


def scripts_of(page: str) -> dict[str, str]:
    """The page's script and all that it imports, by file name."""
    found: dict[str, str] = {}
    waiting = [f"{page}.js"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = ASSETS.joinpath(name).read_text("utf-8")
            waiting += re.findall(r'from "\./([^"]+)"', found[name])
    return found


def name_of(document: str) -> str:
    (definition,) = parse(document).definitions
    assert isinstance(definition, OperationDefinitionNode) and definition.name is not None
    return definition.name.value


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_script_asks_is_in_the_contract_and_in_the_program(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_each_page_asks_what_it_is_for_and_what_they_share_is_written_once() -> None:
    def asked(page: str) -> list[str]:
        scripts = "".join(scripts_of(page).values())
        return sorted(name_of(document) for document in documents_in(scripts))

    assert asked("choose-password") == ["Account", "ChoosePassword", "RequestPassword", "SignOut"]
    assert asked("login") == ["Account", "RequestPassword", "SignIn", "SignOut"]
    assert asked("renew") == ["DeclineRenewal", "Renew", "Renewal", "SignOut"]
    assert asked("survey") == ["AnswerSurvey", "SignOut", "Survey"]
    assert asked("confirm-email") == ["ConfirmEmail"]


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_nothing_of_a_session_is_kept_but_by_the_one_that_hands_it_over(page: str) -> None:
    for name, text in scripts_of(page).items():
        kept = set(re.findall(r"sessionStorage|localStorage|indexedDB|cookie|caches\b", text))
        assert kept == ({"sessionStorage"} if name == IN_SESSION_STORE else set()), name


def words_used(page: str) -> set[str]:
    """The keys of the sentences that the page's script and templates name."""
    sources, waiting = [*scripts_of(page).values()], [f"{page}.html"]
    while waiting:
        template = TEMPLATES.joinpath(waiting.pop()).read_text("utf-8")
        sources.append(template)
        waiting += re.findall(r'{% (?:extends|include) "(?!frame)([^"]+)" %}', template)
    return {word for source in sources for word in re.findall(r"\bwords\.(\w+)", source)}


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_every_word_used_is_written_and_every_word_of_its_own_is_used(page: str) -> None:
    used = words_used(page)
    assert used <= load_words(page, FRENCH).keys()
    assert read_words(page, FRENCH).keys() <= used


@pytest.mark.parametrize("part", sorted({part for parts in SHARED.values() for part in parts}))
def test_every_shared_word_is_used_by_more_than_one_page(schema: GraphQLSchema, part: str) -> None:
    states = schema.get_type("SubscriptionState")
    assert isinstance(states, GraphQLEnumType)
    pages = [page for page, parts in SHARED.items() if part in parts]
    assert len(pages) > 1
    for word in read_words(part, FRENCH).keys() - states.values.keys():
        assert len([page for page in pages if word in words_used(page)]) > 1, word


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_no_word_of_a_page_has_two_wordings(page: str) -> None:
    parts = [read_words(part, ENGLISH).keys() for part in (*SHARED[page], page)]
    assert sum(map(len, parts)) == len(load_words(page, ENGLISH))


def test_scripts_write_days_and_numbers_as_the_language_does() -> None:
    assert writing_of(FRENCH, 2) == {"tag": "fr", "firstOfMonth": "1er", "digits": 2}
    assert writing_of(ENGLISH, None) == {"tag": "en-GB", "firstOfMonth": "", "digits": None}
    used = set(
        re.findall(r"const { ([\w, ]+) } = embedded\(\"writing\"\)", ASSETS.joinpath("facts.js").read_text("utf-8"))
    )
    assert used == {", ".join(writing_of(FRENCH, None))}


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_french_signs_keep_their_distance_and_never_begin_a_line(page: str) -> None:
    for key, sentence in load_words(page, FRENCH).items():
        assert not re.search(r"[^\u202f][:;?!»]|«[^\u202f]|\u00a0|'", sentence), f"{key}: {sentence}"
