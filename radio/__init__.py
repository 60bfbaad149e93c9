"""Vehicles and radio: bytes of the air side become facts here.

errors.py        the error tree
terminal/        JT/T 808, pure: framing, codec, key rules, the platform's session
ports.py         what radio asks of the rest: Dispatch (the hub side), Roads (the simulator's map)
orders.py        orders waiting for, on the way to, and delivered to terminals: pure
connection.py    one TCP connection: bytes in, session, bytes out
gateway.py       the TCP server that owns every terminal connection, a process of its own
hub_side.py      Dispatch on a hub link: facts of terminals become orders to the hub, missions order texts
service.py       the gateway process: the server and the hub link on one event loop
bare_host.py     runs the gateway without a hub: tests, benchmark, trying a real terminal
terminal_side.py the terminal's half of the protocol, pure (simulator)
fence_file.py    what a terminal remembers over a restart (simulator)
ambulance.py     a crew that drives and presses its keys, pure (simulator)
simulator.py     many ambulances over real TCP
"""
