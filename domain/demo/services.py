"""The catalogue of the direction «Подряд и услуги»: fire safety and windows."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from domain.quotes import importing
from domain.quotes.importing import Described

SERVICES = (
    ("Проект АПС и СОУЭ", "АПС-01", "компл", 180_000),
    ("Извещатель дымовой, монтаж", "АПС-12", "шт", 1_850),
    ("Прокладка огнестойкого кабеля", "АПС-20", "м", 240),
    ("Пусконаладка системы", "АПС-40", "компл", 150_000),
    ("Вывод сигнала на пульт 01", "АПС-51", "компл", 100_000),
    ("Огнезащитная обработка чердака", "ОГЗ-01", "м²", 320),
    ("Огнезащита металлоконструкций", "ОГЗ-04", "м²", 1_150),
    ("Спринклерная секция, монтаж", "АУП-07", "компл", 96_000),
    ("Вентилятор дымоудаления, монтаж", "ДУ-03", "шт", 84_000),
    ("Дверь противопожарная EI 60", "ДП-60", "шт", 38_500),
    ("Огнетушитель ОП-4, поставка", "ОТ-04", "шт", 1_290),
    ("Остекление лоджии, тёплый контур", "ОК-11", "м²", 14_200),
    ("Окно ПВХ двухкамерное, монтаж", "ОК-01", "м²", 11_800),
    ("Замер", "ОК-00", "выезд", 0),
)


def offer(session: Session, *, now: datetime) -> None:
    described = [
        Described(
            name=name, article=article, measure=measure, vat="Без НДС", price=Decimal(price), on_offer=True
        )
        for name, article, measure, price in SERVICES
    ]
    importing.add(session, described, now=now)
