"""What makes a real base harder than its documentation: each oddity has a name, a switch and its source.

`source` is the section of the project's 1C fact sheet that describes the behaviour.
"""

from dataclasses import dataclass

from jobs.onec_demo.store import Store


@dataclass(frozen=True)
class Quirk:
    name: str
    source: str
    on: bool  # as a base behaves out of the box
    title: str


QUIRKS = (
    Quirk("plus_breaks_filter", "1.4", True, "Пробел, посланный как «+», ломает запрос; годится только %20"),
    Quirk("ignore_if_match", "1.6", True, "Заголовок If-Match не проверяется"),
    Quirk("int64_strings", "1.3", True, "Целые Edm.Int64 приходят строками"),
    Quirk("count_bom", "1.3", True, "Тело /$count начинается с BOM"),
    Quirk("orderless_paging_loses_rows", "1.5", True, "Без $orderby страницы теряют и повторяют строки"),
    Quirk("guid_order_refused", "1.5", True, "Ссылки на больше и меньше не сравниваются"),
    Quirk("composite_needs_cast", "1.4", True, "Составную ссылку сравнивают через cast, иначе пусто"),
    Quirk("short_inn", "1.6", True, "Без вида лица контрагент станет юрлицом, а ИНН обрежется до 10 цифр"),
    Quirk("unknown_properties_ignored", "1.6", True, "Неизвестные свойства в теле молча пропускаются"),
    Quirk("posted_rows_locked", "1.6", True, "Строки проведённого документа не меняются: 500"),
    Quirk("refuse_second_reservation", "7.4", True, "Вторая действующая бронь помещения не проводится"),
    Quirk("posting_books_unit", "7.4", True, "Проведённая бронь меняет статус помещения на «Забронирована»"),
    Quirk("refuse_duplicate_requisites", "0", False, "Второй контрагент с теми же ИНН и КПП не записывается"),
    Quirk("no_own_ref_key", "1.6", False, "Свой Ref_Key в POST не принимается: 1С даёт новый"),
    Quirk("posted_in_body_posts", "1.6", False, "«Posted: true» в теле действительно проводит документ"),
    Quirk("uppercase_guids", "7.3", False, "Ссылки приходят заглавными буквами"),
    Quirk("delete_fails", "1.6", False, "DELETE отвечает 500, как в 1С:Фреш"),
    Quirk("empty_post_needs_length", "1.6", False, "POST без тела и без Content-Length: 411 от IIS"),
    Quirk("short_urls", "1.4", False, "Длинный адрес: 400 и 404.15 от IIS"),
    Quirk("top_capped", "1.5", False, "$top не отдаёт больше 1000"),
    Quirk("html_login_page_200", "1.7", False, "Вместо данных страница входа: 200 и HTML"),
    Quirk("exception_body", "1.7", False, "Ошибка 500 приходит исключением платформы, а не odata.error"),
    Quirk("maintenance_403", "1.7", False, "Начало сеанса запрещено: технические работы, 403"),
    Quirk("hidden_row_401", "1.4", False, "Первая строка набора скрыта правами: 401 без allowedOnly=true"),
    Quirk("lost_publication", "1.1", False, "Состав публикации потерян: ни одного набора"),
)  # fmt: skip
BY_NAME = {each.name: each for each in QUIRKS}


class Quirks:
    """Which oddities are on. The switches live in the base, as a real one keeps its ways over a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, name: str) -> bool:
        default = BY_NAME[name].on
        return self._store.setting(f"quirk:{name}", "on" if default else "off") == "on"

    def switch(self, name: str, on: bool) -> None:
        known = BY_NAME[name]
        self._store.set(f"quirk:{known.name}", "on" if on else "off")

    def as_table(self) -> dict[str, dict[str, object]]:
        return {
            each.name: {"on": self[each.name], "default": each.on, "title": each.title, "source": each.source}
            for each in QUIRKS
        }
