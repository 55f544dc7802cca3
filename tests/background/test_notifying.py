"""Webhooks are told what happened, in signed requests, until they take it; alarms go to mail too."""

import json
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread, Timer

import pytest
import sqlalchemy as sa

from offerloop.background import SIGNATURE, announce, is_signed, notifying, send_due, signature_of, webhook_faults
from offerloop.config import Alarms, Config, Webhook
from offerloop.offers import CouponTerms, Issue, Lock, Redeem, Release
from offerloop.store import Database, Ledger, forget_notices
from offerloop.store.work import notices

SECRET = "a secret of the shop"


class Hook:
    """A server that notes what it is sent, and answers with a status that the test sets."""

    def __init__(self):
        self.status, self.requests, self.length = 200, [], "0"
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.requests.append((self.headers[SIGNATURE], body))
                self.send_response(hook.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", hook.length)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def told(self):
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def hook(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    found = Hook()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def database(store_url):
    found = Database.open(store_url)
    yield found
    found.close()


def config_of(*hooks, **more):
    return Config.model_construct(webhooks=hooks, alarms=more.get("alarms"))


def listening(hook, *topics):
    return config_of(Webhook(url=hook.url, secret_env="HOOK_SECRET", topics=topics))


def tell(database, config, topic="alarm", key="1", **data):
    database.change(lambda one: announce(one, config, topic, key, data))


def at_once(database):
    """Let every waiting time be over."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("update notices set next_at = 0 where next_at is not null"))


def test_a_notice_is_signed_and_sent_once(database, hook):
    config = listening(hook)
    tell(database, config, what="the job failed")
    tell(database, config, what="the job failed")
    assert [send_due(database, config) for _ in range(3)] == [1, 0, 0]
    ((header, body),) = hook.requests
    assert is_signed(SECRET, body, header)
    assert not is_signed("another", body, header)
    assert not is_signed(SECRET, body + b" ", header)
    assert (hook.told[0]["topic"], hook.told[0]["data"]) == ("alarm", {"what": "the job failed"})


def test_a_service_that_stops_leaves_what_it_has_not_sent_to_others(database, hook):
    config = listening(hook)
    for key in "abc":
        tell(database, config, key=key)
    assert send_due(database, config, lambda: len(hook.requests) == 1) == 1
    assert send_due(database, config) == 2
    assert len({one["id"] for one in hook.told}) == 3


def test_what_is_not_taken_is_sent_again_under_the_same_id(database, hook):
    config = listening(hook)
    tell(database, config)
    for hook.status in (500, 302, 404, 200):
        at_once(database)
        send_due(database, config)
    at_once(database)
    assert send_due(database, config) == 0
    assert len(hook.told) == 4
    assert len({one["id"] for one in hook.told}) == 1


def test_a_receiver_whose_answer_breaks_off_holds_no_other_up(database, hook):
    config, hook.length = config_of(*(Webhook(url=hook.url + end, secret_env="HOOK_SECRET") for end in "ab")), "9"
    tell(database, config)
    send_due(database, config)
    assert len(hook.told) == 2


def test_a_place_that_fails_does_not_hold_up_what_waits_behind_its_notices(database, hook, monkeypatch):
    config = listening(hook)
    away = config_of(Webhook(url="http://away.test/hook", secret_env="HOOK_SECRET"))
    for key in range(30):
        tell(database, away, key=key)
    at_once(database)
    tell(database, config)
    tried = []
    post = notifying._post

    def slowly(notice, config):
        tried.append(notice.place)
        if "away" in notice.place:
            raise TimeoutError("timed out")
        post(notice, config)

    monkeypatch.setattr(notifying, "_post", slowly)
    assert send_due(database, config) == 1
    assert [one == hook.url for one in tried] == [False, True]


def test_a_receiver_that_answers_in_small_pieces_does_not_hold_up_the_others(database, hook, monkeypatch):
    over = Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not over.wait(0.1):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=drip, args=(listener,), daemon=True).start()
        slow = Webhook(url=f"http://127.0.0.1:{listener.getsockname()[1]}/hook", secret_env="HOOK_SECRET")
        config = config_of(slow, Webhook(url=hook.url, secret_env="HOOK_SECRET"))
        tell(database, config)
        monkeypatch.setattr(notifying, "DELIVERY_SECONDS", 1.0)
        begun = time.monotonic()
        Timer(20, over.set).start()  # so that the test ends without the limit too
        assert send_due(database, config) == 1
        assert time.monotonic() - begun < 10
        over.set()
    assert len(hook.requests) == 1
    with database.engine.connect() as connection:
        failures = connection.execute(sa.text("select failure from notices where failure is not null")).scalars().all()
    assert failures == ["no whole answer within 1 s"]


def test_waits_grow_and_end(database, hook, caplog):
    config, hook.status, waits = listening(hook), 503, []
    tell(database, config)
    for _ in range(14):
        at_once(database)
        send_due(database, config)
        with database.engine.connect() as connection:
            waits.append(connection.execute(sa.text("select next_at from notices")).scalar())
    assert waits[-1] is None
    assert "is given up: 503" in caplog.text
    assert sorted(waits[:-1]) == waits[:-1]
    assert len(hook.requests) == 14


def test_only_topics_that_were_asked_for_are_told(database, hook):
    config = listening(hook, "coupon.redeemed")
    tell(database, config)
    assert send_due(database, config) == 0


def test_redemptions_and_used_up_budgets_are_told_once(database, hook):
    config, ledger = listening(hook), Ledger(database.engine)
    ledger.add_template("t", CouponTerms(limit_per_code=9, budget_minor=100))
    ledger.carry_out_all([Issue("i", "t", ("A",)), Redeem("before", "A", "anna", 30)])
    ledger.carry_out(Lock("lock", "A", "anna", "cart", 70))
    send_due(database, config)
    assert hook.told == []
    ledger.carry_out(Release("release", "A", "cart"))
    ledger.carry_out_all([Redeem("1", "A", "anna", 40), Redeem("2", "A", "bob", 40), Redeem("3", "A", "bob", 30)])
    for _ in range(3):
        send_due(database, config)
    told = [(one["topic"], one["data"].get("redemption_id") or one["data"]["template_id"]) for one in hook.told]
    assert sorted(told) == [("budget.exhausted", "t"), ("coupon.redeemed", "1"), ("coupon.redeemed", "3")]
    assert all(one["at"].endswith("Z") and one["data"].get("at", "Z").endswith("Z") for one in hook.told)
    assert {one["data"].get("amount_minor") for one in hook.told} == {40, 30, None}


def test_a_redemption_after_many_issued_codes_is_told_at_once(database, hook):
    config, ledger = listening(hook, "coupon.redeemed"), Ledger(database.engine)
    ledger.add_template("t", CouponTerms())
    send_due(database, config)
    ledger.carry_out_all([Issue("i", "t", tuple(f"C{number}" for number in range(600))), Redeem("1", "C1", "anna", 5)])
    assert [send_due(database, config) for _ in range(2)] == [1, 0]


def test_a_redemption_whose_transaction_ended_late_is_told_once_it_has_settled(database, hook, monkeypatch):
    config, ledger = listening(hook, "coupon.redeemed"), Ledger(database.engine)
    ledger.add_template("t", CouponTerms(limit_per_code=9))
    send_due(database, config)
    ledger.carry_out_all([Issue("i", "t", ("A",)), Redeem("late", "A", "anna", 5)])
    with database.engine.begin() as connection:  # as if the first look had come before the commit
        connection.execute(sa.text("update cursors set position = 99 where name = 'redeemed at once'"))
    assert send_due(database, config) == 0
    monkeypatch.setattr(notices, "SETTLED", -1)
    assert [send_due(database, config) for _ in range(2)] == [1, 0]


def test_redemptions_that_were_told_long_ago_are_forgotten_and_not_told_again(database, hook, monkeypatch):
    config, ledger = listening(hook), Ledger(database.engine)
    ledger.add_template("t", CouponTerms(limit_per_code=9, budget_minor=15))
    send_due(database, config)
    ledger.carry_out_all([Issue("i", "t", ("A",)), *(Redeem(one, "A", "anna", 5) for one in "123")])
    assert send_due(database, config) == 4
    count = sa.text("select topic, count(*) from notices group by topic")
    with database.engine.begin() as connection:  # as if all this was a month ago
        connection.execute(sa.text("update notices set made_at = made_at - 2592000"))
        forget_notices(connection)  # the second look is yet to come
        assert dict(connection.execute(count).all()) == {"coupon.redeemed": 3, "budget.exhausted": 1}
    monkeypatch.setattr(notices, "SETTLED", -1)
    assert send_due(database, config) == 0
    database.change(forget_notices)
    with database.engine.connect() as connection:
        assert dict(connection.execute(count).all()) == {"budget.exhausted": 1}
    assert send_due(database, config) == 0
    assert len(hook.requests) == 4


def test_a_budget_that_was_told_is_written_no_more(database, hook):
    config, ledger = listening(hook), Ledger(database.engine)
    for name in ("a", "b", "c"):
        ledger.add_template(name, CouponTerms(budget_minor=10))
    ledger.carry_out_all([Issue("i", "a", ("A",)), Issue("j", "b", ("B",)), Redeem("1", "A", None, 10)])
    send_due(database, config)
    ledger.carry_out(Redeem("2", "B", None, 10))
    written = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def note(_, __, statement, values, *___):
        if statement.lower().startswith("insert into notices"):
            written.append(str(values))

    for _ in range(3):
        send_due(database, config)
    assert sum("budget.exhausted" in one for one in written) == 1
    assert [one["data"]["template_id"] for one in hook.told if one["topic"] == "budget.exhausted"] == ["a", "b"]


def test_a_signature_of_another_time_does_not_count():
    header = signature_of(SECRET, b"{}", 1_000)
    assert is_signed(SECRET, b"{}", header, 1_300)
    assert not is_signed(SECRET, b"{}", header, 1_301)
    assert not is_signed(SECRET, b"{}", header, 600)
    forged = (
        "",
        "t=1000",
        "v1=x",
        "t=x,v1=y",
        "t=1000,v1=ä",
        f"t={'9' * 400},v1=y",
        f"t={'9' * 5_000},v1=y",
        "t=١,v1=y",
    )
    assert not any(is_signed(SECRET, b"{}", one, 1_000) for one in (*forged, None))


@pytest.mark.usefixtures("hook")
def test_no_secret_of_an_address_is_kept(database, monkeypatch):
    monkeypatch.setenv("PART", "hunter2\n")
    urls = "https://shop:x@127.0.0.1:${PART}/hook", "${PART}", "https://127.0.0.1:1/${PART}/send"
    config = config_of(*(Webhook(url=url, secret_env="HOOK_SECRET") for url in urls))
    tell(database, config)
    send_due(database, config)
    with database.engine.connect() as connection:
        failures = connection.execute(sa.text("select failure from notices")).scalars().all()
    said = "the url of [[webhooks]] is no address; write it like https://crm.example/offers"
    assert (failures, [str(one) for one in webhook_faults(config)]) == ([said] * 3, [said])


def test_a_missing_secret_sends_nothing_unsigned(database, hook, monkeypatch):
    config = listening(hook)
    monkeypatch.delenv("HOOK_SECRET")
    tell(database, config)
    assert send_due(database, config) == 0
    assert hook.requests == []
    with database.engine.connect() as connection:
        assert "HOOK_SECRET" in connection.execute(sa.text("select failure from notices")).scalar()


def test_alarms_go_to_mail(database, monkeypatch):
    sent = []

    class Server:
        def __init__(self, host, port, timeout):
            self.place = (host, port, timeout)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def send_message(self, mail):
            sent.append((self.place[:2], mail["To"], mail["Subject"], mail.get_content()))

    monkeypatch.setattr(smtplib, "SMTP", Server)
    alarms = Alarms(mail=["ops@shop.example"], sender="offerloop@shop.example", smtp="smtp://mail.example:2525")
    config = config_of(alarms=alarms)
    tell(database, config, what="the job 'run' failed:\nno orders", job_id="job_1")
    tell(database, config, "coupon.redeemed", what="nothing for mail")
    assert send_due(database, config) == 1
    ((place, to, subject, text),) = sent
    assert (place, to) == (("mail.example", 2525), "ops@shop.example")
    assert subject == "Offerloop: the job 'run' failed: no orders"
    assert "job_id: job_1" in text


def test_a_password_of_a_mail_server_is_sent_after_starttls_only(database, monkeypatch):
    """A server on the network that offers no encryption is not told the password."""
    heard = []

    class Relay(BaseRequestHandler):
        def handle(self):
            self.request.sendall(b"220 relay\r\n")
            while line := self.request.recv(1_000):
                heard.append(line)
                ends = line.startswith(b"QUIT")
                self.request.sendall(b"221 bye\r\n" if ends else b"250-relay\r\n250 AUTH PLAIN LOGIN\r\n")

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more, **named: look_up("127.0.0.1", *more, **named))
    with ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        smtp = f"smtp://user:sesame@mail.example:{server.server_address[1]}"
        alarms = Alarms(mail=["ops@shop.example"], sender="offerloop@shop.example", smtp=smtp)
        tell(database, config_of(alarms=alarms), what="the job 'run' failed")
        assert send_due(database, config_of(alarms=alarms)) == 0
        server.shutdown()
    with database.engine.connect() as connection:
        (failure,) = connection.exec_driver_sql("select failure from notices").scalars()
    assert "STARTTLS" in failure
    assert not any(b"AUTH" in one for one in heard)


def test_a_mail_server_over_tls_must_have_a_certificate_of_its_name(database, monkeypatch):
    contexts = []

    class Server:
        def __init__(self, *_, **options):
            contexts.append(options.get("context"))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def login(self, *_):
            pass

        def send_message(self, _):
            pass

    monkeypatch.setattr(smtplib, "SMTP_SSL", Server)
    alarms = Alarms(
        mail=["ops@shop.example"], sender="offerloop@shop.example", smtp="smtps://user:sesame@mail.example:465"
    )
    tell(database, config_of(alarms=alarms), what="the job 'run' failed")
    assert send_due(database, config_of(alarms=alarms)) == 1
    (context,) = contexts
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
