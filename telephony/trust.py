"""Which network addresses belong to the exchange: pure, decided by the packet's source and by no header."""

import ipaddress
from collections.abc import Iterable

from telephony.errors import EngineError


class TrustedSources:
    """Addresses and networks from `TrustSettings.sources`."""

    def __init__(self, sources: Iterable[str]) -> None:
        """Raises `EngineError` for text that is neither."""
        try:
            self._networks = [ipaddress.ip_network(source, strict=False) for source in sources]
        except ValueError as error:
            raise EngineError(f"trusted sources: {error}") from error

    @property
    def networks(self) -> tuple[ipaddress.IPv4Network, ...]:
        """Those of IPv4."""
        return tuple(one for one in self._networks if isinstance(one, ipaddress.IPv4Network))

    def include(self, source: str) -> bool:
        """`source` as the library tells it: "10.1.0.5:5060", "[fd00::1]:5060". Junk is not trusted."""
        host = source.rpartition(":")[0].strip("[]")
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
