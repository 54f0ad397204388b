"""What the Python backends share: announcing the ports, handing out the recorded heads, ending with the test."""

import asyncio
import json
import os
import sys


async def announce_and_wait(port, records):
    """Opens the control port, prints both ports and returns when standard input ends."""

    async def hand_out(_, writer):
        writer.write(json.dumps(records).encode())
        records.clear()
        await writer.drain()
        writer.close()

    control = await asyncio.start_server(hand_out, "127.0.0.1", 0)
    print(json.dumps({"port": port, "control": control.sockets[0].getsockname()[1]}), flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    os._exit(0)
