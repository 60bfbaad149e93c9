"""The phone's lines: opened and closed as the accounts that are wanted change, never while a call is up."""

import pjsua2 as pj

from telephony import messages as msg
from telephony.pjsip.engine import Engine
from telephony.pjsip.line import Line, LineOwner
from telephony.settings import AccountSettings

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, not bound to


class Lines:
    """Lives on the library's one thread."""

    def __init__(self, owner: LineOwner, engine: Engine) -> None:
        self._owner, self._engine = owner, engine
        self._lines: dict[str, Line] = {}
        self._wanted: tuple[AccountSettings, ...] | None = None

    def want(self, accounts: tuple[AccountSettings, ...]) -> None:
        """These and no others, as soon as no call is up."""
        self._wanted = accounts

    def turn(self, *, idle: bool) -> None:
        if self._wanted is not None and idle:
            wanted, self._wanted = self._wanted, None
            self._set(wanted)
        for line in self._lines.values():
            line.turn()

    def line(self, account_id: str | None) -> Line:
        """`None`: the first one. Raises `EngineError` when there is none."""
        line = self.first if account_id is None else self._lines.get(account_id)
        if line is None:
            raise msg.EngineError("no such account")
        return line

    @property
    def first(self) -> Line | None:
        return next(iter(self._lines.values()), None)

    @property
    def moved(self) -> bool:
        """A line is registered at an address that is ours no more."""
        return any(line.moved for line in self._lines.values())

    @property
    def registrar_addresses(self) -> frozenset[str]:
        """The network addresses the registrars of all lines were reached at, as far as known."""
        return frozenset().union(*(line.registrar_addresses for line in self._lines.values()))

    def own_uri(self, line: Line) -> str:
        """Ourselves: through the exchange where there is one, else straight to our own port."""
        if line.settings.registrar is not None:
            return line.uri_of(line.settings.user)
        bound = self._engine.settings.bind_address
        host = "127.0.0.1" if bound == ANY_ADDRESS else bound
        return f"sip:probe@{host}:{self._engine.sip_port}"

    def close(self) -> None:
        self._set(())

    def _set(self, wanted: tuple[AccountSettings, ...]) -> None:
        for account_id, line in list(self._lines.items()):
            if line.settings not in wanted:
                self._lines.pop(account_id).close()
        for settings in wanted:
            if settings.account_id not in self._lines:
                line = Line(self._owner, settings)
                try:
                    line.open(self._engine.settings)
                except pj.Error as error:
                    self._owner.emit(msg.LineState(settings.account_id, False, 0, str(error.reason)))
                    continue
                self._lines[settings.account_id] = line
