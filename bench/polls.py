#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Polls of people who wait, against nginx with a constant answer of the same size, in the same run.

    bench/polls.py [--waiting 1000 1000000] [--rounds 3] [--seconds 5] [--connections 64]

Fills a line with each number of people in turn, has wrk poll random ones of them, and prints for each round the requests a
second and the CPU microseconds a request (user and system, read from /proc) of the server and of nginx. Needs wrk and
nginx: scripts/setup --for bench. Everything listens on loopback and is ended by its process id.
"""
import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
TOKENS_MAX = 20_000  # that wrk keeps in memory

POLL_LUA = """
local requests = {}
function init()
  for token in io.lines("%s") do
    requests[#requests + 1] = wrk.format("GET", "/api/v1/queue/token", {["Authorization"] = "Bearer " .. token})
  end
end
local i = 0
function request() i = i %% #requests + 1; return requests[i] end
"""

NGINX_CONF = """
worker_processes 1; pid %(dir)s/nginx.pid; error_log %(dir)s/nginx.err; daemon off;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; client_body_temp_path %(dir)s; proxy_temp_path %(dir)s;
  fastcgi_temp_path %(dir)s; uwsgi_temp_path %(dir)s; scgi_temp_path %(dir)s;
  server { listen 127.0.0.1:%(port)d; location / { default_type application/json; return 200 '%(body)s'; } }
}
"""


def cpu_seconds(pid):
    pids = [pid] + [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    total = 0
    for one in pids:
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def start_server(directory, binary):
    catalogue = {"concertId": "gala", "title": "Gala", "venue": "Hall", "currency": "KRW",
                 "categories": [{"name": "R", "price": 1}], "dates": ["2026-12-24"],
                 "rows": [{"row": "A", "from": 1, "to": 10, "category": "R"}],
                 "queue": {"maxActive": 1, "sessionSeconds": 86400, "entryWindowSeconds": 86400,
                           "abandonAfterSeconds": 86400}}
    path = directory / "gala.json"
    path.write_text(json.dumps(catalogue))
    process = subprocess.Popen(
        [binary, "serve", "--set", "server.port=0", "--set", "queue.max_waiting=10000000",
         "--set", f"storage.path={directory / 'bench.db'}", "--catalogue", path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    return process, port


async def join(port, first, last, connections, tokens):
    numbers = iter(range(first, last))

    async def worker():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            body = '{"userId":"user-%d"}' % number
            writer.write((f"POST /api/v1/concerts/gala/queue/tokens HTTP/1.1\r\nHost: b\r\nContent-Type: application/json"
                          f"\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            answer = await reader.readexactly(int(re.search(r"(?i)content-length: (\d+)", head)[1]))
            if not head.startswith("HTTP/1.1 201"):
                raise SystemExit(f"a join failed: {head}{answer}")
            if number % 10_000 == 0:
                print(f"\r{number} have joined", end="", file=sys.stderr, flush=True)
            token = json.loads(answer)["token"]
            if len(tokens) < TOKENS_MAX:
                tokens.append(token)
            elif random.randrange(number + 1) < TOKENS_MAX:  # a fair sample of all (reservoir sampling)
                tokens[random.randrange(TOKENS_MAX)] = token
        writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    print(file=sys.stderr)


def measure(process, port, lua, options):
    before = cpu_seconds(process.pid)
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s"]
    command += ["-s", str(lua)] if lua else []
    text = subprocess.run(command + [f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"not every request was answered 200:\n{text}")
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    return rate, (cpu_seconds(process.pid) - before) / requests * 1e6


def start_nginx(directory, body):
    port = 20000 + os.getpid() % 20000
    (directory / "nginx.conf").write_text(NGINX_CONF % {"dir": directory, "port": port, "body": body})
    return subprocess.Popen(["/usr/sbin/nginx", "-c", directory / "nginx.conf"]), port


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, nargs="+", default=[1000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--binary", default=ROOT / "build/release/stagedoor")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        tokens_file, lua = directory / "tokens.txt", directory / "poll.lua"
        lua.write_text(POLL_LUA % tokens_file)
        server, port = start_server(directory, options.binary)
        nginx = None
        try:
            tokens, joined = [], 0
            for waiting in sorted(options.waiting):
                asyncio.run(join(port, joined, waiting + 1, 256 if waiting > 256 else 1, tokens))
                joined = waiting + 1  # one of them was admitted
                random.shuffle(tokens)
                tokens_file.write_text("\n".join(tokens) + "\n")
                body = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/api/v1/queue/token", "-H",
                                       f"Authorization: Bearer {tokens[0]}"], capture_output=True, text=True).stdout
                if nginx is None:
                    nginx, nginx_port = start_nginx(directory, body)
                rows = []
                for _ in range(options.rounds):
                    rows.append((*measure(server, port, lua, options), *measure(nginx, nginx_port, None, options)))
                    print("%9d waiting: %8.0f polls/s, %5.2f us CPU each; nginx %8.0f/s, %5.2f us" % (waiting, *rows[-1]))
                print("%9d waiting: median ratio to nginx %.2f in requests a second, %.2f in CPU a request; answers of %d bytes"
                      % (waiting, statistics.median(r[0] / r[2] for r in rows),
                         statistics.median(r[1] / r[3] for r in rows), len(body)), flush=True)
        finally:
            for process, how in ((server, signal.SIGTERM), (nginx, signal.SIGTERM)):
                if process:
                    process.send_signal(how)
                    process.wait(20)


if __name__ == "__main__":
    main()
