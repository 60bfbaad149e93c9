"""Which PUBLISH is due, and what proves who says it."""

from xml.etree.ElementTree import fromstring

from telephony.publication import AGAIN_S, EXPIRES_S, RENEW_S, Publication, Publish, digest, document
from telephony.sip_headers import SipRequest

NOTHING = SipRequest("", ())
FIRST = (("Event", "presence"), ("Expires", str(EXPIRES_S)))


def tagged(etag: str) -> SipRequest:
    return SipRequest("200", (("sip-etag", etag),))


def test_first_the_whole_then_renewals_then_the_whole_again_when_it_was_forgotten() -> None:
    publication = Publication()
    assert publication.due(0) is None
    publication.want("ready", 0)
    assert publication.due(0) == Publish(FIRST, "ready", renews=False)
    assert publication.due(0) is None, "one is under way"
    assert publication.answered(200, tagged("a"), 0)
    assert publication.due(RENEW_S - 1) is None
    renewal = publication.due(RENEW_S)
    assert renewal == Publish((*FIRST, ("SIP-If-Match", "a")), "ready", renews=True)
    assert not publication.answered(412, NOTHING, RENEW_S), "no news: it is said again at once"
    assert publication.due(RENEW_S) == Publish(FIRST, "ready", renews=False)


def test_a_new_note_overtakes_and_trouble_is_tried_again() -> None:
    publication = Publication()
    publication.want("ready", 0)
    publication.due(0)
    publication.want("away", 1)
    publication.answered(200, tagged("a"), 2)
    away = publication.due(2)
    assert away
    assert (away.note, away.renews) == ("away", False)
    assert publication.answered(503, NOTHING, 3)
    assert publication.due(3) is None
    assert publication.due(3 + AGAIN_S)


def test_a_challenge_is_met_once() -> None:
    publication = Publication()
    publication.want("ready", 0)
    publication.due(0)
    asked = SipRequest("407", (("proxy-authenticate", 'Digest realm="r", nonce="n", qop="auth"'),))
    assert publication.challenge(407, asked, "8001", "pw", "sip:8001@x")
    again = publication.due(0)
    assert again
    assert again.headers[-1][0] == "Proxy-Authorization"
    assert not publication.challenge(407, asked, "8001", "pw", "sip:8001@x"), "the password is wrong"


def test_the_digest_of_the_standard() -> None:
    """RFC 2617 3.5 without qop: GET /dir/index.html by Mufasa."""
    asked = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    proof = digest(asked, "Mufasa", "Circle Of Life", "/dir/index.html", "GET")
    assert proof
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in proof
    assert 'opaque="5ccc"' in proof
    assert digest('Digest realm="r", nonce="n", algorithm=AKAv1-MD5', "u", "p", "x") is None
    assert digest('Basic realm="r"', "u", "p", "x") is None


def test_the_document_is_xml_whatever_the_note() -> None:
    root = fromstring(document('<pa"used>&', 'sip:"&<@x'))
    assert [e.text for e in root.iter() if e.tag.endswith("note")] == ['<pa"used>&'] * 2
