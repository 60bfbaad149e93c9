"""Firewall rules and the clock of one machine: each port has a list of who may come, the rest is dropped."""

from store.deploy.city_file import CityFile, CityMachine, Part

CHRONY_FALLBACK = "# [network] ntp 未填写：请写明时间源 no time source given: name one"


def nft(city: CityFile, machine: CityMachine) -> str:
    """An nftables file of its own table, loaded beside whatever the machine has."""
    rules = "\n".join(f"        {rule}" for rule in _rules(city, machine))
    return f"""# 由 main.py deploy make 生成 written by main.py deploy make; nft -f FILE
table inet lingsheng
delete table inet lingsheng
table inet lingsheng {{
    chain input {{
        type filter hook input priority 0; policy drop;
        iif "lo" accept
        ct state established,related accept
        ct state invalid drop
        icmp type {{ echo-request, destination-unreachable, time-exceeded }} accept
        icmpv6 type {{ echo-request, nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }} accept
        tcp dport 22 ip saddr {_set(city.network.dispatch)} accept comment "administration"
{rules}
    }}
}}
"""


def _rules(city: CityFile, machine: CityMachine) -> list[str]:
    ports, runs = city.ports, set(machine.runs)
    engine = _addresses(city, "postgresql", "etcd")
    readers = _addresses(city, "postgresql", "hub", "standby", "relay")
    dispatch = _set(city.network.dispatch)
    rules = []
    if "postgresql" in runs:
        rules += [
            _allow((ports.postgresql,), readers, "PostgreSQL"),
            _allow((ports.patroni,), readers, "Patroni"),
        ]
    if "etcd" in runs:
        rules += [_allow((ports.etcd_client, ports.etcd_peer), engine, "etcd")]
    if runs & {"hub", "standby", "relay"}:
        rules += [
            _allow((ports.command, ports.event, ports.position), dispatch, "CURVE: seats, relays, hubs")
        ]
    if runs & {"hub", "standby"}:
        rules += [_allow((ports.enrol,), dispatch, "enrolment, listens only while somebody is invited")]
    if "gateway" in runs:
        rules += [_allow((ports.gateway,), _set(city.network.vehicles), "vehicle terminals")]
    if "exchange" in runs:
        callers = _set((*city.network.dispatch, *city.telephone.trunks))
        rules += [
            f'udp dport 5060 ip saddr {callers} accept comment "SIP: seats and trunks"',
            _allow((5060,), callers, "SIP: seats and trunks"),
        ]
    if "seat" in runs:
        rules += [
            f'udp dport {{ 5060, 40000-40037 }} ip saddr {dispatch} accept comment "SIP, RTP of the exchange"'
        ]
    return rules


def _allow(ports: tuple[int, ...], sources: str, words: str) -> str:
    listed = ", ".join(str(port) for port in ports)
    return f'tcp dport {{ {listed} }} ip saddr {sources} accept comment "{words}"'


def _addresses(city: CityFile, *parts: Part) -> str:
    return _set(tuple(machine.address for machine in city.running(*parts)))


def _set(networks: tuple[str, ...]) -> str:
    return "{ " + ", ".join(dict.fromkeys(networks)) + " }"


def chrony(city: CityFile) -> str:
    """A snippet for /etc/chrony/conf.d: step only in the first three updates, then slew."""
    sources = [f"server {source} iburst" for source in city.network.ntp] or [CHRONY_FALLBACK]
    return "\n".join([*sources, "makestep 1 3", "rtcsync", "maxdistance 1.0", ""])
