"""What hub and relay say alike: the welcome, the signed roster, the token of somebody who proved himself."""

from msgspec import Struct

from dispatch.floor import Floor
from dispatch.sites import CITY
from store.core.giver import seat_id_of
from store.core.messages import Hello, Login, LoginOk, LoginRefused, Nack, Resume, Welcome
from store.core.roster import Machine
from store.core.seals import SignKey
from store.core.site_messages import RosterNews
from store.core.tokens import SECOND_MS_MAX, SESSION_MS_MAX, Seals, Token, open_token, seal
from store.core.wire import PROTO, PROTO_MIN, Epoch, Mode


class Identity(Struct, frozen=True):
    """Who this hub or relay is; it seals tokens with `sign`. Ports 0 in the simulator."""

    site: str
    instance: str
    epoch: Epoch
    sign: SignKey
    events_port: int = 0
    positions_port: int = 0
    hubs: tuple[str, ...] = ()
    app: str = ""


class Standing(Struct, frozen=True):
    """Where the journal is here; `relay`: code of the site whose relay this is, "" at a hub."""

    epoch: Epoch
    seq: int
    mode: Mode | str
    relay: str = ""
    scope: str = CITY
    since_at: int = 0


def welcome(
    me: Identity, at: Standing, machine: Machine, hello: Hello, floor: Floor, now: int
) -> Welcome | Nack:
    """The answer to Hello in the newest version both speak."""
    if hello.proto_max < PROTO_MIN or hello.proto_min > PROTO:
        return Nack(reason="version", text=f"{PROTO_MIN}-{PROTO}")
    return Welcome(
        proto=min(hello.proto_max, PROTO),
        site=me.site,
        instance=me.instance,
        machine=machine.name,
        epoch=at.epoch,
        seq=at.seq,
        now_at=now,
        events_port=me.events_port,
        positions_port=me.positions_port,
        seat_id=seat_id_of(machine, floor) or "",
        hubs=me.hubs,
        mode=at.mode,
        relay=at.relay,
        app=me.app,
        scope=at.scope,
        since_at=at.since_at,
    )


def roster_after(roster: RosterNews, revision: int) -> RosterNews:
    """The roster for somebody who has `revision`."""
    return RosterNews(revision=roster.revision) if revision >= roster.revision else roster


def logged_in(
    machine: Machine, login: Login, reason: str, wait_s: int, floor: Floor, sign: SignKey, now: int
) -> LoginOk | LoginRefused:
    """The password was checked, `reason` "" means it is right; `now` by the wall clock."""
    people = floor.dispatchers.values()
    person = next((one for one in people if one.staff_number == login.staff_number), None)
    seat_id = seat_id_of(machine, floor)
    if not reason and person is None:
        reason = "no_account"
    if not reason and person is not None and person.barred:
        reason = "wrong"  # as for every disabled account
    if not reason and not login.second and seat_id not in floor.seats:
        reason = "no_seat"
    if reason or person is None:
        return LoginRefused(id=login.id, reason=reason, wait_s=wait_s)
    lasts = SECOND_MS_MAX if login.second else SESSION_MS_MAX
    token = Token(machine.public_key, person.id, seat_id, now, now + lasts, login.second)
    return LoginOk(
        id=login.id,
        token=seal(token, sign),
        dispatcher_id=person.id,
        roles=tuple(sorted(person.roles)),
        expires_at=token.expires_at,
        seat_id=None if login.second else seat_id,
    )


def resumed(
    machine: Machine, resume: Resume, seals: Seals, floor: Floor, wall_now: int
) -> LoginOk | LoginRefused:
    """Somebody who logged in elsewhere while nobody could put it into the journal."""
    token = open_token(resume.token, seals, machine.public_key, wall_now, wall_now)
    person = floor.dispatchers.get(token.dispatcher_id) if token else None
    seat_id = seat_id_of(machine, floor)
    if (
        token is None
        or person is None
        or person.barred
        or token.second
        or token.seat_id != seat_id
        or seat_id not in floor.seats
    ):
        return LoginRefused(id=resume.id, reason="token")
    return LoginOk(
        id=resume.id,
        token=resume.token,
        dispatcher_id=person.id,
        roles=tuple(sorted(person.roles)),
        expires_at=token.expires_at,
        seat_id=seat_id,
    )
