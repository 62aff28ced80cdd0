"""Passkeys in headless Chromium, with the virtual authenticator of its developer tools: added, used alone and beside the password, removed."""
import sys

import pypdf
import pytest

from conftest import ARTIFACTS
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    with System(tmp_path_factory.mktemp("passkeys")) as system:
        system.add_user("auditor", "auditor")
        yield system


@pytest.fixture(scope="module")
def browser(ward):
    driver = pages.chromium()
    # A phone that keeps its keys and knows the finger on it.
    driver.execute_cdp_cmd("WebAuthn.enable", {"enableUI": False})
    driver.authenticator = driver.execute_cdp_cmd("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})["authenticatorId"]
    yield driver
    driver.quit()


def credentials(driver):
    return driver.execute_cdp_cmd("WebAuthn.getCredentials", {"authenticatorId": driver.authenticator})["credentials"]


def sign_out(driver, base):
    driver.delete_all_cookies()
    driver.get(base + "/sign-in")
    pages.find(driver, "sign-in-account")


def test_a_passkey_from_its_making_to_its_end(ward, browser):
    base = ward.addresses["dashboardURL"]
    assert base.startswith("https://localhost:")
    pages.sign_in(browser, base, "auditor", PASSWORD)
    browser.get(base + "/account")
    pages.find(browser, "add-passkey").click()
    pages.find(browser, "passkey-name").send_keys("blue phone")
    pages.find(browser, "dialog-password").send_keys(PASSWORD)
    pages.find(browser, "dialog-confirm").click()
    codes = [one.text for one in pages.find(browser, "recovery-codes").find_elements("tag name", "code")]
    assert len(set(codes)) == 10
    pages.find(browser, "recovery-codes-kept").click()
    assert "blue phone" in pages.find(browser, "passkeys").text
    pages.screenshot(browser, str(ARTIFACTS / "account-passkeys.png"))
    (made,) = credentials(browser)
    assert made["isResidentCredential"] and made["rpId"] == "localhost"

    # Alone.
    sign_out(browser, base)
    pages.screenshot(browser, str(ARTIFACTS / "sign-in-passkeys.png"))
    pages.find(browser, "sign-in-passkey").click()
    pages.find(browser, "nav-reports")

    # Beside the password; the password alone does not.
    sign_out(browser, base)
    pages.find(browser, "sign-in-account").send_keys("auditor")
    pages.find(browser, "sign-in-password").send_keys(PASSWORD)
    pages.find(browser, "sign-in-submit").click()
    pages.wait(browser, 20, lambda d: pages.find(d, "sign-in-problem").text, "the password alone is refused")
    pages.find(browser, "sign-in-password").send_keys(PASSWORD)
    pages.find(browser, "sign-in-password-passkey").click()
    pages.find(browser, "nav-reports")

    # A finger that the phone does not know.
    sign_out(browser, base)
    browser.execute_cdp_cmd("WebAuthn.setUserVerified", {"authenticatorId": browser.authenticator, "isUserVerified": False})
    pages.find(browser, "sign-in-passkey").click()
    pages.wait(browser, 20, lambda d: "No passkey was used" in pages.find(d, "sign-in-problem").text, "refused by the phone")
    browser.execute_cdp_cmd("WebAuthn.setUserVerified", {"authenticatorId": browser.authenticator, "isUserVerified": True})
    pages.find(browser, "sign-in-passkey").click()
    pages.find(browser, "nav-reports")

    # Removed, proved by itself; it opens nothing afterwards.
    browser.get(base + "/account")
    pages.find(browser, "remove-passkey").click()
    pages.find(browser, "dialog-password").send_keys(PASSWORD)
    pages.find(browser, "dialog-confirm").click()
    pages.wait(browser, 20, lambda d: not d.find_elements("css selector", '[data-testid="remove-passkey"]'), "the passkey is gone")
    sign_out(browser, base)
    pages.find(browser, "sign-in-passkey").click()
    pages.wait(browser, 20, lambda d: pages.find(d, "sign-in-problem").text, "a removed passkey is refused")


def test_the_reports_page(ward, browser, tmp_path):
    base = ward.addresses["dashboardURL"]
    sign_out(browser, base)
    pages.sign_in(browser, base, "auditor", PASSWORD)
    browser.get(base + "/reports")
    for kind in ("access", "keys", "audit"):
        pages.find(browser, "report-kind").find_element("css selector", f'option[value="{kind}"]').click()
        pages.find(browser, "report-draw").click()
        pages.wait(browser, 30, lambda d, kind=kind: f"/api/reports/{kind}" in pages.find(d, "report-csv").get_attribute("href"), f"the report on {kind}")
        assert "SHA-256" in pages.find(browser, "report-seal").text
        pages.screenshot(browser, str(ARTIFACTS / f"reports-{kind}.png"))
    assert "The log is whole." in pages.find(browser, "report").text
    # As files: what stands in the sheet is on the page, and the printed one opens.
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    for kind in ("csv", "pdf"):
        pages.find(browser, f"report-{kind}").click()
    (sheet,), (print_out,) = (until(lambda end=end: list(tmp_path.glob(f"*.{end}")), f"no {end}", 20) for end in ("csv", "pdf"))
    assert "read-audit" in sheet.read_text() or "verify" in sheet.read_text(), sheet.read_text()[:500]
    assert pypdf.PdfReader(print_out).pages
    # Narrowed to a person; what cannot be is said before anything is asked.
    pages.find(browser, "report-kind").find_element("css selector", 'option[value="access"]').click()
    pages.find(browser, "report-account").send_keys("nobody-here")
    pages.find(browser, "report-draw").click()
    pages.wait(browser, 30, lambda d: "nobody-here" in pages.find(d, "report").text, "the report is not of one person")
    browser.execute_script("const [from, until] = ['report-from', 'report-until'].map(id => document.querySelector(`[data-testid=${id}]`)); until.value = from.value; from.stepUp(1)")
    pages.find(browser, "report-draw").click()
    pages.wait(browser, 10, lambda d: "ends before it begins" in pages.find(d, "report-problem").text, "a period that runs backwards is asked for")
    assert browser.switch_to.active_element.get_attribute("data-testid") == "report-until"
    # With a report on it, at every size and in both themes, by keyboard and for screen readers.
    pages.screens(browser, "reports-filled")
    pages.check_keyboard(browser)
