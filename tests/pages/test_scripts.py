"""The scripts of the pages: what they ask the API, the words they say, and what they may not keep."""

import re
from importlib.resources import files

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, OperationDefinitionNode, parse, validate

from capcom_gql.domain.sentences import Locale
from capcom_gql.pages.words import load_words

ASSETS = files("capcom_gql.pages").joinpath("assets")
TEMPLATES = files("capcom_gql.pages").joinpath("templates")
SUBSCRIBERS_PAGES = ("choose-password", "login")


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
def test_what_a_script_asks_is_in_the_contract(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_each_page_asks_what_it_is_for_and_what_they_share_is_written_once() -> None:
    def asked(page: str) -> list[str]:
        scripts = "".join(scripts_of(page).values())
        return sorted(name_of(document) for document in documents_in(scripts))

    assert asked("choose-password") == ["Account", "ChoosePassword", "RequestPassword", "SignOut"]
    assert asked("login") == ["Account", "RequestPassword", "SignIn", "SignOut"]


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_nothing_of_a_session_outlives_the_page(page: str) -> None:
    for name, text in scripts_of(page).items():
        assert not re.search(r"sessionStorage|localStorage|indexedDB|cookie|caches\b", text), name


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_every_word_used_is_written_and_every_word_written_is_used(schema: GraphQLSchema, page: str) -> None:
    states = schema.get_type("SubscriptionState")
    assert isinstance(states, GraphQLEnumType)
    sources = [*scripts_of(page).values()]
    sources += [TEMPLATES.joinpath(name).read_text("utf-8") for name in (f"{page}.html", "card.html")]
    used = {word for source in sources for word in re.findall(r"\bwords\.(\w+)", source)} | states.values.keys()
    written = load_words(page, Locale.FR).keys()
    assert used <= written
    assert written - used == ({"signIn"} if page == "login" else set())  # shared, said by the other page only


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_both_languages_have_every_sentence_with_the_same_blanks(page: str) -> None:
    french, english = load_words(page, Locale.FR), load_words(page, Locale.EN)
    assert french.keys() == english.keys()
    for key, sentence in french.items():
        assert sentence.strip(), key
        assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", english[key])), key


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_french_signs_keep_their_distance_and_never_begin_a_line(page: str) -> None:
    for key, sentence in load_words(page, Locale.FR).items():
        assert not re.search(r"[^\u202f][:;?!»]|«[^\u202f]|\u00a0|'", sentence), f"{key}: {sentence}"


@pytest.mark.parametrize("page", SUBSCRIBERS_PAGES)
def test_a_page_has_no_second_wording_of_what_is_shared(page: str) -> None:
    shared = load_words("account", Locale.EN)
    own = load_words(page, Locale.EN)
    assert shared.items() <= own.items()
    assert len(own) > len(shared)
