"""One broken plugin never keeps another from loading, and always says why it did not load."""

import sys
import tomllib
from pathlib import Path

import pytest

from capcom_gql.languages.locales import ENGLISH
from capcom_gql.notifiers import hookspecs
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.settings import Settings
from tests.notifiers.bench import Bench, entry_of, not_ours

ROOT = Path(__file__).parents[2]

HEAD = "from capcom_gql.plugin import *\nfrom capcom_gql.plugin import hookimpl\n"
BROKEN = {
    "import error": ("import no_such_module_anywhere", "no_such_module_anywhere"),
    "exit at import": ("import sys\nsys.exit(3)", "SystemExit (bad.py, line 2): 3"),
    "error at import": ("1 / 0", "ZeroDivisionError"),
    "syntax error": ("def :", "SyntaxError"),
    "no hook": ("x = 1", "implements no hook"),
    "hook without its mark": ("def capcom_notifiers(): return []", "implements no hook"),
    "misspelt hook": (HEAD + "@hookimpl\ndef capcom_notifier(): return []", "capcom_notifier"),
    "wrong argument": (HEAD + "@hookimpl\ndef capcom_notifiers(settings): return []", "settings"),
    "hook that raises": (HEAD + "@hookimpl\ndef capcom_notifiers(): raise OSError('no licence')", "no licence"),
    "hook that exits": (HEAD + "@hookimpl\ndef capcom_notifiers(): raise SystemExit", "SystemExit"),
    "hook that answers no list": (HEAD + "@hookimpl\ndef capcom_notifiers(): return 5", "answered int, not a list"),
    "hook that answers text": (HEAD + "@hookimpl\ndef capcom_notifiers(): return 'bad'", "answered str, not a list"),
    "not a class": (HEAD + "@hookimpl\ndef capcom_notifiers(): return ['bad']", "not a subclass of Notifier"),
    "not a notifier": (HEAD + "@hookimpl\ndef capcom_notifiers(): return [dict]", "not a subclass of Notifier"),
    "no such template folder": (
        HEAD + "from pathlib import Path\n@hookimpl\ndef capcom_template_dirs(): return [Path('/no/such')]",
        "capcom_template_dirs answered",
    ),
}

BREACHES = {
    "future contract": ("api_version = 2", "version 2 of the contract and this host has 1: upgrade capcom-gql"),
    "contract that is no number": ("api_version = '1'", "api_version must be a whole number"),
    "name with capitals": ("name = 'Bad'", "name must be a slug"),
    "name that no setting could have": ("name = 'a__b'", "name must be a slug"),
    "name that no row has room for": (f"name = '{'a' * 41}'", "name has 41 characters; 40 are allowed"),
    "kind of address that is too long": (f"address_kind = '{'a' * 41}'", "address_kind has 41 characters; 40 are"),
    "no kind of address": ("address_kind = None", "address_kind must be a slug"),
    "unknown format": ("formats = ('pdf',)", "formats must be"),
    "no format": ("formats = ()", "formats must be"),
    "settings that are no model": ("Config = dict", "Config must be a pydantic model"),
    "settings without a schema": ("class Config(BaseModel):\n    field: type", "PydanticInvalidForJsonSchema"),
    "no send": ("send = Notifier.send", "does not define send"),
    "async close": ("async def close(self): ...", "close must be a plain def"),
    "constructor that raises": ("def __init__(self, *a): raise KeyError('x')", "KeyError"),
    "constructor that exits": ("def __init__(self, *a): sys.exit('enough')", "SystemExit (bad.py, line 13): enough"),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_listed_with_its_reason(bench: Bench, source: str, reason: str) -> None:
    path = bench.file("bad.py", source)
    bench.channel("good")
    registry = bench.load()
    bad = entry_of(registry, "bad")
    assert bad.state is NotifierState.FAILED
    assert bad.reason is not None
    assert reason in bad.reason
    assert str(path) in bad.reason
    assert entry_of(registry, "good").state is NotifierState.ACTIVE
    assert "mailbox" in {entry.name for entry in registry.active()}


@pytest.mark.parametrize(("body", "reason"), BREACHES.values(), ids=BREACHES)
def test_a_class_that_breaks_the_contract_is_listed(bench: Bench, body: str, reason: str) -> None:
    bench.channel("bad", "def send(self, message):\n    return Sent()\n" + body)
    bench.channel("good")
    registry = bench.load()
    bad = entry_of(registry, "bad")
    assert bad.state is NotifierState.FAILED
    assert bad.reason is not None
    assert reason in bad.reason
    assert "good" in {entry.name for entry in registry.active()}


def test_the_mailbox_comes_through_its_entry_point(bench: Bench) -> None:
    mailbox = entry_of(bench.load(), "mailbox")
    assert (mailbox.state, mailbox.reason) == (NotifierState.ACTIVE, None)
    assert (mailbox.distribution, mailbox.address_kind) == ("capcom-gql", "email")
    assert mailbox.version
    assert mailbox.config_schema["additionalProperties"] is False


def test_production_has_no_mailbox(bench: Bench) -> None:
    registry = bench.load(env="production")
    mailbox = entry_of(registry, "mailbox")
    assert mailbox.state is NotifierState.DISABLED
    assert mailbox.reason == "mailbox is for development only, and CAPCOM_ENV is production"
    assert mailbox not in registry.active()


def test_the_entry_points_are_those_that_each_bundled_plugin_declares() -> None:
    def declared(path: Path) -> dict[str, str]:
        points = tomllib.loads(path.read_text(encoding="utf-8"))["project"]["entry-points"]["capcom_gql.notifiers"]
        return {str(name): str(target) for name, target in points.items()}

    bundled = [declared(path) for path in sorted((ROOT / "plugins").glob("*/pyproject.toml"))]
    assert bundled
    assert declared(ROOT / "pyproject.toml") == {name: target for each in bundled for name, target in each.items()}


def test_a_clash_of_names_names_both_and_the_first_stays(bench: Bench) -> None:
    bench.channel("good")
    bench.file("zz_other.py", (bench.plugins / "good.py").read_text(encoding="utf-8"))
    registry = bench.load()
    first, second = [entry for entry in registry.entries if entry.name == "good"]
    assert first.state is NotifierState.ACTIVE
    assert second.state is NotifierState.FAILED
    assert second.reason is not None
    assert str(bench.plugins / "good.py") in second.reason
    assert str(bench.plugins / "zz_other.py") in second.reason


def test_a_third_party_does_not_take_the_place_of_a_bundled_channel(bench: Bench) -> None:
    bench.channel("mailbox")
    registry = bench.load()
    first, second = [entry for entry in registry.entries if entry.name == "mailbox"]
    assert (first.distribution, first.state) == ("capcom-gql", NotifierState.ACTIVE)
    assert (second.distribution, second.state) == (None, NotifierState.FAILED)


def test_an_installed_third_party_does_not_either(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install(tmp_path, "aaa-first-in-every-order", {"a": "capcom_notify_usurper_test"})
    bench.channel("mailbox").rename(site / "capcom_notify_usurper_test.py")
    monkeypatch.syspath_prepend(site)
    first, second = [entry for entry in bench.load().entries if entry.name == "mailbox"]
    assert (first.distribution, first.state) == ("capcom-gql", NotifierState.ACTIVE)
    assert (second.distribution, second.state) == ("aaa-first-in-every-order", NotifierState.FAILED)


def test_two_channels_of_one_plugin_clash_too(bench: Bench) -> None:
    source = bench.channel("good").read_text(encoding="utf-8")
    bench.file("good.py", source.replace("[Channel]", "[Channel, Channel]"))
    states = [entry.state for entry in bench.load().entries if entry.name == "good"]
    assert states == [NotifierState.ACTIVE, NotifierState.FAILED]


def test_a_plugin_named_after_a_standard_module_does_not_shadow_it(bench: Bench) -> None:
    bench.file("email/__init__.py", "from email.message import EmailMessage\nfrom .channel import capcom_notifiers\n")
    source = bench.channel("electronic").read_text(encoding="utf-8")
    bench.file("email/channel.py", source)
    bench.file("electronic.py", "raise RuntimeError('only the package counts')")
    registry = bench.load()
    (channel,) = [entry for entry in registry.active() if entry.name == "electronic"]
    assert channel.address_kind == "email"
    assert str(bench.plugins) not in sys.path
    assert "email.message" in sys.modules


def test_hidden_files_and_other_files_are_left_alone(bench: Bench) -> None:
    for name in ("_draft.py", ".hidden.py", "notes.txt", "folder_without_init/x.py"):
        bench.file(name, "raise RuntimeError")
    assert not_ours(bench.load()) == []


def install(tmp_path: Path, distribution: str, points: dict[str, str]) -> Path:
    """What an installer leaves of a distribution; the answer is the folder for its modules."""
    site = tmp_path / "site"
    about = site / f"{distribution.replace('-', '_')}-2.5.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.5\n")
    lines = [f"{name} = {target}" for name, target in points.items()]
    (about / "entry_points.txt").write_text("\n".join(["[capcom_gql.notifiers]", *lines, ""]))
    return site


def test_an_installed_distribution_is_found(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"pigeon": "capcom_notify_pigeon_test", "lost": "capcom_notify_lost_test"}
    bench.channel("pigeon").rename(install(tmp_path, "capcom-notify-pigeon", points) / "capcom_notify_pigeon_test.py")
    monkeypatch.syspath_prepend(tmp_path / "site")
    registry = bench.load()
    pigeon, lost = entry_of(registry, "pigeon"), entry_of(registry, "lost")
    assert (pigeon.state, pigeon.distribution, pigeon.version) == (
        NotifierState.ACTIVE,
        "capcom-notify-pigeon",
        "2.5",
    )
    assert lost.state is NotifierState.FAILED
    assert lost.reason is not None
    assert lost.reason.startswith("capcom-notify-pigeon 2.5 could not be loaded: ModuleNotFoundError")


def test_a_plugin_switched_off_is_not_even_imported(bench: Bench, tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    bench.file("noisy.py", f"open({str(trace)!r}, 'w').close()")
    registry = bench.load(plugins_disabled=("Noisy", "mailbox"))
    for name in ("noisy", "mailbox"):
        entry = entry_of(registry, name)
        assert (entry.state, entry.reason) == (NotifierState.DISABLED, f"CAPCOM_PLUGINS_DISABLED names {name}")
    assert not trace.exists()
    assert not {"noisy", "mailbox"} & {entry.name for entry in registry.active()}
    assert registry.warnings == ()


def test_a_channel_can_be_switched_off_by_its_own_name(bench: Bench) -> None:
    bench.channel("good").rename(bench.plugins / "another_file.py")
    registry = bench.load(plugins_disabled=("good",))
    assert entry_of(registry, "good").state is NotifierState.DISABLED


def test_only_the_channels_named_deliver(bench: Bench) -> None:
    bench.channel("good")
    registry = bench.load(channels=("good",))
    assert [entry.name for entry in registry.active()] == ["good"]
    mailbox = entry_of(registry, "mailbox")
    assert (mailbox.state, mailbox.reason) == (NotifierState.DISABLED, "CAPCOM_CHANNELS does not name mailbox")


def test_settings_that_name_no_channel_are_told(bench: Bench) -> None:
    registry = bench.load(channels=("mailbox", "mailbx"), plugins_disabled=("sns",), notify={"emial": {"host": "x"}})
    assert registry.warnings == (
        "CAPCOM_PLUGINS_DISABLED names sns, which is not installed",
        "CAPCOM_CHANNELS names mailbx, which is not installed",
        "CAPCOM_NOTIFY__EMIAL__... is set, but no channel emial is installed",
    )


def test_a_folder_that_has_gone_is_told(bench: Bench) -> None:
    settings = Settings(data_dir=bench.data, plugins_dir=bench.plugins)
    bench.plugins.rmdir()
    registry = load(settings)
    folder = entry_of(registry, "CAPCOM_PLUGINS_DIR")
    assert folder.state is NotifierState.FAILED
    assert folder.reason == f"the folder {bench.plugins} cannot be read: No such file or directory"
    assert "mailbox" in {entry.name for entry in registry.active()}


def test_a_plugin_may_lay_templates_over_the_built_in_ones(bench: Bench) -> None:
    built_in = (ENGLISH.folder / "letters/password_link.jinja").read_text(encoding="utf-8")
    bench.file("our_words/en/password_link.jinja", built_in.replace("Your link", "Your own link"))
    bench.file(
        "our_words/__init__.py",
        """
        from pathlib import Path
        from capcom_gql.plugin import hookimpl

        @hookimpl
        def capcom_template_dirs():
            return [Path(__file__).parent]
        """,
    )
    registry = bench.load()
    context = {
        "person": {"given_name": "Ana", "family_name": "Diaz", "email": "ana@x.example"},
        "link": "https://x.example/choose-password?token=t",
        "link_hours": 1,
        "login_url": "https://x.example/login",
        "support_email": "support@x.example",
    }
    assert registry.render("password_link", "en", context).subject.startswith("Your own link")
    assert registry.render("password_link", "fr", context).subject.startswith("Votre lien")


def test_every_hook_is_documented_and_tried_here() -> None:
    hooks = {name for name in dir(hookspecs) if name.startswith("capcom_")}
    assert hooks == {"capcom_notifiers", "capcom_template_dirs"}
    for name in hooks:
        assert getattr(hookspecs, name).__doc__
        assert f"def {name}()" in Path(__file__).read_text(encoding="utf-8")
