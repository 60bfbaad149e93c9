"""Sites and who commands: people move command, the floor only keeps their word.

A term never goes back; the same word again changes nothing, so that every site may record what it heard.
"""

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.decision import Decision, Handler
from dispatch.floor import Floor
from dispatch.order import Order
from dispatch.refusals import NotFound, WrongState
from dispatch.sites import CITY


def register_site(floor: Floor, order: Order, command: cmd.RegisterSite, at: int) -> Decision:
    return (ev.SiteRegistered(command.site),)


def move(floor: Floor, order: Order, command: cmd.MoveAuthority, at: int) -> Decision:
    """(term, site) only rises: the site breaks the tie of two takeovers that did not know of each other."""
    authority = command.authority
    if authority.id != CITY and authority.id not in floor.sites:
        return NotFound("site", authority.id)
    known = floor.authorities.get(authority.id)
    if known is not None and (known.term, known.site) == (authority.term, authority.site):
        return ()
    if known is not None and (known.term, known.site) > (authority.term, authority.site):
        return WrongState("authority", authority.id, f"{known.term}/{known.site}")
    return (ev.AuthorityMoved(authority),)


def next_term(floor: Floor, *heard: int) -> int:
    """A term above every one known here, of whatever scope."""
    return 1 + max((*heard, *(one.term for one in floor.authorities.values())), default=0)


HANDLERS: dict[type, Handler] = {
    cmd.RegisterSite: register_site,
    cmd.MoveAuthority: move,
}
