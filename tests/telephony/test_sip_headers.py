"""Who calls: tables of real headers, and noise that must never raise."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip_headers import (
    Caller,
    address_of,
    answer_after_s,
    caller_of,
    dialled_of,
    has_hostile_keys,
    has_offer,
    is_hostile_sdp,
    kept_headers,
    national,
    network_failed,
    number_of,
    parse_request,
    split_list,
)

INVITE = """INVITE sip:8001@10.0.0.8:5060;transport=udp SIP/2.0\r
v: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r
f: "Wang, Wu" <sip:+8613904510009@ims.example>;tag=1\r
t: <sip:120@centre.example>\r
i: abc@10.0.0.1\r
X-Queue-Position:  3\r
History-Info: <sip:120@centre.example>;index=1,\r
 <sip:8001@centre.example>;index=1.1\r
Privacy: id\r
{extra}Content-Length: 4\r
\r
From: <sip:evil@body>\r
"""


def request(extra: str = "") -> str:
    return INVITE.replace("{extra}", extra)


@pytest.mark.parametrize(
    ("extra", "caller"),
    [
        ("", Caller("13904510009", "Wang, Wu")),
        ("P-Asserted-Identity: <tel:+86-451-8888-8888>\r\n", Caller("045188888888", "Wang, Wu")),
        ('P-Asserted-Identity: "张三" <sip:13904510001@x>\r\n', Caller("13904510001", "张三")),
        (
            'P-Asserted-Identity: "Li, \\"Si\\"" <sip:li@x>, <tel:+8613800138000>\r\n',
            Caller("li", 'Li, "Si"'),
        ),
        ("P-Asserted-Identity: <sip:anonymous@anonymous.invalid>\r\n", Caller("13904510009", "Wang, Wu")),
        ("p-asserted-identity: sip:110@police.example;user=phone\r\n", Caller("110", "Wang, Wu")),
    ],
)
def test_caller(extra: str, caller: Caller) -> None:
    assert caller_of(parse_request(request(extra))) == caller


def test_compact_folded_and_kept_headers() -> None:
    read = parse_request(request())
    assert read.uri == "sip:8001@10.0.0.8:5060;transport=udp"
    assert read.first("call-id") == "abc@10.0.0.1"
    assert dialled_of(read) == "120"
    kept = dict(kept_headers(read))
    assert kept["x-queue-position"] == "3"
    assert kept["history-info"].endswith("<sip:8001@centre.example>;index=1.1")
    assert "via" not in kept


def test_the_body_is_never_read_as_headers() -> None:
    assert len(parse_request(request()).values("from")) == 1


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:13904510001@10.0.0.1", "13904510001"),
        ("sips:+86451%2D88888888@x;user=phone", "045188888888"),
        ("tel:0451-8888(8888);phone-context=+86", "045188888888"),
        ("sip:120;phone-context=x:secret@host", "120"),
        ("SIP:120@host", "120"),
        ("sip:host.only", ""),
        ("sip:Anonymous@anonymous.invalid", ""),
        ("mailto:a@b", ""),
        ("", ""),
    ],
)
def test_number_of(uri: str, number: str) -> None:
    assert number_of(uri) == number


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("+8613904510001", "13904510001"),
        ("008613904510001", "13904510001"),
        ("+8645188888888", "045188888888"),
        ("+8601088888888", "01088888888"),
        ("+861", "+861"),
        ("+74951234567", "+74951234567"),
        ("120", "120"),
    ],
)
def test_national(number: str, plain: str) -> None:
    assert national(number) == plain


def test_a_list_keeps_commas_in_quotes_and_brackets() -> None:
    assert split_list('"a, b" <sip:c,d@e>, <tel:1>') == ['"a, b" <sip:c,d@e>', "<tel:1>"]


@pytest.mark.parametrize("line_break", ["\u2028", "\x0b", "\x0c", "\x1d", "\x85", "\r"])
def test_no_odd_line_break_in_a_name_starts_a_header(line_break: str) -> None:
    name = f"x{line_break}P-Asserted-Identity: <sip:110@police>{line_break}"
    message = f'INVITE sip:120@x SIP/2.0\r\nFrom: "{name}" <sip:13904510001@x>\r\n\r\n'
    assert caller_of(parse_request(message)).number == "13904510001"


def test_nobody_turns_the_order_in_which_his_number_and_name_are_read() -> None:
    turned = "<sip:%e2%80%ae10003333931@x>"
    assert address_of(turned).number == "10003333931"
    assert address_of(f'"\u202e三\x07张\u2028\u200f" {turned}').name == "三张"
    assert address_of(f'"🚑 שלום" {turned}').name == "🚑 שלום"


def test_bytes_of_an_old_exchange_are_read_as_gb_18030() -> None:
    octets = b'INVITE sip:120@x SIP/2.0\r\nFrom: "' + "张三".encode("gb18030") + b'" <sip:1@x>\r\n\r\n'
    message = octets.decode("utf-8", "surrogateescape")
    assert caller_of(parse_request(message)).name == "张三"


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_gives_an_answer_that_can_be_stored(text: str) -> None:
    for message in (text, "INVITE sip:1@x SIP/2.0\r\nFrom: " + text, request("P-Asserted-Identity: " + text)):
        read = parse_request(message)
        msgspec.msgpack.encode((caller_of(read), dialled_of(read), kept_headers(read)))
        assert len(caller_of(read).number) <= 64


@given(st.integers(min_value=0, max_value=len(request())), st.binary(max_size=30))
def test_a_request_cut_anywhere_plus_noise_gives_an_answer(cut: int, noise: bytes) -> None:
    message = (request().encode()[:cut] + noise).decode("utf-8", "surrogateescape")
    msgspec.msgpack.encode(caller_of(parse_request(message)))


@given(
    st.text(
        alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=40
    ),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
)
def test_a_quoted_name_and_number_come_back(name: str, number: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert address_of(f'"{quoted}" <sip:{number}@x>') == Caller(number, name.strip())


@pytest.mark.parametrize(
    ("header", "after_s"),
    [
        ("Call-Info: <sip:x>;answer-after=0", 0.0),
        ('Call-Info: <sip:x>; Answer-After="3"', 3.0),
        ("Call-Info: <sip:x>;answer-after=3600", None),
        ("Call-Info: <http://x>;purpose=icon", None),
        ("Alert-Info: <http://x>;info=alert-autoanswer", 0.0),
        ("Alert-Info: info=intercom", 0.0),
        ("Alert-Info: <http://x>;info=alert-group", None),
        ("Answer-Mode: Auto", 0.0),
        ("Answer-Mode: Manual", None),
        ("Subject: answer-after=0", None),
    ],
)
def test_who_wants_to_be_answered_by_himself(header: str, after_s: float | None) -> None:
    request = parse_request(f"INVITE sip:8001@x SIP/2.0\r\n{header}\r\n\r\n")
    assert answer_after_s(request) == after_s


def test_an_invite_without_a_body_makes_no_offer() -> None:
    assert has_offer("INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\nv=0")
    assert not has_offer("INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\n")
    assert not has_offer("INVITE sip:x SIP/2.0\r\nVia: x")


@pytest.mark.parametrize(
    ("body", "hostile"),
    [
        ("Signal=5\r\nDuration=160\r\n", False),
        ("Signal= #\r\nDuration= 160", False),
        ("signal=11 \r\n", False),
        ("Signal=5", True),
        ("Signal=5\n", True),
        ("Duration=160\r\nSignal=5", True),
        ("", True),
    ],
)
def test_key_tones_the_library_cannot_bear(body: str, hostile: bool) -> None:
    for kind in ("Content-Type: application/dtmf-relay", "c: APPLICATION/\r\n DTMF-Relay ;x=y"):
        assert has_hostile_keys(f"INFO sip:120@x SIP/2.0\r\n{kind}\r\n\r\n{body}") is hostile
    assert not has_hostile_keys(f"INFO sip:120@x SIP/2.0\r\nContent-Type: text/plain\r\n\r\n{body}")


@pytest.mark.parametrize(
    ("body", "hostile"),
    [
        ("v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n", False),
        ("v=0\r\nc=IN IP4 " + "h" * 254 + "\r\n", True),
        ("c=IN IP4 " + "h" * 253 + "\r\n", False),
        ("v=0\na=rtcp:5000 IN IP4 " + "h" * 254, True),
        ("v=0\r\na=fmtp:8 " + "h" * 999, False),
        ("v=0\r\nc=IN IP4 10.0.0.1\r\n" + "m=audio 4000 RTP/AVP 8\r\n" * 8, False),
        ("v=0\r\nc=IN IP4 10.0.0.1\r\n" + "m=audio 4000 RTP/AVP 8\r\n" * 9, True),
        ("v=0\r\nm=audio 0 RTP/AVP 8\r\nc=IN IP4 10.0.0.1\r\n", False),
        ("v=0\r\nm=audio 0 RTP/AVP 8\r\nc=IN IP4 10.0.0.1\r\nm=video 0 RTP/AVP 31\r\n", True),
        ("v=0\r\nm=audio 0 RTP/AVP 8\r\n", True),
        ("v=0\r\n", False),
    ],
)
def test_what_the_library_cannot_bear(body: str, hostile: bool) -> None:
    assert is_hostile_sdp(body) is hostile
    assert is_hostile_sdp(body.replace("\r\n", "\r")) is hostile, "the library takes it"


@pytest.mark.parametrize(
    ("reason", "failed"),
    [
        ('Q.850;cause=27;text="destination out of order"', True),
        ("q.850 ; cause = 38", True),
        ('SIP;cause=200;text="a, b",Q.850;text="x";cause=41', True),
        ("Q.850;cause=16", False),
        ("Q.850;cause=271", False),
        ("SIP;cause=38", False),
        ('SIP;text="Q.850;cause=38"', False),
        ("", False),
    ],
)
def test_whether_the_line_ended_a_call_stands_in_its_reason(reason: str, failed: bool) -> None:
    assert network_failed(parse_request(request(f"Reason: {reason}\r\n"))) is failed
