"""The environment of templates: as safe as the plain one, and the parts every screen is made of."""

import enum
import gc
import weakref
from types import SimpleNamespace

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError
from markupsafe import Markup

from domain.access import Role
from web.navigation import bare
from web.templating import TEMPLATES, KarkasEnvironment, attributes, environment

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'apostrophes'"

EVERYTHING = """
{% macro cell(x, kind="plain") %}<td class="{{ kind }}">{{ x }}
{{ caller() if caller is defined }}</td>{% endmacro %}
{{ text }}|{{ number }}|{{ fraction }}|{{ none }}|{{ yes }}|{{ trusted }}
{{ listed }}|{{ mapped }}|{{ chosen }}|{{ text ~ number }}
{{ text|upper }}|{{ text|e }}|{{ text|safe }}
{{ listed|join("<br>") }}|{{ trusted ~ text }}
{{ "%s and %s"|format(text, number) }}|{{ text|replace("<", "&") }}|{{ text|length }}|{{ html }}
{% for one in listed %}{{ loop.index }}{{ one }}{{ cell(one) }}{% else %}nothing{% endfor %}
{% call cell(text, kind=text) %}{{ text }}<b>{{ trusted }}</b>{% endcall %}
{% set block %}<i>{{ text }}</i>{% endset %}{{ block }}{{ block|striptags }}
{% set plain = text %}{{ plain }}{% with other = text %}{{ other }}{% endwith %}
{% filter upper %}{{ text }}<u>{% endfilter %}
{% autoescape false %}{{ text }}{{ trusted }}{% endautoescape %}
{% if text %}{{ text if yes else number }}{% endif %}{{ {"a": text}|tojson }}{{ {"title": text}|xmlattr }}
{{ number + 1 }}{{ fraction * 2 }}{{ (1, text) }}{{ text[:8] }}{{ yes and text }}{{ none or text }}
"""


class Chosen(enum.StrEnum):
    TAG = "<b>"


class Html:
    def __html__(self) -> str:
        return "<b>made safe by itself</b>"


CONTEXT = {
    "text": HOSTILE,
    "number": 1_840_000,
    "fraction": 54.3,
    "none": None,
    "yes": True,
    "trusted": Markup("<b>trusted</b>"),
    "listed": [HOSTILE, 7, Markup("<i>"), None],
    "mapped": {"<key>": HOSTILE},
    "chosen": Chosen.TAG,
    "html": Html(),
}


@pytest.mark.parametrize("autoescape", [True, False])
def test_quick_escaping_gives_exactly_what_the_plain_one_gives(autoescape):
    """The quick one leans on a private hook of jinja2: this is what allows it."""
    pages = [
        made(autoescape=autoescape, undefined=StrictUndefined).from_string(EVERYTHING).render(CONTEXT)
        for made in (Environment, KarkasEnvironment)
    ]

    assert pages[0] == pages[1]
    assert "&lt;script&gt;" in pages[1]


def test_quick_escaping_follows_an_autoescape_decided_while_rendering():
    source = "{% autoescape careful %}{{ text }}{{ trusted }}{% endautoescape %}"
    for careful in (True, False):
        plain, quick = (
            made(autoescape=True).from_string(source).render(CONTEXT, careful=careful)
            for made in (Environment, KarkasEnvironment)
        )
        assert plain == quick


def render(source: str, **context: object) -> str:
    with_parts = '{% import "ui/macros.html" as ui with context %}' + source
    return environment().from_string(with_parts).render({"request": None, **context}).strip()


def test_a_misspelt_name_is_an_error_and_not_an_empty_place():
    with pytest.raises(UndefinedError):
        render("{{ amuont }}")


@pytest.mark.parametrize("status", [403, 404, 409, 422, 500, 503])
@pytest.mark.parametrize("user", [None, SimpleNamespace(id=1, name="Анна Королёва", role=Role.MANAGER)])
def test_a_page_that_says_no_needs_nothing_but_its_words(status, user):
    """It is also shown when there is no database to ask for anything else."""
    request = SimpleNamespace(url=SimpleNamespace(path="/deals"), headers={}, scope={}, cookies={})
    drawn = (
        environment()
        .get_template("ui/error.html")
        .render(
            request=request,
            user=user,
            language="ru",
            **bare(request),  # type: ignore[arg-type]
            status=status,
            sentence="Так <нельзя>",
            reasons=("Заполните сумму",),
            fields={"phone": "Не хватает цифр"},
        )
    )

    assert "<h1>Так &lt;нельзя&gt;</h1>" in drawn
    assert "<title>Так &lt;нельзя&gt; — Каркас</title>" in drawn
    assert "<li>Заполните сумму</li>" in drawn
    assert "<li>Не хватает цифр</li>" in drawn
    assert ("Повторить" in drawn) == (status == 503)


def test_attributes():
    given = {"required": True, "autofocus": False, "maxlength": 64, "title": HOSTILE, "list": None}

    assert attributes(given) == (
        ' required maxlength="64" title="&lt;script&gt;alert(1)&lt;/script&gt; &amp; '
        '&#34;quotes&#34; &#39;apostrophes&#39;"'
    )


def test_an_icon_is_for_the_eye_only():
    assert 'class="i i-s" aria-hidden="true"' in render('{{ icon("phone", "s") }}')
    assert 'icons.svg#phone"/>' in render('{{ icon("phone") }}')


def test_a_button():
    drawn = render(
        '{{ ui.button(text, kind="p", sign="phone", size="s", attrs={"name": "go"}) }}', text="<b>"
    )

    assert drawn.startswith('<button type="submit" class="btn btn-p btn-s" name="go"><svg')
    assert drawn.endswith("&lt;b&gt;</button>")


def test_a_link_that_looks_like_a_button_leads_somewhere():
    assert render('{{ ui.link("Брони", "/bookings") }}') == '<a href="/bookings" class="btn">Брони</a>'


def test_a_field_says_its_error_to_the_eye_and_to_the_ear():
    drawn = render('{{ ui.field("inn", "ИНН", "78045123", error="Не хватает 2 цифр") }}')

    assert '<label for="f-inn">ИНН</label>' in drawn
    assert 'value="78045123" class="inp err" aria-invalid="true" aria-describedby="e-inn"' in drawn
    assert 'id="e-inn" class="note bad"' in drawn


def test_a_field_without_an_error_tells_its_hint():
    drawn = render('{{ ui.field("sum", "Сумма", none, hint="в рублях", optional=True) }}')

    assert 'value=""' in drawn
    assert "(необязательно)" in drawn
    assert 'id="e-sum" class="note muted">в рублях' in drawn
    assert "aria-invalid" not in drawn


def test_a_field_of_many_lines_keeps_what_was_typed():
    drawn = render(
        '{{ ui.textarea("text", "Заметка", text, error="Слишком длинно") }}', text="</textarea><b>"
    )

    assert "&lt;/textarea&gt;&lt;b&gt;</textarea>" in drawn
    assert 'aria-describedby="e-text"' in drawn


def test_a_list_of_choices_shows_the_chosen_one():
    drawn = render('{{ ui.select("days", "Срок", [(1, "один"), (3, "три")], "3", error="Выберите") }}')

    assert '<option value="3" selected>три</option>' in drawn
    assert '<option value="1">один</option>' in drawn
    assert 'aria-invalid="true" aria-describedby="e-days"' in drawn


def test_a_switch_is_radio_buttons_under_one_name():
    drawn = render('{{ ui.choice("days", "Держать", [(1, "1 день"), (3, "3 дня")], 3) }}')

    assert drawn.startswith('<fieldset class="field">')
    assert drawn.count('type="radio"') == 2
    assert 'value="3" checked' in drawn
    assert 'value="1">' in drawn


def test_a_title_block():
    drawn = render(
        '{{ ui.stamp([("Сумма", "1 840 000 ₽", "30 %", True), ("Объект", "корп. 1", "", False)]) }}'
    )

    assert '<dt>Сумма</dt><dd class="big">1 840 000 ₽ <small>30 %</small></dd>' in drawn
    assert "<dt>Объект</dt><dd>корп. 1</dd>" in drawn


def test_small_marks():
    assert render('{{ ui.tag("Продана", "sold") }}') == '<span class="tag sold">Продана</span>'
    assert 'title="Анна Королёва">АК</span>' in render('{{ ui.person("Анна Королёва", mine=True) }}')


def test_an_empty_place_says_why_and_what_to_do():
    drawn = render('{{ ui.empty("inbox", "Пусто", "Так бывает", "/deals", "К сделкам") }}')

    assert '<b class="b">Пусто</b>' in drawn
    assert '<a class="btn" href="/deals">К сделкам</a>' in drawn


def test_more_of_a_list_is_a_link_that_also_works_alone():
    drawn = render('{{ ui.more("/deals?shown=60", 12, "#stage-3") }}')

    assert 'href="/deals?shown=60" hx-get="/deals?shown=60" hx-target="#stage-3"' in drawn
    assert "Показать ещё 12" in drawn


def test_no_template_imports_with_its_context():
    """Macros made anew for a page hold its request, and all it has read, until garbage is collected."""
    found = [path.name for path in TEMPLATES.rglob("*.html") if "with context" in path.read_text("utf-8")]

    assert found == []


def test_a_page_that_imports_macros_leaves_nothing_to_the_collector():
    page = environment().from_string('{% import "ui/macros.html" as ui %}{{ ui.person(name) }}')
    name = Name("Анна Королёва")
    gone = weakref.ref(name)
    gc.disable()
    try:
        page.render(name=name)
        del name
        assert gone() is None
    finally:
        gc.enable()


class Name(str):
    """A text that can be watched."""
