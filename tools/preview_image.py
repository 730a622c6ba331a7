"""Draws the image that other sites show of ours, and the icon of phones:  python tools/preview_image.py"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parent.parent / "src/parcours/web/static"
FONT = STATIC / "vendor/figtree-latin-variable.woff2"
MARK = (STATIC / "mark.svg").read_text("utf-8")
PREVIEW = f"""<style>
@font-face {{ font-family: Figtree; src: url("file://{FONT}"); font-weight: 300 900; }}
body {{ margin: 0; width: 1200px; height: 630px; background: #faf9f5; color: #17201d; font-family: Figtree; }}
main {{ padding: 76px 84px; }}
h1 {{ font-size: 84px; line-height: 1.05; letter-spacing: -0.03em; margin: 44px 0 0; font-weight: 700; }}
header {{ display: flex; align-items: center; gap: 20px; font-size: 40px; font-weight: 700; }}
header svg {{ width: 64px; height: 64px; }}
.bar {{ display: flex; height: 56px; margin-top: 56px; border-radius: 14px; overflow: hidden; }}
.bar i {{ display: block; }}
p {{ font-size: 32px; color: #4d5a55; margin: 28px 0 0; }}
</style><main><header>{MARK}parcours</header>
<h1>Qui paie quoi<br>chez le médecin ?</h1>
<div class="bar"><i style="flex:63;background:#0c6355"></i><i style="flex:30;background:#7fb9ab"></i>
<i style="flex:7;background:#d9772b"></i></div>
<p>Who pays what for a visit in France, and why</p></main>"""
SQUARE = MARK.replace('rx="8" ', "")
ICON = f"<style>body{{margin:0}}svg{{width:180px;height:180px;display:block}}</style>{SQUARE}"


def main() -> None:
    """Draw both."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, html, (width, height) in (("preview", PREVIEW, (1200, 630)), ("touch-icon", ICON, (180, 180))):
            page = browser.new_page(viewport={"width": width, "height": height})
            drawn = Path(folder) / f"{name}.html"
            drawn.write_text(f"<!doctype html><meta charset=utf-8>{html}", "utf-8")
            page.goto(drawn.as_uri(), wait_until="networkidle")
            page.screenshot(path=STATIC / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
