"""The company's trade: funnels, clients, deals on every stage, bookings, steps and talk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlmodel import Session, col, select

from domain import deals, parties
from domain.access import User
from domain.activities import comments, planning
from domain.deals import Deal, Funnel, Stage, StageKind, StagePlan
from domain.demo import names
from domain.estate import Availability, Building, Floor, Section, Unit, UnitKind
from domain.kernel import formats
from domain.parties import companies

WON, LOST = StageKind.WON, StageKind.LOST

FUNNELS: dict[str, tuple[StagePlan, ...]] = {
    "Квартиры": (
        StagePlan("Новая заявка", norm_days=1),
        StagePlan("Потребность выяснена", ("next_step",), 3),
        StagePlan("Показ проведён", ("next_step",), 5),
        StagePlan("Бронь", ("active_booking", "amount", "next_step"), 7),
        StagePlan("Договор согласован", ("active_booking", "amount", "next_step"), 5),
        StagePlan("Договор подписан", ("active_booking", "amount"), 14),
        StagePlan("Продана", ("active_booking", "amount"), kind=WON),
        StagePlan("Отказ", kind=LOST),
    ),
    "Подряд и услуги": (
        StagePlan("Новая заявка", norm_days=1),
        StagePlan("Расчёт запрошен", ("next_step",), 3),
        StagePlan("КП отправлено", ("amount", "next_step"), 7),
        StagePlan("Договор согласуют", ("amount", "next_step"), 3),
        StagePlan("Работы идут", ("amount",), 30),
        StagePlan("Ждёт закрытия", ("amount", "next_step"), 5),
        StagePlan("Завершены", ("amount",), kind=WON),
        StagePlan("Отказ", kind=LOST),
    ),
    "Монтаж": (
        StagePlan("Поступила из продаж", norm_days=1),
        StagePlan("Замер проведён", ("next_step",), 3),
        StagePlan("Бригада назначена", ("amount", "next_step"), 2),
        StagePlan("Смонтировано", ("amount",), 10),
        StagePlan("Акт подписан", ("amount",), kind=WON),
        StagePlan("Отменена", kind=LOST),
    ),
    "Агентские": (
        StagePlan("Заявка агента", norm_days=1),
        StagePlan("Клиент закреплён", ("next_step",), 3),
        StagePlan("Показ проведён", ("next_step",), 5),
        StagePlan("Бронь", ("active_booking", "amount", "next_step"), 7),
        StagePlan("Договор подписан", ("active_booking", "amount"), kind=WON),
        StagePlan("Отказ", kind=LOST),
    ),
}

STEPS = (
    "Перезвонить после обеда", "Позвонить: выбрали ли этаж", "Показ в субботу", "Отправить планировки",
    "Уточнить про ипотеку", "Договориться о встрече", "Прислать расчёт рассрочки", "Узнать решение супруги",
    "Напомнить о сроке брони", "Согласовать дату договора", "Созвониться с агентом", "Подготовить договор",
)  # fmt: skip
WORK_STEPS = (
    "Звонок: уточнить объект", "Отправить бриф", "Готовность расчёта", "Правки к КП", "Узнать решение",
    "Согласование договора", "Осмотр объекта", "Акт на подпись", "Созвон с инженером", "Встреча на объекте",
)  # fmt: skip
WORDS = (
    "Просит окна во двор и не первый этаж.", "Смотрят ещё «Лесной квартал», сравнивают по отделке.",
    "Ипотека одобрена, банк ждёт номер квартиры.", "Приедут вдвоём, удобнее после 18:00.",
    "Нужна кладовая рядом с лифтом.", "Объект сдают в марте, сроки жёсткие.", "Смету просят по корпусам.",
)  # fmt: skip
SOURCES = ("сайт", "звонок", "пешеход", "агентство", "рекомендация", "реклама")


class Trade:
    """One telling of the same story: the same chance, the same clients, the same flats."""

    def __init__(self, session: Session, people: dict[str, User], *, now: datetime) -> None:
        self.session, self.people, self.now = session, people, now
        self.chance = Random(2026)
        self.sellers = [people["anna"], people["maria"], people["anna"], people["timur"], people["maria"]]
        self.told = 0

    def run(self) -> None:
        funnels = {name: deals.arrange(self.session, name, plan, by=None) for name, plan in FUNNELS.items()}
        self.sell_flats(funnels["Квартиры"], (7, 6, 8, 9, 5, 4, 6, 5), self.free_flats("Дом 2"))
        self.sell_flats(funnels["Агентские"], (3, 2, 3, 2, 1, 1), self.free_flats("Дом 3"))
        self.contract_works(funnels["Подряд и услуги"])
        self.install(funnels["Монтаж"])

    def sell_flats(self, funnel: Funnel, counts: tuple[int, ...], flats: Iterator[Unit]) -> None:
        stages = deals.stages_of(self.session, funnel.id)
        for place, count in enumerate(counts):
            for _number in range(count):
                self.sell_flat(funnel, stages, place, flats)

    def sell_flat(self, funnel: Funnel, stages: list[Stage], place: int, flats: Iterator[Unit]) -> None:
        seller = self.chance.choice(self.sellers)
        name, phone = names.client(self.chance, self.told)
        self.told += 1
        client = parties.find_or_add_person(self.session, name=name, phone=phone, by=seller, now=self.now)
        flat = next(flats)
        wish = ("Студия", "1-комнатная", "2-комнатная", "3-комнатная")[min(flat.rooms, 3)]
        title = f"{wish}, {flat.floor.section.building.project.name.removeprefix('ЖК ')}"
        deal = self.open(funnel, title, client, seller, amount=flat.price if place else None)
        target = stages[place]
        needs_flat = any("active_booking" in stage.rules for stage in stages[: place + 1])
        if needs_flat and target.kind is not LOST:
            days = self.chance.choice((3, 7, 7))
            deals.book(self.session, deal, flat, days=days, by=seller, now=self.now)
        self.walk(deal, stages[:2] if target.kind is LOST else stages[:place], target, seller, STEPS)

    def contract_works(self, funnel: Funnel) -> None:
        stages = deals.stages_of(self.session, funnel.id)
        for number, (name, subject, amount) in enumerate(names.COMPANIES):
            seller = self.chance.choice(self.sellers)
            client = companies.add_company(
                self.session, name=name, full_name=name, inn=names.company_inn(number), kpp="780101001",
                ogrn=names.company_ogrn(number), by=seller, now=self.now,
            )  # fmt: skip
            place = number % 8
            deal = self.open(funnel, subject, client, seller, amount=Decimal(amount))
            self.walk(deal, stages[:place], stages[place], seller, WORK_STEPS)

    def install(self, funnel: Funnel) -> None:
        stages = deals.stages_of(self.session, funnel.id)
        for place in (0, 0, 1, 2, 3, 4):
            seller = self.chance.choice(self.sellers)
            name, phone = names.client(self.chance, self.told)
            self.told += 1
            client = parties.find_or_add_person(self.session, name=name, phone=phone, by=seller, now=self.now)
            amount = Decimal(self.chance.randrange(60, 400) * 1000)
            deal = self.open(funnel, "Окна и остекление лоджии", client, seller, amount=amount)
            self.walk(deal, stages[:place], stages[place], seller, WORK_STEPS)

    def open(
        self,
        funnel: Funnel,
        title: str,
        client: parties.Person | parties.Company,
        by: User,
        *,
        amount: Decimal | None,
    ) -> Deal:
        opened = self.now - timedelta(days=self.chance.randrange(12, 40), hours=self.chance.randrange(10))
        return deals.open_deal(
            self.session, funnel=funnel, title=title, client=client, by=by, now=opened, amount=amount,
            source=self.chance.choice(SOURCES),
        )  # fmt: skip

    def walk(self, deal: Deal, passed: list[Stage], target: Stage, by: User, steps: tuple[str, ...]) -> None:
        """Through every stage on the way, evenly in time, with a step planned and some talk."""
        task = None
        if (target.kind is StageKind.OPEN and self.chance.random() < 0.9) or target.rules or passed:
            due = self.working_hour(days=self.chance.choice((-2, -1, 0, 0, 0, 1, 1, 2, 3, 4)))
            task = planning.plan(
                self.session,
                deal,
                title=self.chance.choice(steps),
                due_at=due,
                by=by,
                now=due - timedelta(days=3),
            )
        way = [
            stage
            for stage in [*passed[1:], *([target] if passed else [])]
            if stage.kind is StageKind.OPEN or stage is target
        ]
        gap = (self.now - deal.created_at) / (len(way) + 2)
        for number, stage in enumerate(way, start=1):
            at = deal.created_at + gap * number
            deals.move(self.session, deal, to=stage, version=deal.version, by=by, now=at)
        if self.chance.random() < 0.4:
            comments.comment(self.session, deal, text=self.chance.choice(WORDS), by=by, now=self.now)
        if task and target.kind is not StageKind.OPEN:
            planning.finish(self.session, task, by=by, now=self.now)

    def working_hour(self, *, days: int) -> datetime:
        """An hour of the office so many days from now, as people plan their calls."""
        hour, minute = self.chance.choice(((10, 0), (11, 30), (12, 15), (15, 0), (16, 30), (17, 45)))
        day = formats.here(self.now) + timedelta(days=days)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def free_flats(self, building: str) -> Iterator[Unit]:
        """Priced flats on sale, in an order that scatters over the building."""
        flats = list(
            self.session.exec(
                select(Unit)
                .join(Floor, col(Floor.id) == Unit.floor_id)
                .join(Section, col(Section.id) == Floor.section_id)
                .join(Building, col(Building.id) == Section.building_id)
                .where(
                    col(Building.name).startswith(building),
                    Unit.kind == UnitKind.FLAT,
                    Unit.availability == Availability.ON_SALE,
                )
                .order_by(col(Unit.id))
            )
        )
        self.chance.shuffle(flats)
        return iter(flats)


def run(session: Session, people: dict[str, User], *, now: datetime) -> None:
    Trade(session, people, now=now).run()
