"""The form of a new shop lists what order lines say of their products."""

import gzip
import io
import re
import zipfile

import pytest
from console_pages import post_form, signed_in
from served_shop import served

from offerloop.config import load_config
from offerloop.web.console.setup import view

HEADER = "N° ticket;Date vente;Carte fidélité;Code article;Libellé;Rayon;Gamme;Qté;Montant TTC"
LINES = "\n".join(
    [HEADER]
    + [
        f"{1000 + n};{1 + n % 28:02}/0{1 + n % 6}/2025;F{n % 40:04};A{n % 12:03};Article {n % 12};"
        f"{('Épicerie', 'Crèmerie', 'Hygiène')[n % 3]};{('Bio', 'Éco')[n % 2]};{1 + n % 3};{2 + n % 12},50"
        for n in range(400)
    ]
)
TEXT = {"content-type": "text/csv"}


def zipped(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lines.csv", text)
    return file.getvalue()


def _uploaded(client):
    admin = signed_in(client, "admin")
    client.put("/console/upload/order_lines", headers=admin | TEXT, content=LINES.encode("cp1252"))
    return admin, client.get("/console/setup", headers=admin).text


def test_a_category_among_the_order_lines_is_listed_and_can_be_changed(tmp_path):
    with served(tmp_path) as client:
        admin, page = _uploaded(client)
        field = re.search(r'<select id="columns-products.category".*?</select>', page, re.DOTALL)[0]
        assert "as guessed: Rayon" in field
        assert '<option value="Gamme">' in field
        assert page.index("columns-products.category") < page.rindex("<details")
        assert page.index("columns-products.brand") > page.rindex("<details")
        assert post_form(client, admin, "set-up", **{"products.category": "Gamme"}).status_code == 303
        columns = load_config(tmp_path).sources["products"].columns
        assert (columns["category"], columns["product_id"]) == ("Gamme", "Code article")


def test_two_uploads_at_one_time_do_not_mix(tmp_path):
    with served(tmp_path) as client:
        request = {"method": "PUT", "url": "/console/upload/order_lines", "headers": signed_in(client, "admin") | TEXT}

        async def interrupted():
            yield b"a" * 1_000_000
            await client._client.request(**request, content=b"b")
            yield b"a"

        assert client.request(**request, content=interrupted()).status_code == 201
        assert (tmp_path / "data" / "order_lines.csv").read_bytes() == b"a" * 1_000_001


@pytest.mark.parametrize("pack", [gzip.compress, lambda text: gzip.compress(zipped(text)), zipped])
def test_what_unpacks_to_more_than_an_upload_may_hold_is_not_kept(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(view, "MOST_BYTES", 20_000)
    with served(tmp_path) as client:
        packed = pack(b"order,day,paid\n" * 2_000)
        headers = signed_in(client, "admin") | TEXT
        answer = client.put("/console/upload/order_lines", headers=headers, content=packed)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert not [one for one in tmp_path.rglob("*.csv") if one.is_file()]
        small = client.put("/console/upload/order_lines", headers=headers, content=pack(LINES[:9_000].encode()))
        assert small.status_code == 201
