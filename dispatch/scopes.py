"""Which scope an order touches, and whether another site commands it.

A vehicle belongs to the site whose districts hold its station, an incident to its site. What happened is
recorded anywhere: calls, intakes, new incidents, keys of terminals. Only orders about what a site commands
have to be given there. Used before `decide`, never inside `apply`.
"""

from dispatch import commands as cmd
from dispatch.commands import Command
from dispatch.floor import Floor
from dispatch.kinds import ConflictChoice, Role
from dispatch.order import Order
from dispatch.refusals import HeldElsewhere
from dispatch.requests import OfferIncident
from dispatch.sites import CITY, Authority
from dispatch.words import Incident

_ABOUT_VEHICLE = cmd.AssignVehicle | cmd.SuspendVehicle | cmd.SetVehicleState | cmd.AnswerCrewCall
_ABOUT_MISSION = (
    cmd.RecordMilestone
    | cmd.CorrectMilestone
    | cmd.ChooseHospital
    | cmd.AbortMission
    | cmd.EndEmptyRun
    | cmd.EndAtScene
    | cmd.RefuseMission
)
_ABOUT_INCIDENT = (
    cmd.ChangeIncident
    | cmd.TakeIncident
    | cmd.HoldIncident
    | cmd.ResumeIncident
    | cmd.CloseIncident
    | cmd.ReopenIncident
    | OfferIncident
)
_FACTS = frozenset({Role.GATEWAY, Role.HUB})
"""What terminals and the hub itself report is never sent elsewhere."""


def site_of_vehicle(floor: Floor, vehicle_id: str) -> str:
    """Code of the site the vehicle belongs to; "" is the city centre."""
    vehicle = floor.vehicles.get(vehicle_id)
    station = floor.stations.get(vehicle.station_id) if vehicle else None
    return site_of_district(floor, station.district) if station else ""


def site_of_district(floor: Floor, district: str) -> str:
    """Code of the site that serves an administrative district; "" is the city centre."""
    found = (site.id for site in floor.sites.values() if district and district in site.districts)
    return next(found, "")


def authority_over(floor: Floor, site: str) -> Authority | None:
    """The newest word on who commands what belongs to `site`; None: nobody ever took it over."""
    named = [floor.authorities.get(site), floor.authorities.get(CITY)]
    return max((one for one in named if one is not None), key=lambda one: one.term, default=None)


def home_of(floor: Floor) -> str:
    """The site that commands everything when nothing was moved, "" where there is but one place.

    The centre is the site without districts of its own; where all or none are like that, the lowest code.
    """
    centres = [site.id for site in floor.sites.values() if not site.districts] or list(floor.sites)
    return min(centres, default="")


def commander_of(floor: Floor, site: str) -> str:
    """Code of the site that commands what belongs to `site`."""
    authority = authority_over(floor, site)
    return authority.site if authority else home_of(floor)


def authority_of_vehicle(floor: Floor, vehicle_id: str) -> Authority | None:
    """Whose (term, site) an order to this vehicle carries; None: that of the hub that gave it."""
    return authority_over(floor, site_of_vehicle(floor, vehicle_id))


def held_elsewhere(floor: Floor, order: Order, site: str, scope: str) -> HeldElsewhere | None:
    """Why the hub of `site`, which commands `scope`, may not decide this order; None: it may."""
    if order.late is not None or order.roles & _FACTS:
        return None
    touched = _touched(floor, order.command, scope)
    if touched is None:
        return None
    holder = authority_over(floor, touched)
    if scope not in {CITY, touched}:
        city = floor.authorities.get(CITY)
        return HeldElsewhere(touched or CITY, city.site if city else "", city.term if city else 0, 0)
    if holder is None or holder.site == site:
        return None
    return HeldElsewhere(holder.id, holder.site, holder.term, holder.since_at)


def _touched(floor: Floor, command: Command, scope: str) -> str | None:
    """The site whose vehicle or incident the command is about; None: nothing that belongs to one site."""
    if isinstance(command, _ABOUT_VEHICLE):
        return site_of_vehicle(floor, command.vehicle_id) if command.vehicle_id in floor.vehicles else None
    if isinstance(command, _ABOUT_MISSION):
        mission = floor.missions.get(command.mission_id)
        return site_of_vehicle(floor, mission.vehicle_id) if mission else None
    if isinstance(command, _ABOUT_INCIDENT):
        incident = floor.incidents.get(command.incident_id)
        return _site_of_incident(floor, incident, scope) if incident else None
    if isinstance(command, cmd.SettleConflict) and command.choice is ConflictChoice.KEEP_LATE:
        conflict = floor.conflicts.get(command.conflict_id)  # it sends the vehicle after all
        known = conflict is not None and conflict.vehicle_id in floor.vehicles
        return site_of_vehicle(floor, conflict.vehicle_id) if conflict and known else None
    return None


def _site_of_incident(floor: Floor, incident: Incident, scope: str) -> str | None:
    """None: opened here after command was divided; no other site has ever heard of it."""
    holder = floor.authorities.get(scope) if scope != CITY else authority_over(floor, incident.site)
    if holder is not None and incident.opened_at >= holder.since_at:
        return None
    return incident.site if incident.site in floor.sites else ""
