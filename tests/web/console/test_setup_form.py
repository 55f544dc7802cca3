"""The form of a new shop lists what order lines say of their products."""

import re

from console_pages import post_form, signed_in
from served_shop import served

from offerloop.config import load_config

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
