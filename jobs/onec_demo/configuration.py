"""The configuration of the demo base, in the manner of УТ 11 with a developer's own objects. One table."""

from jobs.onec_demo.declaring import (
    any_ref,
    catalog,
    date,
    document,
    extra_attributes,
    flag,
    goods,
    number,
    ref,
    table,
    text,
    whole,
)
from jobs.onec_demo.schema import Schema

UNIT_STATUSES = ("Свободна", "Забронирована", "НаДоговоре", "Продана", "НеВПродаже")
UNIT_KINDS = ("Квартира", "Студия", "Апартаменты", "КоммерческоеПомещение", "МашиноМесто", "Кладовая")
RESERVATION_STATUSES = ("Активна", "Снята")

COUNTERPARTIES = catalog(
    "Контрагенты",
    text("НаименованиеПолное"),
    text("ЮридическоеФизическоеЛицо", choices=("ЮридическоеЛицо", "ФизическоеЛицо")),
    text("ЮрФизЛицо", choices=("ЮрЛицо", "ЮрЛицоНеРезидент", "ИндивидуальныйПредприниматель", "ФизЛицо")),
    text("ИНН"),
    text("КПП"),
    text("РегистрационныйНомер"),
    text("КодПоОКПО"),
    text("НалоговыйНомер"),
    ref("Партнер", "Catalog_Партнеры"),
    ref("ГоловнойКонтрагент", "Catalog_Контрагенты"),
    flag("ОбособленноеПодразделение"),
    ref("СтранаРегистрации", "Catalog_СтраныМира"),
    text("ДополнительнаяИнформация"),
    folders=True,
    tables=(
        table(
            "Catalog_Контрагенты",
            "КонтактнаяИнформация",
            text("Тип"),
            ref("Вид", "Catalog_ВидыКонтактнойИнформации"),
            text("Представление"),
            text("Значение"),
            text("Страна"),
            text("Город"),
            text("АдресЭП"),
            text("НомерТелефона"),
        ),
        extra_attributes("Catalog_Контрагенты"),
        table("Catalog_Контрагенты", "ИсторияКПП", date("Период"), text("КПП")),
    ),
)

PARTNERS = catalog("Партнеры", text("НаименованиеПолное"), flag("Клиент"), flag("Поставщик"), folders=True)

COMPANIES = catalog(
    "Организации",
    text("НаименованиеПолное"),
    text("НаименованиеСокращенное"),
    text("ИНН"),
    text("КПП"),
    text("ОГРН"),
    text("Префикс"),
)

GOODS = catalog(
    "Номенклатура",
    text("НаименованиеПолное"),
    text("Артикул"),
    text("ТипНоменклатуры", choices=("Товар", "Услуга", "Работа")),
    text("Описание"),
    ref("ЕдиницаИзмерения", "Catalog_УпаковкиЕдиницыИзмерения"),
    text("СтавкаНДС"),
    number("Цена"),
    whole("СрокГодности"),
    folders=True,
    tables=(extra_attributes("Catalog_Номенклатура"),),
)

UNITS = catalog(
    "Помещения",
    text("ЖК"),
    text("Дом"),
    text("Подъезд"),
    whole("Этаж"),
    text("НомерПомещения"),
    text("ВидПомещения", choices=UNIT_KINDS),
    whole("КоличествоКомнат"),
    number("ОбщаяПлощадь"),
    number("ЖилаяПлощадь"),
    number("ПлощадьКухни"),
    text("Отделка"),
    number("Цена"),
    text("СтатусПомещения", choices=UNIT_STATUSES),
    prefix="ПМ-",
)

RESERVATIONS = document(
    "БронированиеПомещения",
    ref("Организация", "Catalog_Организации"),
    ref("Помещение", "Catalog_Помещения"),
    ref("Контрагент", "Catalog_Контрагенты"),
    date("ДатаОкончания"),
    number("Цена"),
    text("Статус", choices=RESERVATION_STATUSES),
    required=("Помещение_Key",),
)

INVOICES = document(
    "СчетНаОплатуКлиенту",
    ref("Организация", "Catalog_Организации"),
    ref("Контрагент", "Catalog_Контрагенты"),
    ref("Партнер", "Catalog_Партнеры"),
    number("СуммаДокумента"),
    flag("ЦенаВключаетНДС", default=True),
    text("НазначениеПлатежа"),
    text("ИдентификаторПлатежа"),
    date("СрокОплаты"),
    *any_ref("ДокументОснование"),
    tables=(
        goods("Document_СчетНаОплатуКлиенту"),
        table(
            "Document_СчетНаОплатуКлиенту",
            "ЭтапыГрафикаОплаты",
            date("ДатаПлатежа"),
            number("ПроцентПлатежа"),
            number("СуммаПлатежа"),
        ),
    ),
    required=("Организация_Key", "Контрагент_Key"),
)

SALES = document(
    "РеализацияТоваровУслуг",
    ref("Организация", "Catalog_Организации"),
    ref("Контрагент", "Catalog_Контрагенты"),
    ref("Партнер", "Catalog_Партнеры"),
    text("Статус"),
    number("СуммаДокумента"),
    flag("ЦенаВключаетНДС", default=True),
    text("ХозяйственнаяОперация"),
    *any_ref("ЗаказКлиента"),
    ref("СчетНаОплату", "Document_СчетНаОплатуКлиенту"),
    tables=(goods("Document_РеализацияТоваровУслуг"), extra_attributes("Document_РеализацияТоваровУслуг")),
    required=("Организация_Key", "Контрагент_Key"),
)

RECEIPTS = document(
    "ПоступлениеБезналичныхДенежныхСредств",
    ref("Организация", "Catalog_Организации"),
    ref("Контрагент", "Catalog_Контрагенты"),
    number("СуммаДокумента"),
    text("НазначениеПлатежа"),
    text("НомерВходящегоДокумента"),
    date("ДатаВходящегоДокумента"),
    flag("ПроведеноБанком"),
    date("ДатаПроведенияБанком"),
    text("ХозяйственнаяОперация"),
    tables=(
        table(
            "Document_ПоступлениеБезналичныхДенежныхСредств",
            "РасшифровкаПлатежа",
            ref("ОбъектРасчетов", "Catalog_ОбъектыРасчетов"),
            *any_ref("Заказ"),
            number("Сумма"),
            text("Комментарий"),
        ),
    ),
    required=("Организация_Key", "Контрагент_Key", "СуммаДокумента"),
)

SCHEMA = Schema((COMPANIES, COUNTERPARTIES, PARTNERS, GOODS, UNITS, RESERVATIONS, INVOICES, SALES, RECEIPTS))
NOTHING = Schema(())
