"""The sample of firewall rules is one that nft takes, and names the ports the telephone uses."""

import subprocess
from pathlib import Path

import pytest

from telephony.settings import EngineSettings
from tests.telephony.exchange import needs

RULES = Path(__file__).parents[2] / "deploy" / "telephone.nft"


def test_the_sample_names_our_ports() -> None:
    engine = EngineSettings()
    text = RULES.read_text()
    last = engine.rtp_port_first + engine.rtp_port_count - 1
    assert f"define audio = {engine.rtp_port_first}-{last}\n" in text
    assert f"define sip = {{ {engine.sip_port}, {engine.sip_port + 1} }}" in text


def test_nft_takes_the_sample() -> None:
    needs("nft")
    checked = subprocess.run(["nft", "-c", "-f", RULES], capture_output=True, text=True, check=False)
    if "Operation not permitted" in checked.stderr:
        pytest.skip("nft needs the right to look at the kernel's tables")
    assert checked.returncode == 0, checked.stderr
