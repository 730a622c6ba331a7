"""Takes the screenshots of this folder from a running server: python docs/screenshots/take.py ADDRESS [NAME]"""

import shutil
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
DESKTOP, PHONE = (1280, 900), (390, 844)
OUTSIDE = {
    "care_date": "2026-11-22",
    "specialty": "generaliste",
    "age": "40",
    "medecin_traitant": "true",
    "role": "autre",
    "referral": "none",
    "urgent": "false",
    "away": "false",
    "special_setting": "none",
    "medecin_traitant_left_on": "",
    "installed_on": "",
    "convention": "secteur_1",
    "fee": "30",
    "exemption": "none",
    "c2s": "false",
    "scheme": "general",
    "contract": "responsable_100",
    "tiers_payant": "none",
}
FIRST_STEP = {name: OUTSIDE[name] for name in list(OUTSIDE)[:5]}
SUNDAY = (
    *(("care_date", "2026-11-22"), ("age", "4"), ("specialty", "generaliste"), ("convention", "secteur_1")),
    *(("special_setting", "permanence_des_soins"), ("role", "autre"), ("referral", "none"), ("exemption", "none")),
    *(("contract", "responsable_100"), ("tiers_payant", "none")),
    *(("code", "VG"), ("code", "MEG"), ("code", "MD"), ("code", "VRD")),
)
SHOTS = (
    ("home-fr", "/?lang=fr", DESKTOP, "light"),
    ("quote-en", "/?" + urlencode({**OUTSIDE, "lang": "en"}), DESKTOP, "light"),
    ("quote-fr-phone", "/?" + urlencode({**OUTSIDE, "lang": "fr"}), PHONE, "dark"),
    ("question-en-phone", "/?" + urlencode({**FIRST_STEP, "lang": "en"}), PHONE, "light"),
    ("bill-fr", "/bill?" + urlencode((*SUNDAY, ("lang", "fr"))), DESKTOP, "light"),
    ("bill-en-phone", "/bill?" + urlencode((*SUNDAY, ("lang", "en"))), PHONE, "dark"),
    ("situation-fr-phone", "/situations/dermatologie?lang=fr", PHONE, "light"),
    ("law-en", "/law/parameters/majoration.taux?lang=en", DESKTOP, "dark"),
    ("emergency-fr", "/emergency?lang=fr", DESKTOP, "light"),
)


DESKS = (
    ("me-fr", "/me?lang=fr", DESKTOP, "light", "patient"),
    ("money-en-phone", "/me/money?lang=en", PHONE, "dark", "patient"),
    ("doctor-fr-phone", "/me/doctor?lang=fr", PHONE, "light", "patient"),
    ("practice-en", "/practice?lang=en", DESKTOP, "light", "doctor"),
    ("sheets-fr-phone", "/practice/sheets?lang=fr", PHONE, "dark", "delegate"),
    ("fund-fr", "/fund?lang=fr", DESKTOP, "light", "officer"),
    ("queue-en", "/fund/queues/late_tiers_payant?lang=en", DESKTOP, "dark", "officer"),
    ("insurer-fr", "/insurer?lang=fr", DESKTOP, "light", "insurer"),
    ("record-fr-phone", "/me/record?lang=fr", PHONE, "light", "patient"),
    ("me-quote-en", "/me/quote?lang=en", DESKTOP, "dark", "patient"),
    ("forfait-fr", "/practice/forfait?lang=fr", DESKTOP, "light", "doctor"),
    ("queue-fr-phone", "/fund/queues/late_tiers_payant?lang=fr", PHONE, "light", "officer"),
    ("login-fr", "/login?lang=fr", DESKTOP, "light", ""),
    ("start-en-phone", "/start?who=worker&lang=en", PHONE, "light", ""),
)
"""The desks of the demonstration, each entered by one click (`parcours demo`)."""


def main() -> None:
    """Take all of them."""
    site = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shots = (*((*shot, "") for shot in SHOTS), *DESKS)
        for name, path, (width, height), theme, role in (one for one in shots if one[0] in (sys.argv[2:] or [one[0]])):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
            if role:
                page.goto(f"{site}/login")
                page.click(f"button[name=as][value={role}]")
            page.goto(site + path, wait_until="networkidle")
            page.screenshot(path=HERE / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
