# ruff: noqa: E501 - documents keep the lines they have
"""PIDF-LO, RFC 7852 and VEDS documents after the examples of their RFCs, written by hand, placed in Harbin."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf"'
    ' xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="http://www.opengis.net/gml"'
    ' xmlns:gs="http://www.opengis.net/pidflo/1.0" xmlns:con="urn:ietf:params:xml:ns:geopriv:conf"'
    ' xmlns:cl="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"'
    ' xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" entity="pres:13904510001@example.cn">'
)
CRS = 'srsName="urn:ogc:def:crs:EPSG::4326"'
METRE = 'uom="urn:ogc:def:uom:EPSG::9001"'
DEGREE = 'uom="urn:ogc:def:uom:EPSG::9102"'
POINT = f"<gml:Point {CRS}><gml:pos>45.7732 126.6177</gml:pos></gml:Point>"
CIRCLE = (
    f"<gs:Circle {CRS}><gml:pos>45.7732 126.6177</gml:pos><gs:radius {METRE}>850.24</gs:radius></gs:Circle>"
)
ELLIPSE = (
    f"<gs:Ellipse {CRS}><gml:pos>45.7732 126.6177</gml:pos><gs:semiMajorAxis {METRE}>1275</gs:semiMajorAxis>"
    f"<gs:semiMinorAxis {METRE}>670</gs:semiMinorAxis>"
    f"<gs:orientation {DEGREE}>43.2</gs:orientation></gs:Ellipse>"
)
ARC_BAND = (
    f"<gs:ArcBand {CRS}><gml:pos>45.7732 126.6177</gml:pos><gs:innerRadius {METRE}>3594</gs:innerRadius>"
    f"<gs:outerRadius {METRE}>4148</gs:outerRadius><gs:startAngle {DEGREE}>20</gs:startAngle>"
    f"<gs:openingAngle {DEGREE}>20</gs:openingAngle></gs:ArcBand>"
)
POLYGON = (
    f"<gml:Polygon {CRS}><gml:exterior><gml:LinearRing><gml:pos>45.775 126.615</gml:pos>"
    "<gml:pos>45.775 126.620</gml:pos><gml:pos>45.770 126.620</gml:pos><gml:pos>45.770 126.615</gml:pos>"
    "<gml:pos>45.775 126.615</gml:pos></gml:LinearRing></gml:exterior></gml:Polygon>"
)
PRISM = (
    '<gs:Prism srsName="urn:ogc:def:crs:EPSG::4979"><gs:base><gml:Polygon><gml:exterior><gml:LinearRing>'
    '<gml:posList srsDimension="3">45.775 126.615 30 45.775 126.620 30 45.770 126.620 30 45.775 126.615 30'
    f"</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gs:base><gs:height {METRE}>2.4</gs:height></gs:Prism>"
)
SPHERE = (
    '<gs:Sphere srsName="urn:ogc:def:crs:EPSG::4979"><gml:pos>45.7732 126.6177 26.3</gml:pos>'
    f"<gs:radius {METRE}>850.24</gs:radius></gs:Sphere>"
)
CIVIC = (
    '<cl:civicAddress xml:lang="zh-CN"><cl:country>CN</cl:country><cl:A1>黑龙江省</cl:A1><cl:A2>哈尔滨市</cl:A2>'
    "<cl:A3>道里区</cl:A3><cl:RD>中央大街</cl:RD><cl:HNO>128号</cl:HNO><cl:NAM>马迭尔宾馆</cl:NAM>"
    "<cl:FLR>3层</cl:FLR></cl:civicAddress>"
)
CONFIDENCE = '<con:confidence pdf="normal">90</con:confidence>'
CITED = "Geolocation: <cid:place@caller.example.cn>\r\n"


def geopriv(places: str, method: str = "Cell") -> str:
    return (
        f"<gp:geopriv><gp:location-info>{places}</gp:location-info><gp:usage-rules>"
        "<gp:retention-expiry>2026-11-23T00:00:00Z</gp:retention-expiry></gp:usage-rules>"
        f"<gp:method>{method}</gp:method></gp:geopriv>"
    )


def presence(*places: str, method: str = "Cell") -> bytes:
    """A document with one tuple for each location-info."""
    tuples = "".join(
        f'<tuple id="t{n}"><status>{geopriv(place, method)}</status>'
        "<timestamp>2026-11-22T08:00:00+08:00</timestamp></tuple>"
        for n, place in enumerate(places)
    )
    return f"{HEAD}{tuples}</presence>".encode()


def device_presence(places: str) -> bytes:
    """The same in the data model of RFC 4479, as telephones send it."""
    return (
        f'{HEAD}<dm:device id="d1">{geopriv(places, "GPS")}<dm:deviceID>mac:123</dm:deviceID>'
        "<dm:timestamp>2026-11-22T00:00:00Z</dm:timestamp></dm:device></presence>"
    ).encode()


SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


def part(content_type: str, content_id: str, body: bytes, extra: str = "") -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-ID: <{content_id}>\r\n{extra}\r\n"
    return head.encode() + body


def invite(*parts: bytes, headers: str = CITED, boundary: str = "boundary1") -> str:
    """A raw INVITE with an SDP part and these."""
    pieces = [part("application/sdp", "sdp@x", SDP), *parts]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + p + b"\r\n" for p in pieces)
    body += b"--" + boundary.encode() + b"--\r\n"
    head = (
        "INVITE sip:120@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
        "From: <sip:13904510001@127.0.0.1>;tag=1\r\nTo: <sip:120@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
        f'{headers}Content-Type: multipart/mixed; boundary="{boundary}"\r\nContent-Length: {len(body)}\r\n\r\n'
    )
    return head + body.decode("utf-8", "surrogateescape")


def with_place(document: bytes, headers: str = CITED, extra: str = "") -> str:
    return invite(part("application/pidf+xml", "place@caller.example.cn", document, extra), headers=headers)


BLOCKS = "urn:ietf:params:xml:ns:EmergencyCallData"
PROVIDER = f"""<?xml version="1.0" encoding="UTF-8"?>
<pi:EmergencyCallData.ProviderInfo xmlns:pi="{BLOCKS}:ProviderInfo">
 <pi:DataProviderReference>string0987654321@example.cn</pi:DataProviderReference>
 <pi:DataProviderString>中国移动黑龙江公司</pi:DataProviderString><pi:ProviderID>HL-CM</pi:ProviderID>
 <pi:ProviderIDSeries>local</pi:ProviderIDSeries><pi:TypeOfProvider>Telecom Provider</pi:TypeOfProvider>
 <pi:ContactURI>tel:+86-451-10086</pi:ContactURI><pi:Language>zh</pi:Language>
 <pi:DataProviderContact><vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0"><vcard><fn><text>值班台</text></fn>
 <tel><parameters><type><text>voice</text></type></parameters><uri>tel:+8645110086</uri></tel></vcard></vcards>
 </pi:DataProviderContact></pi:EmergencyCallData.ProviderInfo>""".encode()
SERVICE = f"""<svc:EmergencyCallData.ServiceInfo xmlns:svc="{BLOCKS}:ServiceInfo">
 <svc:ServiceEnvironment>Residence</svc:ServiceEnvironment><svc:ServiceType>wireless</svc:ServiceType>
 <svc:ServiceMobility>Mobile</svc:ServiceMobility></svc:EmergencyCallData.ServiceInfo>""".encode()
DEVICE = f"""<dev:EmergencyCallData.DeviceInfo xmlns:dev="{BLOCKS}:DeviceInfo">
 <dev:DeviceClassification>cellular</dev:DeviceClassification><dev:DeviceMfgr>Huawei</dev:DeviceMfgr>
 <dev:DeviceModelNr>Mate 60</dev:DeviceModelNr>
 <dev:UniqueDeviceID TypeOfDeviceID="IMEI">35788104</dev:UniqueDeviceID></dev:EmergencyCallData.DeviceInfo>
""".encode()
SUBSCRIBER = f"""<sub:EmergencyCallData.SubscriberInfo xmlns:sub="{BLOCKS}:SubscriberInfo" privacyRequested="true">
 <sub:SubscriberData><vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0"><vcard><fn><text>张秀英</text></fn>
 <bday><date>19450203</date></bday><lang><language-tag>zh</language-tag></lang>
 <adr><parameters><type><text>home</text></type></parameters><street>经纬街 5 号</street><locality>哈尔滨</locality></adr>
 <tel><parameters><type><text>home</text></type></parameters><uri>tel:+8645184610001</uri></tel>
 <note><text>冠心病，服用阿司匹林</text></note></vcard></vcards></sub:SubscriberData>
</sub:EmergencyCallData.SubscriberInfo>""".encode()
COMMENT = f"""<com:EmergencyCallData.Comment xmlns:com="{BLOCKS}:Comment">
 <com:Comment xml:lang="zh">门口有狗</com:Comment></com:EmergencyCallData.Comment>""".encode()
CRASH = b"""<veds:AutomatedCrashNotification xmlns:veds="http://www.veds.org/acn/3.1"
 xmlns:nc="http://niem.gov/niem/niem-core/2.0" xmlns:j="http://niem.gov/niem/domains/jxdm/4.1"
 xmlns:m="http://niem.gov/niem/domains/maritime/2.1">
 <nc:DocumentReceivedDate><nc:DateTime>2026-11-22T00:03:00Z</nc:DateTime></nc:DocumentReceivedDate>
 <veds:ContactActivity><nc:ActivityDate><nc:DateTime>2026-11-22T00:02:30Z</nc:DateTime></nc:ActivityDate></veds:ContactActivity>
 <veds:Crash><nc:ActivityDate><nc:DateTime>2026-11-22T08:01:02.0+08:00</nc:DateTime></nc:ActivityDate>
 <m:ConveyanceHeadingMeasure><nc:MeasurePointValue>270</nc:MeasurePointValue></m:ConveyanceHeadingMeasure>
 <veds:CrashVehicle><nc:ConveyanceColorPrimaryText>white</nc:ConveyanceColorPrimaryText>
 <nc:ItemMakeName>BYD</nc:ItemMakeName><nc:ItemModelName>Han</nc:ItemModelName>
 <nc:ItemModelYearDate>2025</nc:ItemModelYearDate>
 <nc:ConveyanceRegistrationPlateIdentification><nc:IdentificationID>A12345</nc:IdentificationID>
 </nc:ConveyanceRegistrationPlateIdentification>
 <nc:VehicleIdentification><nc:IdentificationID>LGXC00000A0000001</nc:IdentificationID></nc:VehicleIdentification>
 <veds:Airbag><veds:AirbagCategoryCode>FRONT</veds:AirbagCategoryCode>
 <veds:AirbagDeployedIndicator>true</veds:AirbagDeployedIndicator></veds:Airbag>
 <veds:PowerSourceCategoryCode>MAIN</veds:PowerSourceCategoryCode>
 <veds:VehicleCrashPulse><veds:CrashPulseChangeInVelocityMeasure><nc:MeasurePointValue>-50</nc:MeasurePointValue>
 <nc:MeasureUnitText>MPH</nc:MeasureUnitText></veds:CrashPulseChangeInVelocityMeasure>
 <veds:CrashPulseChangeInVelocityMeasure><nc:MeasurePointValue>60</nc:MeasurePointValue>
 <nc:MeasureUnitText>KPH</nc:MeasureUnitText></veds:CrashPulseChangeInVelocityMeasure>
 <veds:CrashPulsePrincipalDirectionOfForceValue>3</veds:CrashPulsePrincipalDirectionOfForceValue>
 <veds:CrashPulseRolloverQuarterTurnsValue>2</veds:CrashPulseRolloverQuarterTurnsValue></veds:VehicleCrashPulse>
 <veds:VehiclePropulsionStorageCode>GASOLINE</veds:VehiclePropulsionStorageCode>
 <veds:VehiclePropulsionStorageCode>ELECTRIC</veds:VehiclePropulsionStorageCode>
 <veds:VehicleSeat><veds:VehicleSeatLocationCategoryCode>1</veds:VehicleSeatLocationCategoryCode>
 <veds:VehicleSeatOccupiedIndicator>true</veds:VehicleSeatOccupiedIndicator>
 <veds:VehicleSeatbeltFastenedIndicator>false</veds:VehicleSeatbeltFastenedIndicator>
 <veds:VehicleSeatbeltMonitoredIndicator>true</veds:VehicleSeatbeltMonitoredIndicator></veds:VehicleSeat>
 <veds:VehicleSeat><veds:VehicleSeatLocationCategoryCode>2</veds:VehicleSeatLocationCategoryCode>
 <veds:VehicleSeatOccupiedIndicator>true</veds:VehicleSeatOccupiedIndicator></veds:VehicleSeat></veds:CrashVehicle>
 <veds:FuelLeakingIndicator>true</veds:FuelLeakingIndicator>
 <veds:SevereInjuryIndicator>true</veds:SevereInjuryIndicator>
 <veds:VehicleFinalRestOrientationCategoryCode>Roof</veds:VehicleFinalRestOrientationCategoryCode></veds:Crash>
 <nc:Location><nc:LocationTwoDimensionalGeographicCoordinate>
 <nc:GeographicCoordinateLatitude><nc:LatitudeDegreeValue>45.5</nc:LatitudeDegreeValue></nc:GeographicCoordinateLatitude>
 <nc:GeographicCoordinateLongitude><nc:LongitudeDegreeValue>126.5</nc:LongitudeDegreeValue>
 </nc:GeographicCoordinateLongitude></nc:LocationTwoDimensionalGeographicCoordinate></nc:Location>
 <veds:NotificationDeviceTypeCode>AIRBAG</veds:NotificationDeviceTypeCode>
</veds:AutomatedCrashNotification>"""
