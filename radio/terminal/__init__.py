"""JT/T 808 without clock or socket: bytes and times in, messages, bytes and facts out.

framing.py     escape, checksum, splitting a stream on 7E
header.py      frame header of 2011/2013 and 2019
fields.py      GBK text, BCD time, bounded cursor
messages.py    the messages as frozen structs
position.py    0x0200 body with TLVs
uplink.py      bodies a terminal sends        downlink.py   bodies the centre sends
codec.py       the one table of message ids
parts.py       messages longer than one frame
order_text.py  order number and fence inside a 0x8300 text
keys.py        status-key rules from configuration
facts.py       what a session reports
roster.py      known terminals, their codes and what is remembered of each
timing.py      live or track, whose clock
platform.py    limits, counters and what sessions share
outgoing.py    platform messages waiting for their answer
session.py     the platform's side of one connection
"""
