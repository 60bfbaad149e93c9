"""The navigator process: `python -m mapview.navigator city.sqlite`, started by a seat, ends with it."""

import logging
import sys
from pathlib import Path
from typing import Final

from mapview.geo.errors import CityFileError
from mapview.navigator.desk import NavigatorDesk
from mapview.navigator.messages import BadMessageError, Failed, Request, decode_request, encode
from store.bus.pipe import ChildEnd, open_child_end

EXIT_NO_CITY: Final = 3

log = logging.getLogger("mapview.navigator")


def main() -> int:
    """0 when the seat ended us, `EXIT_NO_CITY` when the city file cannot be used."""
    logging.basicConfig(format="%(asctime)s navigator %(levelname)s %(message)s")
    pipe = open_child_end()
    try:
        desk = NavigatorDesk(Path(sys.argv[1]))
    except CityFileError as error:
        log.critical("%s", error)
        return EXIT_NO_CITY
    serve(pipe, desk)
    desk.close()
    pipe.close()
    return 0


def serve(pipe: ChildEnd, desk: NavigatorDesk) -> None:
    """Until the seat asks us to finish or is gone."""
    pipe.ready()
    while (frame := pipe.receive(None)) is not None:
        try:
            request = decode_request(frame)
        except BadMessageError:
            log.exception("dropped a frame that is no request")
            continue
        pipe.send(_answered(desk, request))


def _answered(desk: NavigatorDesk, request: Request) -> bytes:
    try:
        return encode(desk.answer(request))
    except Exception as error:  # the loop owns its requests: a bad one must not end the others
        log.exception("no answer to %s", type(request).__name__)
        return encode(Failed(request.request_id, repr(error)))


if __name__ == "__main__":
    sys.exit(main())
