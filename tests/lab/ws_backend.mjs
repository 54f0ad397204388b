// Node's `ws` as a backend: an echo server, with the bytes of every request head recorded before it reads them.
// Same announcement and control port as strict_backend.py. The module is found through the folder in NODE_WS.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createServer as createTcpServer } from "node:net";

const { WebSocketServer } = createRequire(`${process.env.NODE_WS}/`)("ws");
const records = [];

function record(socket) {
  let seen = "";
  const look = (data) => {
    seen += data.toString("latin1");
    const end = seen.indexOf("\r\n\r\n");
    if (end < 0) return;
    records.push({ head: seen.slice(0, end + 4) });
    socket.removeListener("data", look);
  };
  socket.on("data", look);
}

// A request without an upgrade is answered as `ws` itself answers one; with `--pages` it gets a page.
const [status, text] = process.argv.includes("--pages") ? [200, "page"] : [426, "Upgrade Required"];
const http = createServer((_, response) => {
  response.writeHead(status, { "Content-Type": "text/plain", "X-Lab-Backend": "ws" }).end(text);
});
http.on("connection", record);
const echo = new WebSocketServer({ server: http });
echo.on("headers", (headers) => headers.push("X-Lab-Backend: ws"));
echo.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on("error", () => socket.terminate());
});

const control = createTcpServer((socket) => socket.end(JSON.stringify(records.splice(0))));
http.listen(0, "127.0.0.1", () => control.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: http.address().port, control: control.address().port }));
}));
process.stdin.on("end", () => process.exit(0)).resume();
