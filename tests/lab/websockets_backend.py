"""Python `websockets` as a backend: an echo server, with the bytes of every request head recorded before it reads them.

Same announcement and control port as strict_backend.py.
"""

import asyncio
import logging

import lab
import websockets

logging.getLogger("websockets").setLevel(logging.CRITICAL)
RECORDS = []


class Recording(websockets.WebSocketServerProtocol):
    """The library's own protocol; only looks at the bytes on their way in."""

    seen = b""

    def data_received(self, data):
        if self.seen is not None:
            self.seen += data
            head, end, _ = self.seen.partition(b"\r\n\r\n")
            if end:
                RECORDS.append({"head": (head + end).decode("latin-1")})
                self.seen = None
        super().data_received(data)


async def echo(websocket):
    async for message in websocket:
        await websocket.send(message)


async def main():
    # The library may choose any subprotocol of the test client; compression stays as it is by default.
    async with websockets.serve(
        echo, "127.0.0.1", 0, create_protocol=Recording, subprotocols=["chat"],
        extra_headers={"X-Lab-Backend": "websockets"},
    ) as server:
        await lab.announce_and_wait(server.sockets[0].getsockname()[1], RECORDS)


asyncio.run(main())
