"""A receiver as the original's documentation shows it: it checks the signature over the
parsed and dumped body, and prints what it accepted, a line each."""

import hashlib
import hmac
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = sys.argv[1]
ONE_AT_A_TIME = threading.Lock()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        payload = json.loads(body)
        signature = hmac.new(SECRET.encode(), json.dumps(payload).encode(), hashlib.sha256).hexdigest()
        good = hmac.compare_digest(signature, self.headers["X-29Next-Signature"])
        answer = b"ok" if good else b"bad signature"
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        payload["data"].pop("metadata", None)  # may hold an infinity, which only Python reads
        line = {"good": good, "sequence": self.headers["X-Storedesk-Sequence"], "body": payload}
        with ONE_AT_A_TIME:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
