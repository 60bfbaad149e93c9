"""The kit of a city: what it writes is taken by the programs it is for, and a contradiction is refused."""

import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509

from store.config import ConfigError, load_config
from store.deploy.city_file import read_city
from store.deploy.engine import dynamic, pg_hba
from store.deploy.making import make_kit
from store.deploy.text_forms import toml_text, yaml_text

PROJECT = Path(__file__).resolve().parents[3]
EXAMPLE = PROJECT / "deploy" / "city.example.toml"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit of the example city."""
    out = tmp_path_factory.mktemp("kit")
    make_kit(EXAMPLE, out)
    return out


def test_every_configuration_is_taken_by_our_own_programs(kit: Path) -> None:
    files = sorted(kit.rglob("lingsheng.toml")) + sorted(kit.rglob("owner.toml"))
    files += sorted(kit.rglob("database.toml"))
    assert len(files) == 16
    for file in files:
        load_config(file)
    seat = load_config(kit / "seat-01/etc/lingsheng/lingsheng.toml")
    assert seat.hub.hubs[:2] == ("10.1.0.11:5570", "10.1.0.12:5570")
    hub = load_config(kit / "a1/etc/lingsheng/lingsheng.toml")
    assert hub.store.url.startswith("postgresql+psycopg://lingsheng@/lingsheng?host=10.1.0.11:5432&host=10.1")


def test_the_exchange_hunts_the_seats_and_every_telephone_knows_its_word(kit: Path) -> None:
    written = kit / "a3/etc/kamailio/kamailio.cfg"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    text = written.read_text("utf-8")
    assert "sip:01@sip01.lingsheng" in text
    seat = load_config(kit / "seat-01/etc/lingsheng/lingsheng.toml")
    assert (seat.phone.registrar, seat.phone.user) == ("sip:10.1.0.13", "01")
    assert (seat.acd.kind, seat.acd.queue, seat.acd.address) == ("publish", "120", "")
    password = (kit / "seat-01/etc/lingsheng/phone.password").read_text("utf-8").strip()
    assert len(password) > 20
    assert seat.phone.headset, "or it would answer in silence"
    assert password not in text, "only its digest"
    beside = load_config(kit / "a3/etc/lingsheng/lingsheng.toml")
    assert beside.acd.address == "127.0.0.1:5062"
    rules = (kit / "a3/etc/nftables.d/lingsheng.nft").read_text("utf-8")
    assert "10.1.9.5" in rules
    assert "5062" not in rules, "the control port is nobody else's"
    assert (kit / "a3/etc/systemd/system/lingsheng-exchange.service").exists()


@pytest.mark.peer
def test_kamailio_takes_what_the_kit_writes(kit: Path) -> None:
    kamailio = shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin")
    if kamailio is None:
        pytest.skip("not installed: kamailio")
    command = [kamailio, "-c", "-f", str(kit / "a3/etc/kamailio/kamailio.cfg")]
    checked = subprocess.run(command, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('trunks = ["10.1.9.5"]', "trunks = []", "trunks 未填写"),
        ('trunks = ["10.1.9.5"]', 'trunks = ["1 || 1"]', "交换机无法生成"),
        ('runs = ["etcd", "gateway", "exchange"]', 'runs = ["etcd", "exchange", "gateway"]\nalso = []', ""),
    ],
)
def test_an_exchange_that_does_not_fit_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(EXAMPLE.read_text("utf-8").replace(old, new), "utf-8")
    if not said:
        make_kit(file, tmp_path / "kit")
        return
    with pytest.raises(ConfigError, match=said):
        make_kit(file, tmp_path / "kit")


def test_the_supervisors_of_a_site_share_a_secret_that_stays(tmp_path: Path) -> None:
    """Two seats at the centre and one of a district, in a city whose exchange is not ours."""
    text = EXAMPLE.read_text("utf-8").replace('"gateway", "exchange"]', '"gateway"]')
    for name, site, last in (("seat-02", "01", 2), ("seat-03", "02", 3)):
        text += f'[[machine]]\nname = "{name}"\nsite = "{site}"\naddress = "10.9.9.{last}"\n'
        text += f'runs = ["seat"]\nseat = "{name[-2:]}"\n'
    (tmp_path / "city.toml").write_text(text, "utf-8")
    kits = tmp_path / "kit"
    told = []
    for _ in range(2):
        make_kit(tmp_path / "city.toml", kits)
        files = [kits / f"seat-0{n}/etc/lingsheng/monitor.secret" for n in (1, 2, 3)]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        told.append([file.read_text("utf-8").strip() for file in files])
    assert told[0] == told[1]
    one, two, other = told[0]
    assert one == two != other
    assert len(one) > 20
    phone = load_config(kits / "seat-03/etc/lingsheng/lingsheng.toml").phone
    assert (phone.headset, phone.monitor_secret_file) == (True, "/etc/lingsheng/monitor.secret")
    owners = (kits / "seat-03/etc/lingsheng/owners").read_text("utf-8")
    assert "chown lingsheng /etc/lingsheng/monitor.secret" in owners


def test_making_it_again_keeps_passwords_and_certificates(kit: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in kit.rglob("*") if path.is_file()}
    make_kit(EXAMPLE, kit)
    assert before == {path: path.read_bytes() for path in kit.rglob("*") if path.is_file()}
    make_kit(EXAMPLE, tmp_path)
    secret = "a1/etc/lingsheng/pgpass"
    assert (kit / secret).read_bytes() != (tmp_path / secret).read_bytes()


def test_secrets_are_for_their_owner_and_units_carry_none(kit: Path) -> None:
    for name in ("pgpass", "pgpass-owner", "machine.key", "config.yml", "roles.sql", "patroni.password"):
        modes = {stat.S_IMODE(path.stat().st_mode) for path in kit.rglob(name)}
        assert modes == {0o600}, name
    assert stat.S_IMODE((kit / "secrets").stat().st_mode) == 0o700
    assert not list(kit.glob("seat-01/**/pgpass*")), "a seat gets no password of the database"


@pytest.mark.peer
def test_chrony_takes_the_sources_of_every_machine(kit: Path) -> None:
    chronyd = shutil.which("chronyd", path=f"{os.environ['PATH']}:/usr/sbin")
    if chronyd is None:
        pytest.skip("not installed: chrony")
    files = sorted(kit.rglob("chrony/conf.d/*.conf"))
    assert len(files) == len(read_city(EXAMPLE).machine)
    for file in files:
        done = subprocess.run([chronyd, "-p", "-f", file], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), file
        assert "server" in done.stdout


def test_a_certificate_names_its_machine_only(kit: Path) -> None:
    made = x509.load_pem_x509_certificate((kit / "b1/etc/lingsheng/tls/machine.crt").read_bytes())
    authority = x509.load_pem_x509_certificate((kit / "b1/etc/lingsheng/tls/authority.crt").read_bytes())
    made.verify_directly_issued_by(authority)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["b1"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["10.2.0.11"]


def test_one_confirmation_more_than_the_centre_has_servers() -> None:
    """So every answer is in another building; Patroni 4 commits by quorum, 3 by a list."""
    city = read_city(EXAMPLE)
    machine = city.machine[0]
    settings = dynamic(city, machine)
    assert (settings["synchronous_mode"], settings["synchronous_node_count"]) == (True, 2)
    assert settings["loop_wait"] + 2 * settings["retry_timeout"] <= settings["ttl"]
    assert not [line for line in pg_hba(city) if "trust" in line or line.startswith("host ")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["etcd", "gateway", "exchange"]', '["gateway", "exchange"]', "etcd needs 3, 5 or 7 members, not 4"),
        ('placement = "centre"', 'placement = "outside"', "3 of 5 etcd members are in the centre"),
        ('address = "10.1.0.12"', 'address = "10.1.0.11"', "10.1.0.11 is there twice"),
        ('runs = ["wall"]', 'runs = ["wal"]', "did you mean wall"),
        ('site = "04"\naddress', 'site = "09"\naddress', "there is no site 09"),
        ('"etcd", "standby"]', '"etcd", "standby", "hub"]', "hub and standby"),
        ('seat = "01"', "", "a seat has a number"),
    ],
)
def test_a_contradiction_is_refused_with_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "city.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        make_kit(file, tmp_path / "out")


def test_yaml_and_toml_keep_words_words() -> None:
    tree = {"a": {"b": ["x", 1], "on": "on", "empty": []}, "c": None, "中": True}
    expected = 'a:\n  b:\n    - "x"\n    - 1\n  on: "on"\n  empty: []\nc: null\n中: true\n'
    assert yaml_text(tree) == expected
    assert toml_text({"s": {"k": ["中", 'q"']}, "none": {}}) == '[s]\nk = ["中", "q\\""]\n'


def test_patroni_is_taken_away_by_root_on_request(kit: Path, tmp_path: Path) -> None:
    """Our processes can become nobody else, so no sudo: they leave a file, and wait until it is gone."""
    config = kit / "b1/etc/lingsheng"
    command = load_config(config / "lingsheng.toml").cluster.stop_patroni
    assert command == ("sh", "/etc/lingsheng/ask-stop-patroni")
    watched = (kit / "b1/etc/systemd/system/lingsheng-stop-patroni.path").read_text(encoding="utf-8")
    request = re.findall(r"PathExists=(.*)", watched)[0]
    stops = (config / "stop-patroni").read_text(encoding="utf-8")
    assert f'rm -f "{request}"' in stops
    assert not list(kit.glob("b1/etc/patroni/stop-patroni")), "postgres could change what root runs"
    asks = (config / "ask-stop-patroni").read_text(encoding="utf-8").replace(request, f"{tmp_path}/asked")
    with subprocess.Popen(["sh", "-c", asks]) as asking:
        deadline = time.monotonic() + 10
        while not (tmp_path / "asked").exists():
            assert time.monotonic() < deadline
        (tmp_path / "asked").unlink()
        assert asking.wait(10) == 0
    done = subprocess.run(["sh", "-c", asks.replace("150", "2")], check=False, capture_output=True)
    assert done.returncode == 1
    assert not (tmp_path / "asked").exists()


def test_a_new_machine_gets_to_the_door_of_enrolment(kit: Path) -> None:
    for machine in ("a1", "a2"):
        port = load_config(kit / machine / "etc/lingsheng/lingsheng.toml").hub.enrol_port
        rules = (kit / machine / "etc/nftables.d/lingsheng.nft").read_text(encoding="utf-8")
        assert f"tcp dport {{ {port} }} ip saddr" in rules
    assert "5575" not in (kit / "seat-01/etc/nftables.d/lingsheng.nft").read_text(encoding="utf-8")


@pytest.mark.peer
def test_the_firewall_rules_are_taken_by_nft(kit: Path) -> None:
    program = shutil.which("nft") or "/usr/sbin/nft"
    if not Path(program).exists():
        pytest.skip("not installed: nftables")
    for file in kit.rglob("lingsheng.nft"):
        done = subprocess.run([program, "-c", "-f", file], capture_output=True, text=True, check=False)
        if "not permitted" in done.stderr:
            pytest.skip("nft needs root here")
        assert done.returncode == 0, done.stderr


def test_a_segment_is_archived_whole_once_and_never_over_another(tmp_path: Path) -> None:
    script, source, target = PROJECT / "deploy/archive-wal.sh", tmp_path / "segment", tmp_path / "kept"
    source.write_bytes(b"one")
    command = ["sh", script, source, target]
    assert [subprocess.run(command, check=False).returncode for _ in range(2)] == [0, 0]
    assert target.read_bytes() == b"one"
    source.write_bytes(b"two")
    assert subprocess.run(command, check=False).returncode != 0
    assert target.read_bytes() == b"one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "segment"]


def test_what_stands_on_a_screen_is_told_which_and_whose_sound(kit: Path) -> None:
    """A service has neither DISPLAY nor the folder of its user's sound server, and a /tmp of its own."""
    for name, part in (("seat-01", "seat"), ("wall-1", "wall")):
        unit = (kit / name / f"etc/systemd/system/lingsheng-{part}.service").read_text("utf-8")
        assert "\nEnvironmentFile=/etc/lingsheng/screen.env\n" in unit
        assert "\nBindReadOnlyPaths=-/tmp/.X11-unix\n" in unit
        assert "display-manager.service" in unit
        owners = (kit / name / "etc/lingsheng/owners").read_text("utf-8")
        assert "enable-linger lingsheng" in owners
        assert re.search(r"printf 'DISPLAY=:0\\nXDG_RUNTIME_DIR=/run/user/%s\\n'.*screen.env", owners)
        desktop = (kit / name / "etc/lightdm/lightdm.conf.d/lingsheng.conf").read_text("utf-8")
        assert "autologin-user=lingsheng" in desktop
    hub = (kit / "a1/etc/systemd/system/lingsheng-hub.service").read_text("utf-8")
    assert "screen" not in hub
    assert not (kit / "a1/etc/lightdm").exists()
