"""Wraps plain connections in TLS, as a browser would (ALPN http/1.1, any certificate), for a client that speaks none.

Same announcement as strict_backend.py; nothing is recorded. A connection begins with a line ADDRESS PORT: where to go.
"""

import asyncio
import ssl

import lab


def context():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.set_alpn_protocols(["http/1.1"])
    return tls


TLS = context()


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
        address, port = (await reader.readline()).split()
        inner_reader, inner_writer = await asyncio.open_connection(address.decode(), int(port), ssl=TLS)
    except (ConnectionError, ssl.SSLError):
        writer.close()
        return
    await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))


async def main():
    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    await lab.announce_and_wait(server.sockets[0].getsockname()[1], [])


asyncio.run(main())
