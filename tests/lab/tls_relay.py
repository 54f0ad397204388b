"""Wraps plain connections in TLS, as a browser would (ALPN http/1.1, any certificate), for a client that speaks none.

    tls_relay.py ADDRESS PORT

Same announcement as strict_backend.py; nothing is recorded.
"""

import asyncio
import ssl
import sys

import lab


def context():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.set_alpn_protocols(["http/1.1"])
    return tls


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def relay(reader, writer):
    try:
        inner_reader, inner_writer = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]), ssl=context())
    except (ConnectionError, ssl.SSLError):
        writer.close()
        return
    await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))


async def main():
    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    await lab.announce_and_wait(server.sockets[0].getsockname()[1], [])


asyncio.run(main())
