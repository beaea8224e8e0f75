"""The program as others use it: founding a ledger, a server on a port of its own, requests on one connection."""

import json
import os
import re
import signal
import socket
import subprocess
import time


class Client:
    """A ledger in a folder of its own, and a server for it while it runs."""

    def __init__(self, program, folder):
        self.program = os.path.abspath(program)
        self.data = os.path.join(folder, "data")
        self.errors = os.path.join(folder, "server.log")
        self.server = None
        self.address = self.connection = None
        self.used = 0

    def command(self, *arguments):
        """Runs `thads --data DATA ARGUMENTS…`: (exit status, standard output, standard error)."""
        done = subprocess.run(
            [self.program, "--data", self.data, "--lang", "en", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def start(self):
        """Serves the ledger; returns when it listens. What it says goes to `server.log` beside the ledger."""
        with open(self.errors, "a", encoding="utf-8") as errors:
            self.server = subprocess.Popen(
                [self.program, "--data", self.data, "--lang", "en", "serve", "--listen", "127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
            )
            began = errors.tell()
        while self.server.poll() is None:
            with open(self.errors, encoding="utf-8") as said:
                said.seek(began)
                address = re.search(r"http://(\S+)/\n", said.read())
            if address:
                self.address = address[1]
                return
            time.sleep(0.01)
        raise RuntimeError(f"the server ended before it listened; see {self.errors}")

    def stop(self, how=signal.SIGTERM):
        """Ends the server and waits for it."""
        if self.server is None:
            return
        self.hang_up()
        self.server.send_signal(how)
        self.server.wait(30)
        self.server = None

    def get(self, path):
        """GET: (status, content type, the document)."""
        return self._send("GET", path, None, {})

    def hang_up(self):
        """Ends the connection; the next request opens another."""
        if self.connection is not None:
            self.connection[1].close()
            self.connection[0].close()
        self.connection = None

    def post(self, path, document, content_type="application/json"):
        """POST of a document, or of bytes as they are: (status, content type, the document)."""
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        return self._send("POST", path, body, {"content-type": content_type})

    def _send(self, method, path, body, headers):
        # The server closes a connection on which nothing comes for ten seconds.
        if self.connection is not None and time.monotonic() - self.used > 5:
            self.hang_up()
        if self.connection is None:
            host, port = self.address.split(":")
            ours = socket.create_connection((host, int(port)), timeout=60)
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection = ours, ours.makefile("rb")
        ours, answer = self.connection
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if body is not None:
            head += f"content-length: {len(body)}\r\n"
        # One packet: the server does not wait for a second one.
        ours.sendall(f"{method} {path} HTTP/1.1\r\nhost: {self.address}\r\n{head}\r\n".encode() + (body or b""))
        status = int(answer.readline().split()[1])
        said = {}
        while (line := answer.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            said[name.lower()] = value.strip()
        text = answer.read(int(said["content-length"])).decode()
        self.used = time.monotonic()
        if said.get("connection") == "close":
            self.hang_up()
        kind = said.get("content-type", "")
        return status, kind, json.loads(text) if "json" in kind else text
