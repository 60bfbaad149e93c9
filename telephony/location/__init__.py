"""Where a caller is and what else comes with the call. Pure but for the two files that ask servers.

invite.py           everything one INVITE says: locations in order, references, additional data, refusals
said.py             that, as values; what a reference gave
reader.py           the thread that reads INVITEs and has their references fetched
found.py            Location and Reference
pidf.py gml.py civic.py    PIDF-LO documents, shapes, addresses; writing.py writes them
additional.py veds.py      RFC 7852 blocks, what a crashed car says
parts.py            parts of a multipart body
safe_xml.py         the only reader of XML from strangers; Unread, the typed refusal
held.py fetcher.py  locations by reference: one HTTPS question, the threads that ask
lookup.py           the port of operator look-ups and SMS links, and the book kept of them (pure)
recorded_lookup.py  a look-up service that plays a transcript
"""
