"""A backend that reads the request head byte for byte and judges it by RFC 6455 4.2.1 and nothing else.

Prints one line of JSON, {"port": N, "control": M}, and serves until its standard input ends. A valid handshake gets
101 and an echo of its text and binary messages; any other request gets 400 (426 where no 13 is among the
versions and nothing else is wrong). With `--plain` every request gets 200 instead: the application beside the WebSocket.
With `--mixed` it is only what is no handshake that gets 200. With `--pages` what asks for no upgrade gets 200, and the
connection is kept where the request does not say `close`.
Every answer carries `X-Lab-Backend`, so that a client can tell it from an answer of nginx itself. A connection to the
control port is sent the heads recorded since the last one, oldest first, as a JSON list of {"head", "defects"} and
closed; heads are Latin-1, so that every byte survives.
"""

import asyncio
import base64
import hashlib
import itertools
import sys

import lab

CONNECTIONS = itertools.count()
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def parse(head):
    """(method, version, [(lower-case name, value)]) of a head that ends in an empty line.

    A request line that is not three words has no valid method: nginx sends a space in a URI as it is.
    """
    lines = head.split(b"\r\n")[:-2]
    words = lines[0].split(b" ")
    method, version = words[0] if len(words) == 3 else b"", words[-1]
    fields = (line.partition(b":") for line in lines[1:])
    return method, version, [(name.lower(), value.strip(b" \t")) for name, _, value in fields]


def key_is_valid(key):
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False


def defects(method, version, fields):
    """What keeps the request from being a handshake, the reason to name first; empty means valid."""

    def values(name):
        return [value for field, value in fields if field == name]

    def has_token(name, token):
        return token in (item.strip(b" \t").lower() for value in values(name) for item in value.split(b","))

    found = []
    if not has_token(b"upgrade", b"websocket"):
        found.append("no-upgrade-header")
    if not has_token(b"connection", b"upgrade"):
        found.append("no-connection-upgrade")
    if version != b"HTTP/1.1":
        found.append("http10")
    if method != b"GET":
        found.append("method")
    keys, hosts = values(b"sec-websocket-key"), values(b"host")
    if not any(map(key_is_valid, keys)) or not hosts or b"13" not in values(b"sec-websocket-version"):
        found.append("header-blanked")
    if any(len(values(name)) > 1 for name in (b"upgrade", b"host", b"sec-websocket-key", b"sec-websocket-version")):
        found.append("duplicate-header")
    return found


def accept_line(fields):
    key = dict(fields)[b"sec-websocket-key"]
    return b"Sec-WebSocket-Accept: " + base64.b64encode(hashlib.sha1(key + GUID).digest()) + b"\r\n"


def protocol_line(fields):
    asked = dict(fields).get(b"sec-websocket-protocol")
    return b"Sec-WebSocket-Protocol: " + asked.split(b",")[0].strip() + b"\r\n" if asked else b""


async def echo(reader, writer):
    """Echoes frames of fewer than 126 bytes, unmasked, until the peer closes."""
    while True:
        first, second = await reader.readexactly(2)
        mask = await reader.readexactly(4)
        payload = await reader.readexactly(second & 0x7F)
        plain = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        writer.write(bytes([first, len(plain)]) + plain)
        await writer.drain()
        if first & 0x0F == 8:
            return


def refusal(found, fields):
    body = " ".join(found).encode()
    if found == ["header-blanked"] and (b"sec-websocket-version", b"13") not in fields:
        return answer(b"426 Upgrade Required", body, b"Sec-WebSocket-Version: 13\r\n")
    return answer(b"400 Bad Request", body)


def answer(status, body, extra=b""):
    return b"HTTP/1.1 %s\r\nX-Lab-Backend: strict\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status, extra, len(body), body)


def connection_says(fields, token):
    values = (value for field, value in fields if field == b"connection")
    return any(token == item.strip(b" \t").lower() for value in values for item in value.split(b","))


async def serve_pages(head, reader, writer, records, number):
    """Answers requests that ask for no upgrade, on one connection; returns the first other one."""
    while not connection_says(parse(head)[2], b"upgrade"):
        records.append({"head": head.decode("latin-1"), "defects": [], "connection": number})
        writer.write(b"HTTP/1.1 200 OK\r\nX-Lab-Backend: strict\r\nContent-Length: 5\r\n\r\npages")
        await writer.drain()
        if parse(head)[1] != b"HTTP/1.1" or connection_says(parse(head)[2], b"close"):
            return None
        head = await reader.readuntil(b"\r\n\r\n")
    return head


async def serve(reader, writer, records, options):
    number = next(CONNECTIONS)
    head = await reader.readuntil(b"\r\n\r\n")
    if "--pages" in options:
        head = await serve_pages(head, reader, writer, records, number)
        if head is None:
            return
    request = parse(head)
    found = defects(*request)
    records.append({"head": head.decode("latin-1"), "defects": found, "connection": number})
    if "--plain" in options or (found and "--mixed" in options):
        writer.write(answer(b"200 OK", b"plain"))
    elif found:
        writer.write(refusal(found, request[2]))
    else:
        fields = request[2]
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"X-Lab-Backend: strict\r\n" + accept_line(fields) + protocol_line(fields) + b"\r\n")
        await echo(reader, writer)
    await writer.drain()


async def main():
    records = []
    options = sys.argv[1:]

    async def connection(reader, writer):
        try:
            await serve(reader, writer, records, options)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    await lab.announce_and_wait(server.sockets[0].getsockname()[1], records)


asyncio.run(main())
