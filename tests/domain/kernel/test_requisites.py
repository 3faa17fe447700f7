"""Requisites are believed by their control digits, and whatever else is typed is refused in time."""

import pytest

from domain.kernel.requisites import valid_inn, valid_kpp, valid_ogrn


@pytest.mark.parametrize("inn", ["7707083893", "500100732259"])
def test_an_inn_with_right_control_digits(inn):
    assert valid_inn(inn)


@pytest.mark.parametrize(
    "inn", ["", "7707083894", "500100732258", "0000000000", "٧٧٠٧٠٨٣٨٩٣", "12", "9" * 5000]
)
def test_anything_else_is_no_inn(inn):
    assert not valid_inn(inn)


@pytest.mark.parametrize(("kpp", "ogrn"), [("770701001", "1027700132195"), ("7707AB001", "304500116000157")])
def test_kpp_and_ogrn(kpp, ogrn):
    assert valid_kpp(kpp) and valid_ogrn(ogrn)


@pytest.mark.parametrize("text", ["", "77070100", "7707ab001", "9" * 5000])
def test_neither_kpp_nor_ogrn(text):
    assert not valid_kpp(text) and not valid_ogrn(text)
