"""The only home of ZeroMQ.

link.py          HubLink: what a seat, a wall or a gateway uses
link_thread.py   its bus thread; link_mail.py between the two; link_sockets.py; link_state.py; outbox_file.py
link_hubs.py     the hubs it may turn to; link_scout.py: looks at others; link_resume.py: late log-ins
hub_sockets.py   the hub's end
hub_line.py      a relay's one stream to the hub
doorkeeper.py    admission by key (ZAP), with probes that it really refuses
sockets.py       the options every socket has
keys.py          CURVE key files and sign keys
roster.py        the signed file of enrolled machines
clock.py         the time of a process
pipe.py          the private pipe to a child process
child.py         a supervised child process
"""
