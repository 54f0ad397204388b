"""Tornado as a backend: an echo server with the origin check that Tornado makes by default (Origin names the same host as
Host), which answers 403 where it fails.

Same announcement and control port as strict_backend.py; nothing is recorded.
"""

import asyncio
import logging

import lab
import tornado.netutil
import tornado.httpserver
import tornado.web
import tornado.websocket

logging.getLogger("tornado").setLevel(logging.CRITICAL)


class Echo(tornado.websocket.WebSocketHandler):
    def set_default_headers(self):
        self.set_header("X-Lab-Backend", "tornado")

    def select_subprotocol(self, subprotocols):
        return subprotocols[0] if subprotocols else None

    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def main():
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    tornado.httpserver.HTTPServer(tornado.web.Application([(r"/.*", Echo)])).add_sockets(sockets)
    await lab.announce_and_wait(sockets[0].getsockname()[1], [])


asyncio.run(main())
