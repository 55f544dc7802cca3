"""Lists of codes: read from files, apart from the ids of offers, and for one customer."""

import re
from pathlib import Path

import pytest

from offerloop.errors import InputError
from offerloop.offers import (
    CodeList,
    ListedCode,
    look_alikes,
    make_codes,
    price,
    read_basket,
    read_code_list,
    read_offers,
)


@pytest.fixture
def listed(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "codes.csv"
        path.write_bytes(text.encode(encoding))
        return read_code_list(path)

    return write


@pytest.mark.parametrize(
    "text",
    [
        "spring-10\n\n SUMMER 20 \n",
        "code\nspring10\nsummer20\n",
        '"Code","Valid, from"\n"spring10","1"\n"summer20","2"\n',
        "\ufeffCoupon Code;valid\nSPRING10;yes\nsummer20;no\n",
        "id,promo_code\n1,spring10\n2,summer20\n",
    ],
)
def test_a_list_is_one_code_a_line_or_a_csv_file(listed, text):
    assert listed(text) == [ListedCode("SPRING10"), ListedCode("SUMMER20")]


def test_offers_and_customers_are_columns(listed):
    assert listed("code\tcustomer_id\toffer_id\na\tanna\tspring\nb\t\tspring\n") == [
        ListedCode("A", "spring", "anna"),
        ListedCode("B", "spring"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a-b\nAB\n", "line 2: the code 'AB' stands in line 1 already"),
        ("code,x\n-,1\n", "line 2: a code must have 1 to 200 signs, not '-'"),
        ("A,w\nB,x\n", "line 1: 'A,w' is no code; where the file is a table, its first line must name the columns"),
        ("A\tw\n", "is no code"),
        ('code,offer_id\n"A,w\nB,x\n', "is no code"),
        ("a" * 201, "line 1: a code must have 1 to 200 signs"),
        ("\n\n", "has no code"),
        ("", "has no code"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(listed, text, said):
    with pytest.raises(InputError, match=said):
        listed(text)


def test_a_file_that_is_not_there_or_no_text_is_refused(listed, tmp_path):
    with pytest.raises(InputError, match="cannot be read: it is not UTF-8"):
        listed("coupon für", "latin-1")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_code_list(tmp_path / "nowhere")


def test_codes_that_look_alike_are_counted():
    assert look_alikes(["TEA0", "TEAO", "IL", "11", "TEA2"]) == 4


class TestPresented:
    spring, mine = make_codes(2)
    codes = CodeList.of([ListedCode(spring, "spring"), ListedCode(mine, "gift", "anna"), ListedCode("SAVE10", "save")])

    def test_a_code_stands_for_its_offer(self):
        found = self.codes.presented({"save-10", self.spring}, None)
        assert found.offer_ids == {"save", "spring"}
        assert (found.corrected, found.unknown, found.of_others) == ({}, (), ())

    def test_the_id_of_an_offer_is_no_code(self):
        assert self.codes.presented({"spring"}, None).unknown == ("spring",)

    @pytest.mark.parametrize(("customer", "offers"), [("anna", {"gift"}), ("bob", set()), (None, set())])
    def test_a_code_of_one_customer_is_only_hers(self, customer, offers):
        found = self.codes.presented({self.mine}, customer)
        assert found.offer_ids == offers
        assert found.of_others == (() if offers else (self.mine,))

    def test_a_typing_error_is_corrected_and_told(self):
        typed = self.spring[:3] + ("2" if self.spring[3] != "2" else "3") + self.spring[4:]
        found = self.codes.presented({typed}, None)
        assert (found.offer_ids, found.corrected) == ({"spring"}, {typed: self.spring})

    def test_a_code_without_an_offer_is_refused(self):
        with pytest.raises(InputError, match="the code 'A' has no offer"):
            CodeList.of([ListedCode("A")])

    def test_a_basket_is_priced_by_the_codes_that_were_typed(self):
        offers = read_offers([{"kind": "coupon", "id": "save", "percent": 10, "code_needed": True}], None, "EUR")
        basket = read_basket(
            {"currency": "EUR", "codes": ["save 1O"], "lines": [{"product_id": "a", "unit_price": "10", "quantity": 1}]}
        )
        assert price(basket, offers, 0).total_minor == 1000
        assert price(self.codes.basket(basket), offers, 0).total_minor == 900

    def test_the_guide_says_what_is_so(self):
        guide = Path(__file__).parents[3] / "docs" / "how-to" / "codes.md"
        (program,) = re.findall(r"```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
        exec(program, {})
