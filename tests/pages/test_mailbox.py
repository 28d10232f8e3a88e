"""The mailbox page over real .eml files."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from capcom_gql.pages.letters import read_content
from capcom_gql.pages.mailbox import LETTERS_PER_PAGE, mailbox_routes
from capcom_gql.pages.showing import opening_new_tabs, split_links

LINK = "http://127.0.0.1:8000/choose-password?token=abc_DEF-123"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    return folder


@pytest.fixture
def client(box: Path) -> TestClient:
    return TestClient(Starlette(routes=mailbox_routes(box)))


def put(box: Path, number: int, to: str, subject: str, *, text: str | None = None, html: str | None = None) -> str:
    mail = EmailMessage(policy=SMTPUTF8)
    mail["Date"] = datetime(2026, 11, 2, 8, number % 60, tzinfo=UTC)
    mail["From"] = "Cap'Com Plus <support@capcom.example>"
    mail["To"] = to
    mail["Subject"] = subject
    if text is not None:
        mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    name = f"20261102T08{number:04d}.000000000Z-dlv_{number}.eml"
    (box / name).write_bytes(mail.as_bytes())
    return name


def test_mails_are_listed_newest_first(box: Path, client: TestClient) -> None:
    put(box, 1, "ana@ville.example", "Bienvenue à Évreux", text="un")
    put(box, 2, "marc@ville.example", "Deuxième", text="deux")
    html = client.get("/mailbox").text
    assert html.index("Deuxième") < html.index("Bienvenue à Évreux")
    assert "marc@ville.example" in html
    assert "2026-11-02 08:01 +0000" in html


def test_search_finds_a_recipient_whatever_the_case(box: Path, client: TestClient) -> None:
    put(box, 1, "ana@ville.example", "Pour Ana", text="un")
    put(box, 2, "mařc@ville.example", "Pour Marc", text="deux")
    assert "Pour Marc" not in client.get("/mailbox?to=ANA@").text
    found = client.get("/mailbox", params={"to": "MAŘC"}).text
    assert "Pour Marc" in found and "Pour Ana" not in found
    assert "No mail was sent" in client.get("/mailbox?to=nobody").text


def test_a_long_list_comes_in_pages(box: Path, client: TestClient) -> None:
    for number in range(1, LETTERS_PER_PAGE + 3):
        put(box, number, "ana@ville.example", f"Sujet {number:03d}.", text="x")
    first = client.get("/mailbox")
    assert first.text.count("Sujet ") == LETTERS_PER_PAGE
    name = f"20261102T08{3:04d}.000000000Z-dlv_3.eml"
    assert name in first.text
    second = client.get("/mailbox", params={"before": name}).text
    assert [f"Sujet {number:03d}." in second for number in (3, 2, 1)] == [False, True, True]
    assert "Older mails" in first.text and "Older mails" not in second


def test_an_empty_mailbox_says_so(client: TestClient, box: Path) -> None:
    assert "No mail yet" in client.get("/mailbox").text
    box.rmdir()
    assert "No mail yet" in client.get("/mailbox").text


def test_a_mail_is_shown_with_its_text_its_links_and_its_html(box: Path, client: TestClient) -> None:
    name = put(box, 1, "ana@ville.example", "Bienvenue", text=f"Votre lien :\n{LINK}.\n", html="<p>Bonjour</p>")
    page = client.get(f"/mailbox/{name}")
    assert f'<a href="{LINK}" target="_blank" rel="noopener noreferrer">{LINK}</a>.' in page.text
    assert f'src="/mailbox/{name}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_mails_html_is_shut_in(box: Path, client: TestClient) -> None:
    name = put(
        box, 1, "ana@ville.example", "S", text="t", html="<html><head><title>t</title></head><body>b</body></html>"
    )
    answer = client.get(f"/mailbox/{name}/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy and "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert '<head><base target="_blank"><title>' in answer.text


def test_what_a_mail_says_is_text_in_our_pages(box: Path, client: TestClient) -> None:
    nasty = "<script>alert(1)</script>"
    name = put(box, 1, "ana@ville.example", nasty, text=f'{nasty} http://x.example/"onclick=alert(1)')
    for page in ("/mailbox", f"/mailbox/{name}"):
        html = client.get(page).text
        assert nasty not in html
        assert "&lt;script&gt;" in html
        assert '"onclick' not in html


def test_the_source_is_the_file_as_text(box: Path, client: TestClient) -> None:
    name = put(box, 1, "ana@ville.example", "Bienvenue", text="Élan", html="<p>Élan</p>")
    answer = client.get(f"/mailbox/{name}/source")
    assert answer.content == (box / name).read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_mail_without_a_part_or_a_date_is_shown_all_the_same(box: Path, client: TestClient) -> None:
    (box / "bare.eml").write_bytes(b"To: ana@ville.example\r\nDate: nonsense\r\n\r\n")
    (box / "odd.eml").write_bytes(b"Content-Type: text/plain; charset=unheard-of\r\n\r\nBonjour \xe9\r\n")
    (box / "torn.eml").write_bytes(b"\xff\xfe\x00")
    listed = client.get("/mailbox").text
    assert listed.count("no date") == 3
    for name in ("bare.eml", "odd.eml", "torn.eml"):
        assert client.get(f"/mailbox/{name}").status_code == 200, name
    assert "Bonjour" in client.get("/mailbox/odd.eml").text
    assert client.get("/mailbox/bare.eml/html").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../secret.eml",
        "..%2fsecret.eml",
        "%2e%2e%2fsecret.eml",
        "..%5csecret.eml",
        "%2fetc%2fpasswd",
        ".hidden.eml",
        "note.txt",
        "folder.eml",
        "link.eml",
        "one.eml%00",
        "%00.eml",
        "missing.eml",
        "a" * 300 + ".eml",
    ],
)
def test_nothing_but_the_folders_own_mails_can_be_read(box: Path, client: TestClient, name: str) -> None:
    secret = b"To: nobody@secret.example\r\n\r\nsecret\r\n"
    (box.parent / "secret.eml").write_bytes(secret)
    for inside in (".hidden.eml", "note.txt"):
        (box / inside).write_bytes(secret)
    (box / "folder.eml").mkdir()
    (box / "link.eml").symlink_to(box.parent / "secret.eml")
    for end in ("", "/html", "/source"):
        answer = client.get(f"/mailbox/{name}{end}")
        assert answer.status_code == 404
        assert "nobody@secret.example" not in answer.text
    assert "secret.example" not in client.get("/mailbox").text


def test_newer_and_older_lead_through_the_mailbox(box: Path, client: TestClient) -> None:
    names = [put(box, number, "ana@ville.example", f"Sujet {number}", text="x") for number in (1, 2, 3)]
    middle = client.get(f"/mailbox/{names[1]}").text
    assert f'rel="prev" href="/mailbox/{names[2]}"' in middle
    assert f'rel="next" href="/mailbox/{names[0]}"' in middle
    assert 'rel="prev"' not in client.get(f"/mailbox/{names[2]}").text
    assert 'rel="next"' not in client.get(f"/mailbox/{names[0]}").text


def test_names_made_from_any_id_are_found(box: Path, client: TestClient) -> None:
    name = "20261102T080000.000000000Z-welcome%3Aana~1.eml"
    (box / name).write_bytes(b"To: ana@ville.example\r\nSubject: Bonjour\r\n\r\nBonjour\r\n")
    assert "welcome%253Aana" in client.get("/mailbox").text
    assert read_content(box, name) is not None


def test_links_end_before_the_punctuation_of_the_sentence() -> None:
    assert split_links("Voir https://a.example/x?y=1, puis (http://b.example/).") == [
        ("Voir ", False),
        ("https://a.example/x?y=1", True),
        (", puis (", False),
        ("http://b.example/", True),
        (").", False),
    ]
    assert split_links("javascript:alert(1)") == [("javascript:alert(1)", False)]
    assert split_links("") == []


def test_links_open_new_tabs_whatever_the_shape_of_the_html() -> None:
    base = '<base target="_blank">'
    assert opening_new_tabs('<html><HEAD lang="fr"><p>') == f'<html><HEAD lang="fr">{base}<p>'
    assert opening_new_tabs("<header>x</header>") == f"{base}<header>x</header>"
