"""A full exchange takes off sale what it does not name: at its last catalogue file, or when 1C says so."""

from sqlmodel import Session, select

from domain.estate import Availability, Unit
from domain.exchange.models import Message, MessageState
from tests.web.onec.conftest import OneC, work_off, zipped
from tests.world import commerceml as xml


def full(*numbers: int, version: str = "2.07") -> str:
    goods = xml.catalogue(*map(xml.flat, numbers), only_changes=False)
    return xml.document(xml.classifier(), goods, version=version)


def off_sale(session: Session) -> set[str]:
    session.expire_all()
    off = select(Unit.number).where(
        Unit.availability == Availability.OFF, Unit.number > "100", Unit.number < "200"
    )
    return {number for number in session.exec(off) if len(number) == 3}


def deactivate(onec: OneC, timestamp: str) -> str:
    for _turn in range(4):
        answer = onec.call("deactivate", timestamp=timestamp)
        if not answer.startswith("progress\n"):
            return answer
        work_off()
    raise AssertionError(answer)


def entered(onec: OneC) -> str:
    """A new exchange; returns the timestamp 1C was told."""
    lines = onec.call("checkauth").splitlines()
    onec.cookies = {lines[1]: lines[2]}
    onec.call("init")
    return lines[-1].removeprefix("timestamp=")


def test_a_flat_that_a_full_file_lacks_goes_off_sale(onec_calls: OneC, session: Session) -> None:
    onec_calls.exchange(import0_1=full(*range(101, 111)))
    answer = onec_calls.exchange(import0_1=full(*range(101, 110)))
    assert answer[0].endswith("снято с продажи 1 помещение")
    assert off_sale(session) == {"110"}


def test_a_full_file_that_lacks_too_many_is_refused_whole(onec_calls: OneC, session: Session) -> None:
    onec_calls.exchange(import0_1=full(*range(101, 111)))
    changed = full(*range(101, 106)).replace("Свободна", "Продана")
    answer = onec_calls.exchange(import0_1=changed)[0]
    assert answer.startswith("failure\nВ полной выгрузке не хватает 5 из 10 помещений")
    assert off_sale(session) == set()
    still = session.exec(select(Unit.availability).where(Unit.number == "101")).one()
    assert still is Availability.ON_SALE


def test_parts_of_one_catalogue_are_counted_together(onec_calls: OneC, session: Session) -> None:
    onec_calls.exchange(import0_1=full(*range(101, 111)))
    answers = onec_calls.exchange(import0_1=full(*range(101, 106)), import0_2=full(*range(106, 111)))
    assert all(answer.startswith("success") for answer in answers)
    assert off_sale(session) == set()


def test_parts_inside_an_archive_are_counted_together(onec_calls: OneC, session: Session) -> None:
    onec_calls.exchange(import0_1=full(*range(101, 111)))
    onec_calls.enter()
    onec_calls.send("a.zip", zipped(import0_1=full(*range(101, 106)), import0_2=full(*range(106, 110))))
    assert onec_calls.take("import0_1.xml").startswith("success")
    assert onec_calls.take("import0_2.xml").endswith("снято с продажи 1 помещение")
    assert off_sale(session) == {"110"}


def test_the_new_schema_says_itself_when_it_is_over(onec_calls: OneC, session: Session) -> None:
    entered(onec_calls)
    onec_calls.send("import.xml", full(*range(101, 111), version="3.1"))
    onec_calls.take("import.xml")

    timestamp = entered(onec_calls)
    onec_calls.send("goods/1/import.xml", full(*range(101, 106), version="3.1"))
    onec_calls.take("goods/1/import.xml")
    onec_calls.send("goods/2/import.xml", full(*range(106, 110), version="3.1"))
    onec_calls.take("goods/2/import.xml")
    assert off_sale(session) == set()

    assert deactivate(onec_calls, timestamp).endswith("снято с продажи 1 помещение")
    assert off_sale(session) == {"110"}


def test_deactivate_takes_nothing_away_after_a_refused_file(onec_calls: OneC, session: Session) -> None:
    onec_calls.exchange(import0_1=full(*range(101, 111)))
    timestamp = entered(onec_calls)
    onec_calls.send("import0_1.xml", full(*range(101, 110))[:-100])
    onec_calls.take("import0_1.xml")
    assert deactivate(onec_calls, timestamp).startswith("failure\nОдин из файлов этого обмена не принят")
    assert off_sale(session) == set()


def test_deactivate_waits_for_files_that_are_being_taken(onec_calls: OneC) -> None:
    timestamp = entered(onec_calls)
    onec_calls.send("import0_1.xml", full(101))
    onec_calls.call("import", filename="import0_1.xml")
    assert onec_calls.call("deactivate", timestamp=timestamp).startswith("progress\n")


def test_deactivate_above_the_limit_is_refused_and_seen_on_the_exchange_screen(
    onec_calls: OneC, session: Session
) -> None:
    entered(onec_calls)
    onec_calls.send("import.xml", full(*range(101, 111), version="3.1"))
    onec_calls.take("import.xml")
    timestamp = entered(onec_calls)
    onec_calls.send("import.xml", full(101, version="3.1"))
    onec_calls.take("import.xml")

    assert deactivate(onec_calls, timestamp).startswith("failure\nВ полной выгрузке не хватает 9 из 10")
    refused = session.exec(select(Message).where(Message.kind == "vanished")).one()
    assert refused.state is MessageState.DEAD
    assert off_sale(session) == set()
