"""The pages as a client of HTTP sees them: what is sent, to whom, and what is refused."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from capcom_gql.domain.passwords import MIN_LENGTH
from capcom_gql.domain.renewals import SCORES
from capcom_gql.languages.locales import Locale
from capcom_gql.pages import explorer_response, routes, wants_page
from capcom_gql.pages.language import preferred_language
from capcom_gql.pages.words import SHARED, load_words

SUBSCRIBERS_PAGES = tuple(SHARED)
FORMS = {"choose-password": 2, "confirm-email": 1, "login": 2, "renew": 2, "survey": 1}
PAGES = ("/graphql", "/mailbox", "/mailbox/letters", "/mailbox/none.eml", *(f"/{name}" for name in SUBSCRIBERS_PAGES))


def open_pages(mailbox: Path | None) -> TestClient:
    async def graphql(request: Request) -> Response:
        return explorer_response(request) if wants_page(request) else Response(status_code=405)

    app = Starlette(routes=[Route("/graphql", graphql, methods=["GET"]), *routes(mailbox=mailbox)])
    return TestClient(app, headers={"Accept": "text/html"})


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return open_pages(tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_confined(client: TestClient, page: str) -> None:
    answer = client.get(page)
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("base-uri") == "'none'"
    assert policy.pop("frame-ancestors") == "'none'"
    assert policy.pop("img-src") == "'self' data:"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert policy.pop("trusted-types") == "'none'"
    assert policy == dict.fromkeys(("script-src", "style-src", "connect-src", "form-action"), "'self'")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_anything_its_policy_would_refuse(client: TestClient, page: str) -> None:
    html = client.get(page).text
    assert "<html lang=" in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    for opening in re.findall(r"<script[^>]*>", html):
        assert "src=" in opening or 'type="application/json"' in opening


@pytest.mark.parametrize("page", ["/graphql", "/mailbox", *(f"/{name}" for name in SUBSCRIBERS_PAGES)])
def test_all_that_a_page_loads_is_served(client: TestClient, page: str) -> None:
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', client.get(page).text)
    assert len(loaded) >= 3
    for address in loaded:
        assert client.get(address).status_code == 200, address


def test_nothing_shipped_names_another_host() -> None:
    package = files("capcom_gql.pages")
    shipped = [file for folder in ("assets", "templates") for file in package.joinpath(folder).iterdir()]
    assert len(shipped) > 20
    for file in shipped:
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|url\(|@import", text), file.name


def test_modules_import_only_what_is_served(client: TestClient) -> None:
    modules = [file for file in files("capcom_gql.pages").joinpath("assets").iterdir() if file.name.endswith(".js")]
    for module in modules:
        for imported in re.findall(r'from "\./([^"]+)"', module.read_text("utf-8")):
            assert client.get(f"/assets/{imported}").status_code == 200, f"{module.name} imports {imported}"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("explorer.js", "text/javascript"), ("site.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_assets_have_their_types_and_are_asked_for_again(client: TestClient, name: str, kind: str) -> None:
    first = client.get(f"/assets/{name}")
    assert first.headers["content-type"].startswith(kind)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(f"/assets/{name}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/assets/{name}", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name", ["none.js", "../routes.py", "..%2froutes.py", "%2e%2e%2froutes.py", "..\\routes.py", "", ".", "%00"]
)
def test_only_assets_are_served(client: TestClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_pages_stand_under_the_path_a_proxy_takes_away(tmp_path: Path) -> None:
    client = TestClient(Starlette(routes=routes(mailbox=tmp_path)), root_path="/capcom")
    for name in SUBSCRIBERS_PAGES:
        html = client.get(f"/capcom/{name}").text
        assert 'data-root="/capcom"' in html
        assert 'href="/capcom/assets/site.css"' in html
        assert f'src="/capcom/assets/{name}.js"' in html


def test_a_client_of_the_api_gets_no_page(client: TestClient) -> None:
    for accepted in ("application/json", "*/*", "text/event-stream", ""):
        assert client.get("/graphql", headers={"Accept": accepted}).status_code == 405, accepted
    browser = client.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.status_code == 200
    assert browser.headers["vary"] == "Accept"


def test_the_mailbox_is_not_there_in_production() -> None:
    client = open_pages(mailbox=None)
    for page in ("/mailbox", "/mailbox/one.eml", "/mailbox/one.eml/html", "/mailbox/one.eml/source"):
        assert client.get(page).status_code == 404
    for name in SUBSCRIBERS_PAGES:
        assert client.get(f"/{name}").status_code == 200


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.5, fr;q=0.7", "fr"),
        ("de, EN;q=0.3", "en"),
        ("de", "fr"),
        ("", "fr"),
        ("en;q=nonsense, fr;q=0.1", "fr"),
        ("fr;q=0, en;q=0.1", "en"),
    ],
)
@pytest.mark.parametrize("name", SUBSCRIBERS_PAGES)
def test_a_subscribers_page_speaks_the_language_of_the_browser(
    client: TestClient, name: str, header: str, language: str
) -> None:
    assert preferred_language(header) == language
    answer = client.get(f"/{name}", headers={"Accept-Language": header})
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    assert f'<html lang="{language}">' in answer.text
    words = load_words(name, Locale(language))
    assert f"<h1>{words['title']}</h1>" in answer.text
    assert f"{words['submit']}</button>" in answer.text


def test_choose_password_says_how_long_a_password_must_be(client: TestClient) -> None:
    for language, unit in (("fr", "caractères"), ("en", "characters")):
        html = client.get("/choose-password", headers={"Accept-Language": language}).text
        assert f"{MIN_LENGTH} {unit}" in html
        assert f'minlength="{MIN_LENGTH}"' in html


def test_password_managers_know_each_field(client: TestClient) -> None:
    assert 'autocomplete="new-password"' in client.get("/choose-password").text
    html = client.get("/login").text
    assert re.search(r'<input id="email"[^>]* type="email" autocomplete="username"', html)
    assert re.search(r'<input id="password"[^>]* type="password" autocomplete="current-password"', html)


@pytest.mark.parametrize(
    "address",
    [
        "/choose-password?token=s3cret-one-time",
        "/confirm-email?token=s3cret-one-time",
        "/login?email=s3cret&password=s3cret&next=/renew?subscription=s3cret",
        "/renew?subscription=s3cret",
        "/survey?seat=s3cret&term=s3cret",
    ],
)
def test_no_page_repeats_what_its_address_carries(client: TestClient, address: str) -> None:
    assert "s3cret" not in client.get(address).text


@pytest.mark.parametrize("name", SUBSCRIBERS_PAGES)
def test_what_is_typed_never_goes_into_an_address(client: TestClient, name: str) -> None:
    forms = re.findall(r"<form[^>]*>", client.get(f"/{name}").text)
    assert len(forms) == FORMS[name]
    assert all('method="post"' in form for form in forms)
    assert client.post(f"/{name}").status_code == 405


@pytest.mark.parametrize("name", SUBSCRIBERS_PAGES)
def test_every_field_has_a_label(client: TestClient, name: str) -> None:
    html = client.get(f"/{name}").text
    within = "".join(re.findall(r"<label[^>]*>.*?</label>", html, re.DOTALL))
    for field in re.findall(r"<(?:input|textarea)[^>]*>", html):
        identity = re.search(r'id="([^"]+)"', field)
        assert field in within or (identity is not None and f'<label for="{identity[1]}">' in html), field


def test_the_survey_offers_every_score_once(client: TestClient) -> None:
    html = client.get("/survey").text
    assert re.findall(r'name="score" value="(\d+)"', html) == [str(score) for score in SCORES]


@pytest.mark.rule("R19")
def test_the_terms_are_not_accepted_for_the_reader(client: TestClient) -> None:
    box = re.search(r'<input id="accept"[^>]*>', client.get("/renew").text)
    assert box is not None and "required" in box[0] and "checked" not in box[0]
