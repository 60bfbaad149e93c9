"""What one INVITE says: order, references, parts, additional data, damage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.shapes import Circle, Polygon, Spot
from dispatch.words import Point
from telephony.location import additional as add
from telephony.location.found import Reference
from telephony.location.invite import WithCall, read_invite
from telephony.location.parts import parts_of
from telephony.location.safe_xml import Why
from telephony.location.veds import Crash
from tests.telephony.location import documents as doc


def test_a_circle_by_value() -> None:
    said = read_invite(doc.with_place(doc.presence(doc.CIRCLE)))
    (location,) = said.locations
    assert location.shape == Circle(Point(126.6177, 45.7732), 850.24)
    assert location.cited
    assert (said.references, said.blocks, said.refused) == ((), (), ())


def test_an_ordinary_call_says_nothing() -> None:
    assert (
        read_invite("INVITE sip:120@x SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n") == WithCall()
    )


def test_values_keep_the_order_in_which_they_were_added() -> None:
    headers = (
        "Geolocation: <cid:second@x>;loc-src=ue.example.cn, <https://lis.example.cn/abc>\r\n"
        'Geolocation: <cid:first@x>;loc-src="mme.example.cn"\r\nGeolocation-Routing: yes\r\n'
    )
    message = doc.invite(
        doc.part("application/pidf+xml", "first@x", doc.presence(doc.POLYGON)),
        doc.part("application/pidf+xml", "second@x", doc.presence(doc.POINT)),
        headers=headers,
    )
    said = read_invite(message)
    assert [type(location.shape) for location in said.locations] == [Spot, Polygon]
    assert [location.said_by for location in said.locations] == ["ue.example.cn", "mme.example.cn"]
    assert said.references == (Reference("https://lis.example.cn/abc", "location", 1),)
    assert said.may_route is True


def test_a_location_nobody_cites_is_used_and_marked() -> None:
    said = read_invite(doc.with_place(doc.presence(doc.POINT), headers=""))
    assert [location.cited for location in said.locations] == [False]


def test_a_body_that_is_the_location_alone() -> None:
    body = doc.presence(doc.POINT).decode()
    message = (
        "INVITE sip:120@x SIP/2.0\r\nContent-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n"
        f"Geolocation: <cid:a@b>\r\n\r\n{body}"
    )
    assert read_invite(message).locations[0].cited


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "binary"])
def test_transfer_encodings(encoding: str) -> None:
    import base64
    import quopri

    octets = doc.presence(doc.CIVIC)
    coded = {"base64": base64.encodebytes(octets), "quoted-printable": quopri.encodestring(octets)}
    extra = f"Content-Transfer-Encoding: {encoding}\r\n"
    said = read_invite(doc.with_place(coded.get(encoding, octets), extra=extra))
    assert said.locations[0].civic is not None


def test_nested_and_odd_multiparts() -> None:
    inner = b"--in\r\nContent-Type: application/pidf+xml\r\nContent-ID: <p@x>\r\n\r\n" + doc.presence(
        doc.POINT
    )
    nested = b"Content-Type: multipart/related;boundary=in\r\n\r\n" + inner + b"\r\n--in--\r\n"
    assert len(read_invite(doc.invite(nested, headers="Geolocation: <cid:p@x>\r\n")).locations) == 1
    assert parts_of('multipart/mixed; boundary="a', b"--a\r\n\r\nx") == []
    assert parts_of("multipart/mixed", b"--a\r\n\r\nx\r\n--a--") == []
    assert [p.octets for p in parts_of("multipart/mixed;boundary=a", b"--a\n\nx\n--a\n\ny")] == [b"x", b"y"]
    deep = b"--a\r\nContent-Type: multipart/mixed;boundary=a\r\n\r\n" * 500
    assert parts_of("multipart/mixed;boundary=a", deep) == []
    assert len(parts_of("multipart/mixed;boundary=a", b"--a\r\n\r\nx\r\n" * 500)) == 32


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("<cid:nobody@x>", Why.NO_SUCH_PART),
        ("<sip:a@b>", Why.UNKNOWN_SCHEME),
        ("<file:///etc/passwd>", Why.UNKNOWN_SCHEME),
    ],
)
def test_what_cannot_be_followed_is_told(header: str, reason: Why) -> None:
    said = read_invite(doc.with_place(doc.presence(doc.POINT), headers=f"Geolocation: {header}\r\n"))
    assert [r.why for r in said.refused] == [reason]
    assert len(said.locations) == 1, "the location that is there is used all the same"


def with_blocks(**blocks: bytes) -> WithCall:
    parts, headers = [], ""
    for name, document in blocks.items():
        parts.append(doc.part(f"application/EmergencyCallData.{name}+xml", f"{name}@x", document))
        headers += f"Call-Info: <cid:{name}@x>;purpose=EmergencyCallData.{name}\r\n"
    return read_invite(doc.invite(*parts, headers=headers))


def test_the_five_blocks() -> None:
    said = with_blocks(
        ProviderInfo=doc.PROVIDER,
        ServiceInfo=doc.SERVICE,
        DeviceInfo=doc.DEVICE,
        SubscriberInfo=doc.SUBSCRIBER,
        Comment=doc.COMMENT,
    )
    provider, service, device, subscriber, comment = said.blocks
    assert isinstance(provider, add.Provider)
    assert (provider.name, provider.contact_uri) == ("中国移动黑龙江公司", "tel:+86-451-10086")
    assert provider.contact == add.Person("值班台", phones=("+8645110086",))
    assert service == add.Service("Residence", ("wireless",), "Mobile")
    assert device == add.Device("cellular", "Huawei", "Mate 60", (("IMEI", "35788104"),))
    assert isinstance(subscriber, add.Subscriber)
    assert subscriber.private
    assert subscriber.person == add.Person(
        "张秀英",
        phones=("+8645184610001",),
        address="经纬街 5 号 哈尔滨",
        birthday="19450203",
        languages=("zh",),
        notes=("冠心病，服用阿司匹林",),
    )
    assert comment == add.Comment((("zh", "门口有狗"),))
    assert said.refused == ()


def test_a_crashed_car() -> None:
    (crash,) = with_blocks(VEDS=doc.CRASH).blocks
    assert isinstance(crash, Crash)
    assert (crash.make, crash.model, crash.year, crash.fuel) == ("BYD", "Han", "2025", "GASOLINE ELECTRIC")
    assert (crash.colour, crash.plate, crash.vin) == ("white", "A12345", "LGXC00000A0000001")
    assert crash.at_ms == 1_795_305_662_000
    assert crash.point == Point(126.5, 45.5)
    assert (crash.heading_deg, crash.force_from_deg) == (270.0, 90.0)
    assert crash.delta_v_kmh == pytest.approx(80.47, abs=0.01)
    assert (crash.rolled_over, crash.quarter_turns, crash.severe_injury) == (True, 2.0, True)
    assert crash.occupants == 2
    assert [(a.where, a.deployed) for a in crash.airbags] == [("FRONT", True)]
    assert [(s.occupied, s.belted) for s in crash.seats] == [(True, False), (True, None)]
    assert (crash.fire, crash.multiple_impacts) == (None, None)
    assert (crash.fuel_leaking, crash.rest_position, crash.automatic) == (True, "Roof", True)


@pytest.mark.parametrize(("code", "by_itself"), [("MANUAL", False), ("INJURY", True), ("NORMAL", None)])
def test_what_set_the_call_off(code: str, by_itself: bool | None) -> None:
    (crash,) = with_blocks(VEDS=doc.CRASH.replace(b">AIRBAG<", f">{code}<".encode())).blocks
    assert isinstance(crash, Crash)
    assert crash.automatic is by_itself


def test_a_number_of_people_that_is_told_counts_before_the_seats() -> None:
    said = "<j:DrivingIncidentPassengerQuantityText>4</j:DrivingIncidentPassengerQuantityText>"
    (crash,) = with_blocks(
        VEDS=doc.CRASH.replace(b"<veds:CrashVehicle>", said.encode() + b"<veds:CrashVehicle>")
    ).blocks
    assert isinstance(crash, Crash)
    assert crash.occupants == 4


def test_blocks_by_reference_and_inside_a_location() -> None:
    provided = (
        '<gp:provided-by><x:EmergencyCallData xmlns:x="urn:ietf:params:xml:ns:EmergencyCallData">'
        '<x:EmergencyCallDataReference purpose="EmergencyCallData.SubscriberInfo" ref="https://e.example.cn/s"/>'
        + doc.COMMENT.decode()
        + "</x:EmergencyCallData></gp:provided-by></gp:geopriv>"
    )
    document = doc.presence(doc.POINT).decode().replace("</gp:geopriv>", provided).encode()
    headers = doc.CITED + "Call-Info: <https://e.example.cn/d>;purpose=EmergencyCallData.DeviceInfo\r\n"
    said = read_invite(doc.with_place(document, headers=headers))
    assert [type(b) for b in said.blocks] == [add.Comment]
    assert [(r.uri, r.purpose) for r in said.references] == [
        ("https://e.example.cn/s", "EmergencyCallData.SubscriberInfo"),
        ("https://e.example.cn/d", "EmergencyCallData.DeviceInfo"),
    ]


def test_other_call_info_is_left_alone() -> None:
    headers = "Call-Info: <http://x/y.jpg>;purpose=icon\r\n"
    assert read_invite(doc.invite(headers=headers)) == WithCall()


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_an_answer(text: str) -> None:
    read_invite(text)
    read_invite(f"INVITE a SIP/2.0\r\nGeolocation: {text}\r\nContent-Type: {text}\r\n\r\n{text}")


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_damage_gives_an_answer(data: st.DataObject) -> None:
    message = doc.with_place(doc.presence(doc.CIRCLE + doc.CIVIC), headers=doc.CITED * 3)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(message)))
        message = (
            message[:at] + data.draw(st.text(max_size=9)) + message[at + data.draw(st.integers(0, 60)) :]
        )
    read_invite(message)
