"""Names of the configuration as a person reads them: «НаДоговоре» → «На договоре»."""

SPELLED_APART = {"МашиноМесто": "Машино-место"}


def words(name: str) -> str:
    if name in SPELLED_APART:
        return SPELLED_APART[name]
    if not name.isalpha() or name.isupper():
        return name
    return "".join(f" {each.lower()}" if each.isupper() and at else each for at, each in enumerate(name))
