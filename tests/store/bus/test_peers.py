"""The watch on the other sites: one bad line of the roster costs nobody else his word."""

import threading

import zmq

from store.bus.clock import Clock
from store.bus.keys import new_keys
from store.bus.peers import PeerHeard, PeerWatch
from store.bus.sockets import Context, command_server
from store.core.messages import Welcome
from store.core.roster import Machine, MachineRole
from store.core.wire import Epoch, encode


def test_a_bad_address_does_not_silence_the_others() -> None:
    keys, theirs = new_keys(), new_keys()
    context = Context()
    server = command_server(context, theirs)
    server.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 0)
    port = server.bind_to_random_port("tcp://127.0.0.1")
    machines = [
        Machine("relay-00", keys.public, MachineRole.RELAY, site="00", address="no-port"),
        Machine("relay-02", theirs.public, MachineRole.RELAY, site="02", address=f"127.0.0.1:{port}"),
    ]
    heard: list[PeerHeard] = []
    came = threading.Event()

    def on_heard(one: PeerHeard) -> None:
        heard.append(one)
        came.set()

    watch = PeerWatch(keys, lambda: machines, Clock(), on_heard)
    watch.start()
    try:
        assert server.poll(5000), "the good one was not asked"
        route, _ = server.recv_multipart()
        welcome = Welcome(
            proto=2,
            site="02",
            instance="i",
            machine="hub",
            epoch=Epoch(3, "02", 1),
            seq=7,
            now_at=1,
            events_port=1,
            positions_port=2,
        )
        server.send_multipart([route, encode(welcome)])
        assert came.wait(5)
        assert heard[0].welcome.epoch.term == 3
    finally:
        watch.stop(2.0)
        context.destroy(linger=0)
