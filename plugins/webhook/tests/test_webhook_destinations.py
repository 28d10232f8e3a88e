"""Where a webhook may go: refused spellings, refused networks, and names that change what they lead to."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from capcom_gql.plugin import AddressInvalid, Host, NotConfigured, Sent
from capcom_notify_webhook import Webhook, WebhookConfig
from capcom_notify_webhook.destination import MAX_URL, parse
from capcom_notify_webhook.networks import fault

from .webhook_endpoint import Endpoint
from .webhook_event import event
from .webhook_fixtures import a_host, a_webhook, an_endpoint  # noqa: F401  found by pytest under their names

REFUSED = [
    # spelling, words of the reason
    ("", "is empty"),
    ("hooks.ville.example/hook", "write it as https://"),
    ("//hooks.ville.example/hook", "write it as https://"),
    ("https:hooks.ville.example", "write it as https://"),
    ("https:/hooks.ville.example", "write it as https://"),
    ("http://hooks.ville.example/", "must begin with https://"),
    ("ftp://hooks.ville.example/", "must begin with https://"),
    ("file:///etc/passwd", "must begin with https://"),
    ("gopher://hooks.ville.example/_x", "must begin with https://"),
    ("https://", "no host"),
    ("https:///hook", "no host"),
    ("https://:443/hook", "no host"),
    ("https://user:pass@hooks.ville.example/", "user name or a password"),
    ("https://hooks.ville.example@127.0.0.1/", "user name or a password"),
    ("https://127.0.0.1:443:pass@hooks.ville.example/", "user name or a password"),
    ("https://127.0.0.1\\@hooks.ville.example/", "percent-encoded"),
    ("https://hooks.ville.example\\@127.0.0.1/", "percent-encoded"),
    ("https://hooks.ville.example/#@127.0.0.1/", "fragment"),
    ("https://hooks.ville.example/a b", "percent-encoded"),
    ("https://hooks.ville.example/\r\nHost: inside", "percent-encoded"),
    ("https://hooks.ville\t.example/", "percent-encoded"),
    ("https://hooks.ville.example/\x00", "percent-encoded"),
    ("https://hooks.ville.example/%zz", "percent-encoded"),
    ("https://hooks.ville.example/?a[]=1", "percent-encoded"),
    ("https://127.0.0.1%2f@hooks.ville.example", "user name or a password"),
    ("https://127%2e0%2e0%2e1/", "not a name of letters"),
    ("https://localhost/", "leads inside a network"),
    ("https://LOCALHOST/", "leads inside a network"),
    ("https://api.localhost/", "leads inside a network"),
    ("https://printer.local/", "leads inside a network"),
    ("https://metadata.google.internal/", "leads inside a network"),
    ("https://router.home.arpa/", "leads inside a network"),
    ("https://intranet/", "name without a dot"),
    ("https://localhost./", "dot at the end"),
    ("https://127.0.0.1./", "dot at the end"),
    ("https://hooks..example/", "not a name of letters"),
    ("https://.example/", "not a name of letters"),
    ("https://-hooks.example/", "not a name of letters"),
    ("https://ho_oks.example/", "not a name of letters"),
    ("https://" + "a" * 64 + ".example/", "not a name of letters"),
    ("https://" + "abcdefgh." * 28 + "example/", "not a name of letters"),
    ("https://évreux.example/", "xn--"),
    ("https://１２７.0.0.1/", "xn--"),
    ("https://127。0。0。1/", "xn--"),
    ("https://ⓛocalhost/", "xn--"),
    ("https://lo\u00adcalhost/", "xn--"),
    ("https://hooks.ville.example/é", "xn--"),
    ("https://127.0.0.1/", "loopback"),
    ("https://127.1.2.3:8443/", "loopback"),
    ("https://127.1/", "four decimal numbers"),
    ("https://2130706433/", "four decimal numbers"),
    ("https://0x7f000001/", "four decimal numbers"),
    ("https://0x7f.0.0.1/", "four decimal numbers"),
    ("https://0x7f.1/", "four decimal numbers"),
    ("https://0177.0.0.1/", "four decimal numbers"),
    ("https://127.0.0.01/", "four decimal numbers"),
    ("https://017700000001/", "four decimal numbers"),
    ("https://127.0.0.0x1/", "four decimal numbers"),
    ("https://hooks.0x/", "four decimal numbers"),
    ("https://256.256.256.256/", "four decimal numbers"),
    ("https://1.2.3.4.5/", "four decimal numbers"),
    ("https://0/", "four decimal numbers"),
    ("https://0.0.0.0/", "unspecified"),
    ("https://10.0.0.5/", "private network"),
    ("https://172.31.255.255/", "private network"),
    ("https://192.168.1.1/", "private network"),
    ("https://100.64.0.1/", "shared network"),
    ("https://100.100.100.200/", "shared network"),
    ("https://169.254.169.254/latest/meta-data/", "link-local"),
    ("https://168.63.129.16/", "platform of a cloud"),
    ("https://192.0.2.1/", "documentation"),
    ("https://198.51.100.7/", "documentation"),
    ("https://203.0.113.9/", "documentation"),
    ("https://198.18.0.1/", "benchmarks"),
    ("https://192.88.99.1/", "6to4"),
    ("https://192.0.0.192/", "reserved"),
    ("https://224.0.0.1/", "multicast"),
    ("https://240.0.0.1/", "reserved"),
    ("https://255.255.255.255/", "reserved"),
    ("https://[::1]/", "loopback"),
    ("https://[0:0:0:0:0:0:0:1]/", "loopback"),
    ("https://[::]/", "unspecified"),
    ("https://[::ffff:127.0.0.1]/", "wrapped"),
    ("https://[::ffff:8.8.8.8]/", "wrapped"),
    ("https://[::127.0.0.1]/", "wrapped"),
    ("https://[64:ff9b::7f00:1]/", "NAT64"),
    ("https://[64:ff9b:1::a00:5]/", "NAT64"),
    ("https://[2002:7f00:1::]/", "6to4"),
    ("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "Teredo"),
    ("https://[2001:db8::1]/", "documentation"),
    ("https://[3fff::1]/", "documentation"),
    ("https://[2001:10::1]/", "reserved"),
    ("https://[fe80::1]/", "link-local"),
    ("https://[fe80::1%25eth0]/", "zone"),
    ("https://[fec0::1]/", "private network"),
    ("https://[fd00:ec2::254]/", "private network"),
    ("https://[ff02::1]/", "multicast"),
    ("https://[100::1]/", "reserved"),
    ("https://[5f00::1]/", "reserved"),
    ("https://[4000::1]/", "reserved"),
    ("https://[::1", "written as [address]"),
    ("https://[::1]evil.example/", "written as [address]"),
    ("https://[v1.fe80]/", "not an IPv6 address"),
    ("https://[127.0.0.1]/", "not an IPv6 address"),
    ("https://[]/", "not an IPv6 address"),
    ("https://::1/", "no host"),
    ("https://hooks.ville.example:80/", "must be 443 or 8443"),
    ("https://hooks.ville.example:22/", "must be 443 or 8443"),
    ("https://hooks.ville.example:/", "port is not a number"),
    ("https://hooks.ville.example:0443/", "port is not a number"),
    ("https://hooks.ville.example:0/", "port is not a number"),
    ("https://hooks.ville.example:65979/", "port is not a number"),
    ("https://hooks.ville.example:+443/", "port is not a number"),
    ("https://hooks.ville.example:443:443/", "port is not a number"),
    ("https://hooks.ville.example/" + "a" * MAX_URL, "longer than"),
]


@pytest.fixture
def strict(host: Host) -> Webhook:
    """The channel as in production."""
    return Webhook(WebhookConfig(), Host(data_dir=host.data_dir, support_email=host.support_email, production=True))


@pytest.mark.parametrize(("spelling", "words"), REFUSED)
async def test_a_refused_spelling(strict: Webhook, spelling: str, words: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        strict.validate_address(spelling)
    assert words in str(caught.value)
    # The host asks before each send; the channel does not count on it.
    with pytest.raises(AddressInvalid):
        await strict.send(event(spelling))


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("https://hooks.ville.example", "https://hooks.ville.example/"),
        (" HTTPS://Hooks.Ville.Example:443/Hook \n", "https://hooks.ville.example/Hook"),
        ("https://hooks.ville.example:8443?to=a@b", "https://hooks.ville.example:8443/?to=a@b"),
        ("https://hooks.ville.example/a/../%C3%A9;x=1,2?q=%20", "https://hooks.ville.example/a/../%C3%A9;x=1,2?q=%20"),
        ("https://xn--vreux-9ra.example/", "https://xn--vreux-9ra.example/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2A00:1450:4007:0813::200e]:8443/", "https://[2a00:1450:4007:813::200e]:8443/"),
        ("https://1.2.3.4.example/", "https://1.2.3.4.example/"),
    ],
)
def test_a_good_spelling_in_its_canonical_form(strict: Webhook, spelling: str, canonical: str) -> None:
    assert strict.validate_address(spelling) == canonical
    assert strict.validate_address(canonical) == canonical


@pytest.mark.parametrize(
    "spelling",
    ["http://127.0.0.1:5000/", "http://localhost:8000/x", "https://[::1]:3000/", "http://api:80/", "https://a.local/"],
)
def test_what_development_allows(webhook: Webhook, strict: Webhook, spelling: str) -> None:
    assert webhook.validate_address(spelling).startswith(spelling.rstrip("/").removesuffix(":80"))
    with pytest.raises(AddressInvalid):
        strict.validate_address(spelling)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://10.0.0.5/",
        "http://169.254.169.254/",
        "https://192.168.1.1/",
        "https://[::ffff:127.0.0.1]/",
        "http://0.0.0.0:80/",
        "https://127.1/",
        "http://u@127.0.0.1/",
    ],
)
def test_what_development_does_not_allow_either(webhook: Webhook, spelling: str) -> None:
    with pytest.raises(AddressInvalid):
        webhook.validate_address(spelling)


@given(st.ip_addresses())
@example(IPv4Address("224.0.0.251"))
@example(IPv4Address("192.88.99.1"))
@example(IPv6Address("64:ff9b::808:808"))
@example(IPv6Address("2002:808:808::1"))
@example(IPv6Address("ff0e::1"))
def test_no_address_passes_that_is_not_a_public_host(address: IPv4Address | IPv6Address) -> None:
    words = fault(address, allow_loopback=False)
    if words is None:
        assert address.is_global
        assert not address.is_multicast
        wrapped = (address.ipv4_mapped, address.sixtofour, address.teredo) if address.version == 6 else ()
        assert not any(wrapped)
    if not address.is_loopback:
        assert fault(address, allow_loopback=True) == words


@given(st.text(alphabet="https:/@.[]%0127axlocalhost#?\\ é", max_size=40).map("https://".__add__))
def test_no_spelling_does_worse_than_be_refused_and_a_good_one_is_stable(spelling: str) -> None:
    try:
        found = parse(spelling, allow_private=False)
    except AddressInvalid as error:
        assert str(error)
    else:
        assert parse(found.url, allow_private=False) == found


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["93.184.215.14", "10.0.0.5"],
        ["2a00:1450:4007:813::200e", "::1"],
        ["2a00:1450:4007:813::200e", "fe80::1%1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["93.184.215.14"] * 4 + ["169.254.169.254"],
    ],
)
async def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(
    host: Host, endpoint: Endpoint, addresses: list[str]
) -> None:
    """No connection is tried: the guard of the network would see one to 93.184.215.14."""
    webhook = Webhook(WebhookConfig(), host, resolve=lambda *_: addresses)
    with pytest.raises(AddressInvalid, match=r"^an address of hooks\.ville\.example is .*: an endpoint must be a pub"):
        await webhook.send(event("https://hooks.ville.example/"))
    assert endpoint.connections == 0


async def test_a_name_is_looked_up_once_and_what_was_checked_is_called(host: Host, endpoint: Endpoint) -> None:
    """Rebinding: a name that leads to a good address when asked first, and inside when asked again."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    webhook = Webhook(WebhookConfig(allow_private=True), host, resolve=lambda *_: answers.pop(0))
    url = endpoint.url("hooks.ville.example")
    assert await webhook.send(event(url)) == Sent()
    assert answers == [["169.254.169.254"]]
    with pytest.raises(AddressInvalid, match="link-local"):
        await webhook.send(event(url))
    assert endpoint.connections == 1


async def test_names_are_looked_up_by_the_system(webhook: Webhook, host: Host, endpoint: Endpoint) -> None:
    assert await webhook.send(event(endpoint.url("localhost"))) == Sent()
    strict = Webhook(WebhookConfig(), host)
    with pytest.raises(AddressInvalid):
        await strict.send(event(endpoint.url("localhost")))


async def test_plain_http_never_leaves_the_machine(host: Host) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True), host, resolve=lambda *_: ["93.184.215.14"])
    for url in ("http://hooks.ville.example/", "http://93.184.215.14/"):
        with pytest.raises(AddressInvalid, match="is not on this machine: the URL must begin with https://"):
            await webhook.send(event(url))


def test_production_refuses_what_is_meant_for_tests(host: Host) -> None:
    production = Host(data_dir=host.data_dir, support_email=host.support_email, production=True)
    with pytest.raises(NotConfigured, match=r"ALLOW_PRIVATE .* CAPCOM_ENV is production: unset it"):
        Webhook(WebhookConfig(allow_private=True), production)


def test_the_table_is_of_public_things_too() -> None:
    for text in ("8.8.8.8", "93.184.215.14", "193.252.23.1", "2a00:1450:4007:813::200e", "2606:4700::6810:84e5"):
        assert fault(ip_address(text), allow_loopback=False) is None
