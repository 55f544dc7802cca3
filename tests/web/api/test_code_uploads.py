"""Lists of codes are uploaded to disk and imported by a job, with progress."""

import errno
import os

import pytest
import sqlalchemy as sa
from served_shop import served, shop_of, with_role

from offerloop.background import carry_out_next, erase_customer, job_execution
from offerloop.store import erase_from_store
from offerloop.web import uploads

URL = "/v1/coupon-templates/spring/import"
CODES = "code,customer_id\nAB-1,\nAB-2,anna\nAB-3,gone\n"


@pytest.fixture
def client(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    config = shop / "offerloop.toml"
    config.write_text(config.read_text() + '\n[serve]\nmax_upload = "1 MB"\n')
    with served(shop) as client:
        client.editor = with_role(client, "marketer")
        client.put("/v1/coupon-templates/spring", json={"limit_per_customer": 5}, headers=client.editor)
        yield client


def bad_customer():
    """A list whose first chunk is as it should be."""
    return "code,customer_id\n" + "".join(f"C{number},anna\n" for number in range(5_001)) + f"D,{'x' * 201}\n"


def upload(client, content, kind="text/csv", url=URL, by=None, **headers):
    return client.post(url, content=content, headers=(by or client.editor) | {"content-type": kind} | headers)


def carried_out(client):
    worker = client.app.state.worker
    return carry_out_next(worker.settings.shop, worker.database)


def left(client):
    return list(client.app.state.worker.settings.shop.glob("runs/.uploads/*"))


def test_a_list_is_imported_by_a_job(client):
    client.app.state.worker.database.change(lambda one: erase_from_store(one, "gone"))
    answer = upload(client, CODES.encode(), **{"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (202, "import_codes", "queued")
    again = upload(client, CODES.encode(), **{"idempotency-key": "k"})
    assert again.json()["job_id"] == answer.json()["job_id"]
    for other in (b"code\nX1\n", CODES.replace("AB-2", "AB-9").encode()):
        assert upload(client, other, **{"idempotency-key": "k"}).json()["code"] == "key_conflict"
    assert len(left(client)) == 1
    assert carried_out(client).result == {"template_id": "spring", "issued": 2, "there": 0, "erased": 1}
    job = client.get(f"/v1/jobs/{answer.json()['job_id']}", headers=client.editor).json()
    assert (job["state"], left(client)) == ("done", [])
    upload(client, CODES.encode())
    assert carried_out(client).result["there"] == 2
    rows = client.get("/v1/coupon-templates/spring/coupons.csv", headers=client.editor).text
    assert '"AB2","anna"' in rows


def test_an_upload_whose_beginning_was_deleted_meanwhile_is_refused(client, monkeypatch):
    monkeypatch.setattr(uploads, "LEAST_PIECE", 1)

    async def pieces():
        yield b"code\nLOST1\n"
        yield b"LOST2\n"
        for path in left(client):
            path.unlink()
        yield b"LOST3\n"

    assert upload(client, pieces()).json()["code"] == "too_slow"
    assert left(client) == []


def test_a_long_list_arrives_in_pieces_and_shows_progress(client):
    async def pieces():
        yield b"code\n"
        for first in range(0, 12_000, 1_000):
            yield "".join(f"LONG{number:06}\n" for number in range(first, first + 1_000)).encode()

    assert upload(client, pieces()).status_code == 202
    assert carried_out(client).result["issued"] == 12_000


def test_a_job_that_was_killed_before_its_end_was_on_record_is_done_again(client, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    upload(client, CODES.encode())
    with monkeypatch.context() as patched:
        patched.setattr(job_execution, "finish_job", kill)
        with pytest.raises(Killed):
            carried_out(client)
    with client.app.state.worker.database.engine.begin() as connection:
        connection.execute(sa.text("update jobs set lease_until = 0"))
    done = carried_out(client)
    assert (str(done.state), done.result["there"], left(client)) == ("done", 3, [])


def test_an_erasure_deletes_lists_that_nobody_will_read_and_is_not_stopped_by_others(client):
    worker = client.app.state.worker
    cancelled, waiting = (upload(client, content).json()["job_id"] for content in (CODES.encode(), b"A1,1,2\n\xff"))
    client.post(f"/v1/jobs/{cancelled}/cancel", headers=client.editor)
    erase_customer(worker.database, "anna", "token_a")
    client.post(f"/v1/jobs/{waiting}/cancel", headers=client.editor)  # it would run first
    folder = left(client)[0].parent
    (folder / "arriving.csv").write_bytes(b"")
    (folder / "broken off.csv").write_bytes(b"A1;anna\n")
    os.utime(folder / "broken off.csv", (0, 0))
    erased = carried_out(client)
    assert (erased.state, [one.name for one in left(client)]) == ("done", ["arriving.csv"])


def test_an_upload_that_has_no_room_is_answered_so_and_leaves_no_file(client, monkeypatch):
    def write_half(path, piece):
        path.write_bytes(piece[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads, "_append", write_half)
    answer = upload(client, CODES.encode())
    assert (answer.status_code, answer.json()["code"], left(client)) == (507, "disk_full", [])


def test_what_cannot_be_imported_leaves_no_file(client):
    statuses = [
        upload(client, b"x" * 1_000_001).status_code,
        upload(client, CODES.encode(), kind="application/json").status_code,
        upload(client, CODES.encode(), **{"content-encoding": "gzip"}).status_code,
        upload(client, b"A", url=URL.replace("spring", "nowhere")).status_code,
        upload(client, b"A", by=with_role(client, "service")).status_code,
    ]  # fmt: skip
    assert (statuses, left(client)) == ([413, 415, 415, 404, 403], [])

    async def endless():
        while True:
            yield b"A" * 400_000

    assert (upload(client, endless()).status_code, left(client)) == (413, [])
    for content, why in ((f"code\n{'X' * 300}\n", "a code must have"), (bad_customer(), "a customer must have")):
        upload(client, content.encode())
        failed = carried_out(client)
        assert failed.state == "failed"
        assert why in str(failed.failure)
        assert "/" not in str(failed.failure), "the place on the server"
        assert left(client) == []
    rows = client.get("/v1/coupon-templates/spring/coupons.csv", headers=client.editor).text
    assert rows == "code,customer_id,status\n", "the first chunk is not imported either"
