"""Asking a location server (HELD, RFC 5985 and 6753) over HTTPS: one question, short, small and distrustful.

The address comes from whoever called, so only listed servers are ever asked, and redirects are not followed.
"""

import http.client
import socket
import ssl
import threading
import time
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from dispatch.whereabouts import Source
from telephony.location.additional import read_blocks
from telephony.location.found import Reference
from telephony.location.invite import LOCATION
from telephony.location.pidf import locations_under
from telephony.location.safe_xml import XML_BYTES_MAX, UnreadableError, Why, local, read_xml
from telephony.location.said import Fetched
from telephony.settings import LocationServers

HELD_TYPE = "application/held+xml"
ACCEPTED = f"{HELD_TYPE}, application/pidf+xml;q=0.5"
REQUEST = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<locationRequest xmlns="urn:ietf:params:xml:ns:geopriv:held" responseTime="emergencyDispatch">'
    b'<locationType exact="false">geodetic civic</locationType></locationRequest>'
)
GET_INSTEAD = {405, 415, 501}  # RFC 6753 4: a server need not understand more than GET
CHUNK_BYTES = 8_192


class _Answer(NamedTuple):
    status: int
    octets: bytes


def fetch(servers: LocationServers, reference: Reference) -> Fetched:
    """Ask and wait (a worker's call, never the telephone's); total: a failure is an `Unread`."""
    began_s = time.monotonic()
    what = reference.uri[:80]
    try:
        answer = _ask(servers, reference)
        got = _read(answer, reference, what)
    except UnreadableError as error:
        got = Fetched(reference, refused=(error.told(what),))
    took_ms = round((time.monotonic() - began_s) * 1000)
    return Fetched(reference, got.locations, got.blocks, got.refused, took_ms)


def _ask(servers: LocationServers, reference: Reference) -> _Answer:
    url = _checked(servers, reference.uri)
    deadline_s = time.monotonic() + servers.answer_s_max
    try:
        if reference.purpose != LOCATION:
            return _exchange(servers, url, "GET", deadline_s)
        answer = _exchange(servers, url, "POST", deadline_s)
        return _exchange(servers, url, "GET", deadline_s) if answer.status in GET_INSTEAD else answer
    except ssl.SSLCertVerificationError as error:
        raise UnreadableError(Why.NOT_TRUSTED, error.verify_message) from error
    except TimeoutError as error:
        raise UnreadableError(Why.TIMED_OUT) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline_s
        raise UnreadableError(Why.TIMED_OUT if late else Why.NO_ANSWER, str(error)) from error


def _checked(servers: LocationServers, uri: str) -> SplitResult:
    """The address, if it may be asked. Raises `UnreadableError`."""
    try:
        url = urlsplit(uri)
        host, _ = url.hostname or "", url.port
    except ValueError as error:
        raise UnreadableError(Why.UNKNOWN_SCHEME, uri) from error
    if url.scheme != "https" and not (url.scheme == "http" and servers.plain_http):
        raise UnreadableError(Why.UNKNOWN_SCHEME, url.scheme)
    if not servers.knows(host):
        raise UnreadableError(Why.NOT_ALLOWED, host)
    if not uri.isascii() or not uri.isprintable():
        raise UnreadableError(Why.UNKNOWN_SCHEME, "not an address")
    return url


def _exchange(servers: LocationServers, url: SplitResult, method: str, deadline_s: float) -> _Answer:
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    connection = _connection(servers, url, left_s)
    cut = threading.Timer(left_s, _cut, (connection,))  # drip-fed headers would outlast any socket time-out
    cut.daemon = True
    cut.start()
    try:
        body = REQUEST if method == "POST" else None
        headers = {"Accept": ACCEPTED, "Content-Type": HELD_TYPE} if body else {"Accept": "*/*"}
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return _Answer(response.status, _read_limited(response))
    finally:
        cut.cancel()
        connection.close()


def _connection(servers: LocationServers, url: SplitResult, left_s: float) -> http.client.HTTPConnection:
    assert url.hostname
    if url.scheme == "http":
        return http.client.HTTPConnection(url.hostname, url.port, timeout=left_s)
    trust = ssl.create_default_context(cafile=servers.ca_file)
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=left_s, context=trust)


def _cut(connection: http.client.HTTPConnection) -> None:
    link = connection.sock
    if link is not None:
        try:
            link.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was over already


def _read_limited(response: http.client.HTTPResponse) -> bytes:
    octets = bytearray()
    while chunk := response.read(CHUNK_BYTES):
        octets += chunk
        if len(octets) > XML_BYTES_MAX:
            raise UnreadableError(Why.TOO_LARGE, f"more than {XML_BYTES_MAX} bytes")
    return bytes(octets)


def _read(answer: _Answer, reference: Reference, what: str) -> Fetched:
    if answer.status != http.HTTPStatus.OK:
        raise UnreadableError(Why.SERVER_SAYS_NO, f"HTTP {answer.status}")
    if reference.purpose != LOCATION:
        blocks, refused = read_blocks(answer.octets, what)
        return Fetched(reference, blocks=blocks, refused=refused)
    root = read_xml(answer.octets)
    if local(root) == "error":  # RFC 5985 6.3
        raise UnreadableError(Why.SERVER_SAYS_NO, root.get("code", ""))
    locations, refused = locations_under(root, Source.BY_REFERENCE, what)
    return Fetched(reference, locations, refused=refused)
