"""What the tests of `publish` share: places that take rows, and what a run notes about them."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from offerloop.commands.publish.task import publish
from offerloop.errors import InputError

CSV = '[[publish]]\nkind = "csv"\npath = "crm-{run}.csv"\n'
SQL = '[[publish]]\nkind = "sql"\nurl = "sqlite:///crm.db"\n'


def record(folder):
    return json.loads((folder / "published.json").read_text())["published"]


def said_by(folder, **more):
    with pytest.raises(InputError) as error:
        publish(folder, **more)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


class Database:
    """Where `sql` publishes to."""

    def __init__(self, url, table):
        self.table = table
        self.engine = sa.create_engine(url)
        self.toml = f'[[publish]]\nkind = "sql"\nurl = "{url}"\ntable = "{table}"\n'

    def call(self, statement):
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def rows(self):
        return self.call(f"select * from {self.table} order by run, customer_id")


class Receiver:
    """A CRM: takes what it is sent, except when `answers` has another status next."""

    def __init__(self):
        self.answers, self.taken, self.headers = [], [], []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.headers.append(dict(self.headers))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                if answer == "taken, then gone":
                    receiver.taken.append((self.headers["Idempotency-Key"], json.loads(body)))
                    self.close_connection = True
                    return
                if answer == 200:
                    receiver.taken.append((self.headers["Idempotency-Key"], json.loads(body)))
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in {"Content-Length": "0", **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.toml = f'[[publish]]\nkind = "webhook"\nurl = "http://{self.host}/hook"\nbatch = 9\n'

    @property
    def customers(self):
        """How often each customer was taken, with requests of one key counted once."""
        once = dict(self.taken)
        return Counter(row["customer_id"] for body in once.values() for row in body["assignments"])

    def stop(self):
        """Nobody answers any more; also when it is said twice."""
        if not self.thread.is_alive():
            return
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
