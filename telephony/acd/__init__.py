"""The distribution of calls: one port, and an adapter for each kind of exchange a centre may have.

port.py            AcdLink, what may be asked; the facts it tells
standing.py        a seat's state, what follows what, how long it lasted (pure)
queue_book.py      the queue as its events tell it (pure)
orders.py          the orders as values
session.py         what the sessions of every ACD begin with
ami.py esl.py      Asterisk and FreeSWITCH: pure sessions, proven by transcripts only
tcp_link.py        the thread and the socket under a session; comes back by itself
links.py           the adapters: AsteriskLink, FreeSwitchLink, SipOnlyLink, NoLink
from_config.py     which of them a seat uses, by [acd] of lingsheng.toml
hunt_group.py      kamailio's configuration for a centre without an ACD (template: kamailio.cfg.template)
__main__.py        `python -m telephony.acd`: writes that configuration
hunt_queue.py      that kamailio's queue, asked by JSON-RPC
reports.py         what an exchange tells, as orders for the hub (pure)
reporter.py        `main.py exchange`: tells the hub the queue, beside the exchange
"""
