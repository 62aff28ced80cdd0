"""One person at a browser: signs in, finds things by their test ids, and waits for what has to be there."""
import sys

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By

from system import PASSWORD, ROOT

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

# A narrow phone: 360 CSS pixels.
PHONE = (360, 780)
SIZES = {"phone": PHONE, "laptop": pages.LAPTOP, "wall": pages.WALL}

# Controls of the page (not of the frame round it) that are smaller than a fingertip: 44 CSS pixels (WCAG 2.2, 2.5.5). A box to tick counts with its
# label; a link within a line of text is excepted.
_SMALL = """
  const scope = document.querySelector("dialog[open]") ?? document.querySelector("main");
  return [...scope.querySelectorAll("a[href], button, input, select, summary")].filter(one => {
    if (!one.checkVisibility({visibilityProperty: true}) || one.matches("p a, dd a, td a, .alert-facts a")) return false;
    const target = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one;
    const box = target.getBoundingClientRect();
    return box.width > 0 && (box.height < 43.5 || box.width < 43.5);
  }).map(one => `${one.tagName} ${one.dataset.testid ?? ""} "${one.textContent.trim().slice(0, 30)}" ${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`).slice(0, 12);
"""


class Reader:
    """A browser of one person; signed in unless there is no account."""

    def __init__(self, base, account=None, password=PASSWORD, **options):
        self.base, self.account = base, account
        self.driver = pages.chromium(**options)
        if account:
            pages.sign_in(self.driver, base, account, password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def go(self, path, shown):
        self.driver.get(self.base + path)
        return self.find(shown)

    def find(self, test_id, seconds=20):
        return pages.find(self.driver, test_id, seconds)

    def all(self, selector):
        return [one for one in self.driver.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]

    def has(self, test_id):
        return bool(self.all(f'[data-testid="{test_id}"]'))

    def until(self, fact, what, seconds=20):
        """Waits for a fact; what the page draws anew meanwhile is looked for again."""
        try:
            return pages.wait(self.driver, seconds, lambda _: fact(), "")
        except TimeoutException as late:
            shown = self.driver.execute_script("return (document.querySelector('dialog[open]') ?? document.querySelector('main'))?.innerText ?? ''")
            raise AssertionError(f"after {seconds} s: {what}, at {self.driver.current_url}, which shows: {shown[:600]!r}") from late

    def shown(self, selector, seconds=20):
        return self.until(lambda: next(iter(self.all(selector)), None), f"no {selector} is shown", seconds)

    def gone(self, selector, seconds=20):
        self.until(lambda: not self.all(selector), f"{selector} stays", seconds)

    def says(self, test_id, text, seconds=20):
        self.until(lambda: text in self.find(test_id).text, f"{test_id} does not say {text!r}", seconds)

    def into_view(self, element):
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        return element

    def unfold(self, words):
        """Opens what is folded under a heading."""
        def opened():
            summary = next(one for one in self.all("summary") if words in one.text)
            if summary.find_element(By.XPATH, "..").get_attribute("open") is None:
                self.into_view(summary).click()
            return True
        self.until(opened, f"nothing is folded under {words!r}")

    def click(self, test_id):
        """Clicks in the middle of the window, where nothing lies over it."""
        def clicked():
            self.into_view(self.find(test_id)).click()
            return True
        self.until(clicked, f"{test_id} cannot be clicked")

    def write(self, test_id, text):
        element = self.into_view(self.find(test_id))
        element.clear()
        element.send_keys(text)

    def press(self, key):
        self.driver.switch_to.active_element.send_keys(key)

    def escape(self):
        pages.press(self.driver, "Escape", 27)
        self.gone("dialog")

    def focused(self):
        return self.driver.execute_script("return document.activeElement?.dataset.testid ?? document.activeElement?.tagName")

    def confirm(self, reason=None):
        """Agrees to the question that is open."""
        if reason:
            self.find("dialog-reason").send_keys(reason)
        self.click("dialog-confirm")
        self.gone("dialog")

    def too_small(self):
        """What a finger would miss on this page or in its dialog."""
        return self.driver.execute_script(_SMALL)

    def refusals(self, *statuses):
        """Takes away what the browser itself writes down of requests that are refused on purpose; anything else fails."""
        others = [one for one in pages.console_errors(self.driver) if not any(f"status of {status}" in one for status in statuses)]
        assert others == [], others
