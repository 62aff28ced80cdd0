import pytest

import pages
import synthetic_ward


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests that need no sign-in: the stand-in server asks for none."""
    driver = pages.chromium()
    yield driver
    driver.quit()


@pytest.fixture
def clean(browser):
    """Whatever the console said during the test is a failure."""
    pages.emulate(browser, pages.LAPTOP, False)
    with pages.clean_console(browser):
        yield browser
        # How the ward was looked at is kept; the next test begins as somebody new.
        browser.execute_script("if (location.protocol.startsWith('http')) localStorage.clear()")


@pytest.fixture(scope="module")
def ward():
    """Twelve patients, each as well as can be."""
    with synthetic_ward.SyntheticWard(12) as ward:
        yield ward
