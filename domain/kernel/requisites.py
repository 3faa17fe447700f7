"""Requisites of a Russian counterparty and their check digits."""

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def valid_inn(inn: str) -> bool:
    """ИНН of a company (10 digits) or a person (12), check digits by the FTS order MMV-7-6/435@."""
    if not (inn.isascii() and inn.isdigit()) or len(inn) not in (10, 12) or not int(inn):
        return False
    if len(inn) == 10:
        return _check(inn, _INN_10) == int(inn[9])
    return _check(inn, _INN_11) == int(inn[10]) and _check(inn, _INN_12) == int(inn[11])


def valid_kpp(kpp: str) -> bool:
    """КПП: four digits of the tax office, two signs of the reason, three digits (FTS MMV-7-6/435@)."""
    office, reason, number = kpp[:4], kpp[4:6], kpp[6:]
    plain = kpp.isascii() and len(kpp) == 9 and office.isdigit() and number.isdigit()
    return plain and reason.isalnum() and reason == reason.upper()


def valid_ogrn(ogrn: str) -> bool:
    """ОГРН (13 digits, modulo 11) or ОГРНИП (15 digits, modulo 13)."""
    if not (ogrn.isascii() and ogrn.isdigit()) or len(ogrn) not in (13, 15):
        return False
    return int(ogrn[:-1]) % (len(ogrn) - 2) % 10 == int(ogrn[-1])


def _check(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10
