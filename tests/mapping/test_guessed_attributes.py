"""Columns of customers that are carried along, that only audit a plan, and that stay behind, in every language."""

import tomllib
from importlib import resources

import polars as pl
import pytest

from offerloop.mapping import ColumnMatch, SourceColumn, customer_attributes
from offerloop.mapping.matching import LANGUAGES

BIRTHDAYS = [
    "birth_date", "Birthdate", "DOB", "born", "出生日期", "出生年月日", "会员生日", "Geburtsdatum", "Geb.-Datum",
    "geboren_am", "date_naissance", "DateNaissance", "Né le", "anniversaire", "fecha_nacimiento", "FechaNacimiento",
    "cumpleaños",
]  # fmt: skip
NAMES = [
    "family name", "Familienname", "nom_famille", "家庭地址", "Apellidos", "收货人", "联系人", "电子邮件", "银行卡号",
    "证件号码", "纬度", "openid", "QQ", "latitude", "lng", "device_id", "Address1", "username", "lname", "national_id",
    "Handynummer", "Telefonnr.", "Hausnummer",
]  # fmt: skip
PROTECTED = [
    "birth_year", "marital_status", "ethnic group", "household_members", "出生年份", "健康状况", "家庭结构", "文化程度",
    "Altersklasse", "Geburtsjahr", "Zivilstand", "ethnische Herkunft", "Schwangerschaft", "Haushaltsgröße",
    "annee_naissance", "tranche_age", "Civilité", "salaire", "etat_civil", "taille_foyer", "nombre_enfants", "Santé",
    "año_nacimiento", "grupo_edad", "sueldo", "etnia", "embarazada", "miembros_hogar", "nivel_educativo",
]  # fmt: skip
FIXED = [
    "Region",
    "home_city",
    "signup_channel",
    "Herkunftskanal",
    "Kunde seit",
    "注册渠道",
    "date d'inscription",
    "Provincia",
]
NAMES_ABROAD = [
    "Klantnaam", "Emailadres", "Nazwa klienta", "Numer telefonu", "İsim", "Ad", "Adı", "T.C. No", "ユーザー名", "番地",
    "핸드폰", "전화", "주민번호", "CNPJ", "WhatsApp", "P.IVA",
]  # fmt: skip
PLAIN = [
    "last login",
    "收货人省份",
    "Unidade",
    "Localidade",
    "Fidelidade",
    "Modalidade",
    "Quantidade",
    "ad_source",
    "Mağaza Adı",
    "shoe size",
    "actif",
    "tienda",
    "门店",
    "tier",
    "City of last order",
    "region rank by spend",
    "country_spend",
    "最近购买城市",
    "joined loyalty tier",
    "total spend",
    "last order date",
    "state",
    "Email Marketing Status",
    "Email Opt-Out",
    "parrain",
]


def sorted_out(name):
    """Whether a column is carried along, only audits, or stays behind."""
    found = customer_attributes(ColumnMatch({name: SourceColumn(name, pl.Series(["a", "b"]))}))
    assert not (found.kept and found.personal)
    assert not (found.protected and found.fixed)
    return "audited" if found.protected else "fixed" if found.fixed else "kept" if found.kept else "personal"


@pytest.mark.parametrize("name", [*BIRTHDAYS, *NAMES, *NAMES_ABROAD])
def test_days_of_birth_and_names_stay_behind(name):
    assert sorted_out(name) == "personal"


@pytest.mark.parametrize("name", PROTECTED)
def test_protected_columns_only_audit(name):
    assert sorted_out(name) == "audited"


@pytest.mark.parametrize("name", FIXED)
def test_what_does_not_follow_from_purchases_may_tell_who_responds(name):
    assert sorted_out(name) == "fixed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_known_name_of_them_is_taken_for_a_personal_or_protected_one(language):
    file = resources.files("offerloop.mapping") / "column_names" / f"{language}.toml"
    names = tomllib.loads(file.read_text(encoding="utf-8"))["fixed"]
    assert {name: sorted_out(name) for name in names} == dict.fromkeys(names, "fixed")


@pytest.mark.parametrize("name", ["Kundenalter", "Idade do cliente"])
def test_an_age_is_known_in_compounds_and_as_a_word(name):
    assert sorted_out(name) == "audited"


@pytest.mark.parametrize("name", PLAIN)
def test_others_are_carried_along(name):
    assert sorted_out(name) == "kept"


def test_columns_without_any_filled_cell_are_left_out():
    columns = {
        name: SourceColumn(name, pl.Series(cells)) for name, cells in {"column 8": ["", " "], "shop": ["a", ""]}.items()
    }
    assert customer_attributes(ColumnMatch(columns)) == (["shop"], [], [], [])
