"""The words of workbooks. They are a format, the same in any language: what is taken out must come back."""

from domain.estate.models import Availability, Finish, UnitKind, UnitStatus

KINDS = {
    UnitKind.FLAT: "Квартира",
    UnitKind.PARKING: "Машино-место",
    UnitKind.STORAGE: "Кладовая",
    UnitKind.COMMERCIAL: "Коммерческое",
}
FINISHES = {
    Finish.NONE: "Без отделки",
    Finish.ROUGH: "Черновая",
    Finish.PRE_FINE: "Предчистовая",
    Finish.FINE: "Чистовая",
}
AVAILABILITIES = {
    Availability.ON_SALE: "В продаже",
    Availability.CONTRACT: "На договоре",
    Availability.SOLD: "Продано",
    Availability.OFF: "Не в продаже",
}
STATUSES = {
    UnitStatus.FREE: "Свободно",
    UnitStatus.BOOKED: "Забронировано",
    UnitStatus.CONTRACT: "На договоре",
    UnitStatus.SOLD: "Продано",
    UnitStatus.OFF: "Не в продаже",
}
NO_PRICE = "нет"
"""In the column of prices: the price is taken away. An empty cell says nothing."""

ALSO_KINDS = {
    "кв": UnitKind.FLAT, "апартаменты": UnitKind.FLAT, "студия": UnitKind.FLAT,
    "машиноместо": UnitKind.PARKING, "паркинг": UnitKind.PARKING, "парковка": UnitKind.PARKING,
    "кладовка": UnitKind.STORAGE, "кладовое помещение": UnitKind.STORAGE,
    "коммерческое помещение": UnitKind.COMMERCIAL, "нежилое": UnitKind.COMMERCIAL,
    "офис": UnitKind.COMMERCIAL,
}  # fmt: skip
ALSO_FINISHES = {"нет": Finish.NONE, "white box": Finish.PRE_FINE, "вайтбокс": Finish.PRE_FINE}
ALSO_AVAILABILITIES = {
    "свободно": Availability.ON_SALE, "свободна": Availability.ON_SALE,
    "договор": Availability.CONTRACT, "продана": Availability.SOLD, "снято с продажи": Availability.OFF,
}  # fmt: skip
