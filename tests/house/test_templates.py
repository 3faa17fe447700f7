"""The rules of the house for templates, styles and scripts: those that a person would forget to check."""

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from jinja2 import nodes

from web import bundle
from web.assets import STATIC
from web.templating import TEMPLATES, environment

ROOT = TEMPLATES.parent
PAGES = sorted(TEMPLATES.rglob("*.html"))
PARTIALS = [path for path in PAGES if path.name.startswith("_")]
SHEETS = sorted((STATIC / "css").rglob("*.css"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
BEHAVIORS = {path.stem for path in (STATIC / "js/behaviors").glob("*.js")}

HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", re.IGNORECASE)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


each_page = pytest.mark.parametrize("path", PAGES, ids=name)


@pytest.mark.parametrize("path", PARTIALS, ids=name)
def test_a_partial_says_what_it_needs(path):
    assert re.match(r"\{# needs: .+ #\}", path.read_text("utf-8")), "the first line is {# needs: … #}"


@each_page
def test_a_page_keeps_the_content_security_policy(path):
    text = path.read_text("utf-8")

    assert not re.search(r"<style|\sstyle\s*=", text), "the policy blocks inline style"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "the policy blocks inline scripts"
    assert not HANDLER.search(text), "the policy blocks inline handlers"
    assert not re.search(r"hx-on|javascript:|[\"']js:|hx-trigger=\"[^\"]*\[", text), (
        "htmx would evaluate this"
    )
    assert not re.search(r"\b(?:src|href)=\"(?:https?:)?//", text), "nothing comes from elsewhere"


@each_page
def test_a_page_escapes_everything(path):
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))


@each_page
def test_every_form_that_changes_something_carries_the_token(path):
    for form in re.findall(r"<form\b.*?</form>", path.read_text("utf-8"), flags=re.DOTALL):
        if re.search(r'method="post"', form):
            assert "csrf_input()" in form, form[:120]
        else:
            assert not re.search(r"hx-(?:post|put|patch|delete)", form), (
                "it would do nothing without JavaScript"
            )


@each_page
def test_an_htmx_request_says_how_its_answer_is_taken(path):
    """Nothing leans on inheritance: htmx 4 asks for it by name, and a reader would have to look above.

    Without `hx-target` the answer is for the element itself.
    """
    for tag in re.findall(
        r"<[a-z]+\b[^>]*\bhx-(?:get|post|put|patch|delete)=[^>]*>", path.read_text("utf-8")
    ):
        assert "hx-swap=" in tag, tag


def test_every_template_is_understood():
    env = environment()
    for path in PAGES:
        env.get_template(path.relative_to(TEMPLATES).as_posix())


def test_every_template_that_is_included_exists():
    env = environment()
    for path in PAGES:
        for found in env.parse(path.read_text("utf-8")).find_all(
            (nodes.Include, nodes.Import, nodes.Extends, nodes.FromImport)
        ):
            if isinstance(found.template, nodes.Const):
                env.get_template(found.template.value)


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    asked = {
        match: name(path)
        for path in PAGES
        for match in re.findall(r"icon\(\s*\"([a-z0-9-]+)\"", path.read_text("utf-8"))
    }

    assert {icon: place for icon, place in asked.items() if icon not in bundle.icons()} == {}


def test_icons_are_listed_once_and_in_order():
    assert bundle.icons() == sorted(set(bundle.icons()))


def test_every_behaviour_that_is_asked_for_exists_and_is_asked_for():
    asked = set(
        chain.from_iterable(
            re.sub(r"{%.*?%}", "", found).split()
            for path in PAGES
            for found in re.findall(r'data-behavior="([^"]+)"', path.read_text("utf-8"))
        )
    )

    assert asked == BEHAVIORS


def test_colours_live_in_tokens_only():
    strays = {
        name(path): found
        for path in SHEETS
        if path.name != "tokens.css" and (found := COLOUR.findall(without_comments(path.read_text("utf-8"))))
    }

    assert strays == {}


def test_every_custom_property_is_defined():
    whole = "".join(without_comments(path.read_text("utf-8")) for path in SHEETS)
    defined = set(re.findall(r"(--[\w-]+)\s*:", whole))

    assert set(re.findall(r"var\((--[\w-]+)", whole)) - defined == set()


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_a_style_sheet_speaks_in_a_declared_layer(path):
    text = without_comments(path.read_text("utf-8")).strip()
    declared = set(re.search(r"@layer ([\w, ]+);", (STATIC / "css/tokens.css").read_text())[1].split(", "))

    used = set(re.findall(r"@layer (\w+) \{", text))
    assert used <= declared
    if path.name != "tokens.css":
        assert (
            re.sub(r"@layer \w+ \{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}", "", text).strip()
            == ""
        )


def test_every_class_of_a_page_has_a_style_or_a_script():
    """A misspelt class is silent: nothing looks wrong until somebody looks."""
    known = set(
        re.findall(
            r"\.(-?[a-zA-Z_][\w-]*)", "".join(without_comments(path.read_text("utf-8")) for path in SHEETS)
        )
    )
    scripted = "".join(path.read_text("utf-8") for path in SCRIPTS)
    stray: dict[str, str] = {}
    for path in PAGES:
        told = re.sub(r"\{\{.*?\}\}", "\0", re.sub(r"\{[#%].*?[#%]\}", " ", path.read_text("utf-8")))
        for word in chain.from_iterable(value.split() for value in re.findall(r'\bclass="([^"]*)"', told)):
            if "\0" not in word and word not in known and word not in scripted:
                stray[word] = name(path)

    assert stray == {}


def test_every_style_is_of_something():
    """A rule nobody's class asks for is weight every visitor carries."""
    spoken = "".join(path.read_text("utf-8") for path in [*PAGES, *SCRIPTS, *(ROOT / "web").rglob("*.py")])
    words = set(re.findall(r"[\w-]+", spoken))
    begun = set(re.findall(r"([\w-]+)(?=\{|\$\{|['\"] ~)", spoken))  # sec-4, x2, s-free: the end is put in

    styled = {word for path in SHEETS for word in classes(path)} - words
    assert {word for word in styled if re.sub(r"(\d+|[a-z]+)$", "", word) not in begun} == set()


def test_a_class_of_pages_is_of_one_area():
    """Two areas that call different things by one name change each other's looks."""
    owners: dict[str, set[str]] = {}
    for path in SHEETS:
        for selector in selectors(path):
            if alone := re.fullmatch(r"\.([\w-]+)", selector):
                owners.setdefault(alone[1], set()).add(path.stem)
    areas = {path.stem for path in (STATIC / "css/modules").glob("*.css")}

    assert {word: found for word, found in owners.items() if len(found & areas) > 1} == {}


def selectors(path: Path) -> list[str]:
    heads = re.findall(r"([^{};]+)\{", without_comments(path.read_text("utf-8")))
    return [one.strip() for head in heads if not head.strip().startswith("@") for one in head.split(",")]


def classes(path: Path) -> list[str]:
    return re.findall(r"\.(-?[a-zA-Z_][\w-]*)", " ".join(selectors(path)))


def test_nothing_is_written_for_htmx_2():
    """Most examples are, so htmx brings a check; its guesses about inheritance are settled above."""
    check = STATIC / "node_modules/htmx.org/dist/scripts/upgrade-check.py"
    told = subprocess.run([sys.executable, check, TEMPLATES], capture_output=True, text=True, check=False)

    assert f"Scanning {len(PAGES)} file(s)" in told.stderr
    assert [line for line in told.stdout.splitlines() if "[inheritance]" not in line] == []
