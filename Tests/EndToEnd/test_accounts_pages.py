"""A person's account in headless Chromium: a second factor, a new password, sign-ins that end, and a patient opened in an emergency."""
import sys

import pytest

from conftest import ARTIFACTS
from identity_provider import IdentityProvider
from phone import Phone
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

NEW_PASSWORD = "nine purple otters juggle"
OFFICER = "officer@example.org"


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    with IdentityProvider() as provider, System(tmp_path_factory.mktemp("accounts"), {"notifier.privacy-officer.to": OFFICER} | provider.settings) as system:
        mine = system.add_patient("Anna Albrecht", "bed-one")
        other = system.add_patient("Bernd Beck", "bed-two")
        system.command("user", "add", "nurse", "--role", "clinician", "--patients", mine, "--data-dir", system.data, stdin=PASSWORD + "\n")
        system.add_user("auditor", "auditor")
        yield system, mine, other


@pytest.fixture(scope="module")
def browser(ward):
    driver = pages.chromium()
    pages.sign_in(driver, ward[0].addresses["dashboardURL"], "nurse", PASSWORD)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def phone(ward, browser):
    """Enrols a phone by what the page shows."""
    browser.get(ward[0].addresses["dashboardURL"] + "/account")
    pages.find(browser, "add-second-factor").click()
    pages.find(browser, "dialog-password").send_keys(PASSWORD)
    pages.find(browser, "dialog-confirm").click()
    phone = Phone(pages.find(browser, "enrolment-secret").text)
    assert pages.find(browser, "qr").find_elements("css selector", "rect")
    pages.screenshot(browser, str(ARTIFACTS / "account-enrolment.png"))
    pages.find(browser, "enrolment-code").send_keys(phone.code())
    pages.find(browser, "confirm-enrolment").click()
    codes = [one.text for one in pages.find(browser, "recovery-codes").find_elements("tag name", "code")]
    assert len(set(codes)) == 10
    pages.screenshot(browser, str(ARTIFACTS / "account-recovery-codes.png"))
    pages.find(browser, "recovery-codes-kept").click()
    pages.find(browser, "remove-second-factor")
    return phone


def sign_in_with_code(driver, base, password, code):
    driver.get(base + "/sign-in")
    pages.find(driver, "sign-in-account").send_keys("nurse")
    pages.find(driver, "sign-in-password").send_keys(password)
    pages.find(driver, "sign-in-code").send_keys(code)
    pages.find(driver, "sign-in-submit").click()
    pages.find(driver, "sign-out", 20)


def test_a_code_is_needed_then_and_the_other_sign_in_can_be_ended(ward, browser, phone):
    base = ward[0].addresses["dashboardURL"]
    other = pages.chromium()
    try:
        pages.expect_sign_in_refused(other, base, "nurse", PASSWORD)
        assert pages.find(other, "sign-in-submit").is_enabled(), "nobody can try again"
        pages.screens(other, "sign-in-code")
        sign_in_with_code(other, base, PASSWORD, phone.code())
        browser.get(base + "/account")
        pages.find(browser, "end-sign-in").click()
        pages.wait(browser, 10, lambda d: not d.find_elements("css selector", '[data-testid="end-sign-in"]'), "it is still listed")
        other.get(base + "/account")
        pages.find(other, "sign-in-submit", 20)
    finally:
        other.quit()


def test_the_password_is_changed(ward, browser, phone):
    base = ward[0].addresses["dashboardURL"]
    browser.get(base + "/account")

    def change(new, code):
        for name, text in (("old-password", PASSWORD), ("new-password", new), ("new-password-again", new), ("password-code", code)):
            element = pages.find(browser, name)
            element.clear()
            element.send_keys(text)
        pages.find(browser, "change-password").click()

    change("password12345678", "000000")
    pages.wait(browser, 10, lambda d: pages.find(d, "password-problem").text, "a weak password is not refused in words")
    change(NEW_PASSWORD, phone.code())
    pages.find(browser, "toast", 15)
    pages.screens(browser, "account")
    pages.check_keyboard(browser)
    other = pages.chromium()
    try:
        sign_in_with_code(other, base, NEW_PASSWORD, phone.code())
    finally:
        other.quit()


def test_a_patient_is_opened_in_an_emergency(ward, browser, phone):
    system, mine, other = ward
    base = system.addresses["dashboardURL"]
    pages.expect_ward(browser, base, [mine])
    browser.find_element("css selector", "input[type=search]").send_keys(other)
    pages.find(browser, "break-glass").click()
    pages.find(browser, "dialog-reason").send_keys("called to bed two")
    pages.screenshot(browser, str(ARTIFACTS / "break-glass.png"))
    pages.find(browser, "dialog-confirm").click()
    pages.find(browser, "emergency-banner", 20)
    pages.check_accessibility(browser, '[data-testid="emergency-banner"]')
    pages.screenshot(browser, str(ARTIFACTS / "emergency.png"))
    until(lambda: [one for one in system.sinks.mails() if OFFICER.encode() in one and other.encode() in one],
          "the privacy officer has mail", 60)
    assert not any(b"called to bed two" in one for one in system.sinks.mails())
    auditor = pages.chromium()
    try:
        pages.sign_in(auditor, base, "auditor", PASSWORD)
        auditor.get(base + "/access")
        pages.wait(auditor, 15, lambda d: "called to bed two" in pages.find(d, "accesses").text, "the access is not on record")
        pages.screens(auditor, "access")
        assert pages.console_errors(auditor) == []
    finally:
        auditor.quit()
    pages.find(browser, "end-emergency").click()
    pages.wait(browser, 20, lambda d: d.find_elements("css selector", f'[data-testid="tile-{mine}"]'), "the ward is not shown")
    assert not browser.find_elements("css selector", f'[data-testid="tile-{other}"]')


def at_the_provider(driver, base, name, answer="provider-yes"):
    """Goes the way to the identity provider and back."""
    driver.delete_all_cookies()
    driver.get(base + "/sign-in")
    pages.find(driver, "sign-in-provider").click()
    pages.find(driver, "provider-name").send_keys(name)
    pages.find(driver, answer).click()


def test_an_identity_provider_lets_in_and_what_went_wrong_is_said(ward):
    system, mine, _ = ward
    base = system.addresses["dashboardURL"]
    system.command("user", "add", "house", "--role", "clinician", "--patients", mine, "--data-dir", system.data, stdin=PASSWORD + "\n")
    driver = pages.chromium()
    try:
        driver.get(base + "/sign-in")
        assert pages.find(driver, "sign-in-provider").text == "Sign in with Clinic <b>SSO</b>", "its name is text, never markup"
        pages.screens(driver, "sign-in-provider")
        pages.check_keyboard(driver)
        for name, answer, words in (("house", "provider-no", "did not let you in"), ("No Such Name!", "provider-yes", "no account")):
            at_the_provider(driver, base, name, answer)
            said = pages.wait(driver, 20, lambda d: pages.find(d, "sign-in-problem").text, "nothing is said")
            assert words in said, said
            assert driver.current_url == base + "/sign-in", "what went wrong does not stay in the address"
        pages.check_accessibility(driver)
        # Who has an account here sees what is theirs, and where they are signed in says how.
        at_the_provider(driver, base, "House")
        pages.find(driver, f"tile-{mine}", 20)
        driver.get(base + "/account")
        pages.wait(driver, 10, lambda d: "Identity provider" in pages.find(d, "sign-ins").text, "the way in is not said")
        # Who has none gets one: no password, no second factor, nobody to see yet.
        at_the_provider(driver, base, "fresh.face")
        pages.wait(driver, 20, lambda d: "No patients yet" in pages.find(d, "notice").text or "assigned" in pages.find(d, "notice").text, "the ward does not say that it is empty")
        driver.get(base + "/account")
        pages.wait(driver, 10, lambda d: "identity provider" in pages.find(d, "card-password").text, "a password is asked of who has none")
        assert not driver.find_elements("css selector", '[data-testid="new-password"], [data-testid="add-second-factor"]')
        pages.screens(driver, "account-provider", themes={"light": False})
        assert pages.console_errors(driver) == []
    finally:
        driver.quit()
