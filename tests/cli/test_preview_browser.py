"""The preview in a real browser: filters, slider, labels, keyboard; and no request leaves the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.read import rejects, rows

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("jinja2")
BROWSER = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no browser (on Debian: apt-get install chromium-headless-shell)"
)

HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A data set with more samples than a page shows, one of them flagged for a hostile reason."""
    folder = tiny_data_set(tmp_path_factory.mktemp("browser"), identities=4, photos=2, variants=9)
    changed = [dict(row) for row in rows(folder)]
    changed[5] |= {"verdict": "flagged", "reason": HOSTILE, "identity": HOSTILE}
    (folder / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in changed))
    assert invoke(["preview", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(params=[(1300, 900), (390, 844)], ids=["desktop", "phone"])
def page(folder, browser, request) -> Iterator:
    """The opened page. Whatever it said on the console, or asked of a network, fails the test."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
    opened = context.new_page()
    said, asked = [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    address = (folder / "preview.html").as_uri()
    opened.goto(address)
    yield opened
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} == {address}
    context.close()


def visible(page, selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


def open_filters(page) -> None:
    if not page.locator("select[name=design]").is_visible():
        page.locator("#filters summary").click()


def test_rejects_come_first_and_pages_are_turned(page, folder):
    total, refused = sum(1 for _ in rows(folder)), sum(1 for _ in rejects(folder))
    assert visible(page, ".rejected li") == refused
    rejected = page.locator("#rejects").bounding_box()["y"]
    assert rejected < page.locator("#samples").bounding_box()["y"]
    assert visible(page, ".card") == 60 and "Page 1 of 2" in page.locator("#page").inner_text()
    page.locator("#next").click()
    assert visible(page, ".card") == total - 60
    assert page.locator("#next").is_disabled()


def test_filters_hide_and_show(page, folder):
    open_filters(page)
    table = list(rows(folder))
    for name in ("design", "wearing", "colour", "nose", "identity", "verdict"):
        for value in {row[name] for row in table}:
            page.locator(f"select[name={name}]").select_option(value)
            expected = sum(row[name] == value for row in table)
            assert visible(page, ".card") == min(expected, 60), (name, value)
            said = page.locator("#found").inner_text()
            assert f"{expected} sample" in said and value.lower() in said.lower()
        assert visible(page, ".rejected li") == 0
        page.get_by_role("button", name="Clear").click()
        assert visible(page, ".card") == 60 and visible(page, ".rejected li") == 1
    page.locator("select[name=verdict]").select_option("rejected")
    assert visible(page, ".card") == 0 and visible(page, ".rejected li") == 1
    page.get_by_role("button", name="Clear").click()
    page.locator("input[name=text]").fill(table[3]["sample_id"].upper())
    assert visible(page, ".card") == 1


def shown_of_the_photo(page, card) -> float:
    """Share of a card's width in which the photo covers the masked picture, as the browser lays it out."""
    return card.locator(".before").evaluate(
        "e => 1 - parseFloat(getComputedStyle(e).clipPath.match(/inset\\(\\S+ ([\\d.]+)/)[1]) / 100"
    )


def test_the_slider_moves_by_mouse_and_by_keyboard(page):
    card = page.locator(".card").first
    card.scroll_into_view_if_needed()
    assert shown_of_the_photo(page, card) == 0
    box = card.locator(".pair").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    moved = shown_of_the_photo(page, card)
    assert 0.65 < moved < 0.85
    card.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert shown_of_the_photo(page, card) == pytest.approx(0.03)
    page.locator(".show input[value='100']").check(force=True)
    assert shown_of_the_photo(page, page.locator(".card").nth(1)) == 1


def test_a_click_shows_all_labels_and_keys_go_on_from_there(page, folder):
    table = list(rows(folder))
    page.locator(".card .open").nth(2).click()
    dialog = page.locator("#labels")
    text = dialog.inner_text()
    for value in (table[2]["sample_id"], table[2]["sha256"], table[2]["licence"], table[2]["photo"]):
        assert value in text
    dialog.locator("#close").focus()
    page.keyboard.press("ArrowRight")
    assert table[3]["sample_id"] in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    # A dialog says that it closed in a task of its own, and only then gives the focus back.
    page.wait_for_function("document.activeElement.closest('.card')?.id === 's3'")
    page.keyboard.press("Enter")
    dialog.wait_for(state="visible")
    assert table[3]["sample_id"] in dialog.inner_text()


def test_what_rows_say_is_never_run(page):
    assert page.title() == "data: preview"
    card = page.locator(".card").nth(5)
    assert HOSTILE in card.inner_text()
    card.locator(".open").click()
    assert HOSTILE in page.locator("#labels-title").inner_text() and page.title() == "data: preview"


def test_it_is_readable_by_night_and_fits_the_window(page):
    page.emulate_media(color_scheme="dark")
    colours = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    brightness = [sum(map(int, colour[4:-1].split(","))) / 3 for colour in colours]
    assert brightness[0] < 60 and brightness[1] > 190
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 246, 244)"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_both_pictures_stand_side_by_side(page):
    page.emulate_media(media="print")
    before, after = (page.locator(f".card .{name}").first.bounding_box() for name in ("before", "after"))
    assert before["x"] + before["width"] <= after["x"] + 1
    assert before["width"] == pytest.approx(after["width"], abs=1)
    assert visible(page, "#filters select") == 0
