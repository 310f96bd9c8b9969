"""What is written to hurt: words, files and numbers, each under a name. And what tells whether a page was hurt."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

MARK: Final = "zq7"  # stands in every hostile word, so that a page can be searched for what it did
BREAKING: Final = f"\"'><{MARK} onload={MARK}()></script><script>{MARK}()</script>"
LONG: Final = "*_~`" * 25_000

WORDS: Final[dict[str, str]] = {
    "a script": f"<script>{MARK}()</script>",
    "an end of a script": f"</script><script>{MARK}()</script>",
    "an image with a handler": f"<img src=x onerror={MARK}()>",
    "a drawing with a handler": f"<svg/onload={MARK}()>",
    "a way out of an attribute": f"\" autofocus onfocus={MARK}() x=\"",
    "a way out of the other quotes": f"' onmouseover={MARK}() '",
    "a way out of a text area": f"</textarea></title></style><{MARK}>",
    "a comment": f"--><{MARK}><!--",
    "half a tag": f"<{MARK} ",
    "a tag within a tag": f"<scr<script>ipt>{MARK}()</script>",
    "entities": f"&lt;script&gt;{MARK}()&lt;/script&gt; &#60;{MARK}&#62;",
    "a frame": f"<iframe srcdoc='<script>{MARK}()</script>'></iframe>",
    "a base": f"<base href=//{MARK}.example>",
    "a refresh": f"<meta http-equiv=refresh content='0;url=//{MARK}.example'>",
    "a form": f"<form action=//{MARK}.example><button>{MARK}</button></form>",
    "a style": f"<style>@import '//{MARK}.example'</style>",
    "htmx": f"<div hx-get=//{MARK}.example hx-trigger=load>{MARK}</div>",
    "a javascript link": f"javascript:{MARK}() javascript://{MARK}.example/%0a{MARK}()",
    "a data link": f"data:text/html,<script>{MARK}()</script>",
    "a link with quotes": f"https://{MARK}.example/\"onmouseover={MARK}() https://{MARK}.example/'><x",
    "a link with a login": f"https://bank.example@{MARK}.example/",
    "marks of style": f"*<b onclick={MARK}()>* _{MARK}_ ~<i>~ `</code><{MARK}>` ```</pre><{MARK}>```",
    "a list and a quote": f"> <{MARK}>\n- <{MARK}>\n1. <{MARK}>\n",
    "a template of ours": f"{{{{ {MARK} }}}}{{% debug %}}{{% include 'base.html' %}}${{{MARK}}}",
    "from right to left": f"invoice_\u202efdp.{MARK}.exe\u2066\u2067\u202a",
    "unseen": f"\u200b\u200c\u200d\ufeff{MARK}\u2028\u2029\u00ad\u0085",
    "marks upon marks": MARK + "\u0301\u0489" * 300,
    "a null byte": f"{MARK}\x00<{MARK}>",
    "control characters": f"{MARK}\x01\x08\x1b[31m\x7f",
    "half a character": f"{MARK}\ud83d and \udc00",
    "a formula": f"=HYPERLINK(\"//{MARK}.example\",\"x\")",
    "a command": f"+cmd|' /C {MARK}'!A0",
    "a hundred thousand characters": MARK + LONG,
    "one word without an end": MARK + "W" * 20_000,
    "many links": f"https://{MARK}.example/x " * 3_000,
    "a thousand lines": f"{MARK}\n" * 1_000,
}  # fmt: skip
FORMULAS: Final = tuple(
    start + f"{MARK}+1"
    for start in ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "\ufeff=", "\x00=", "\uff1d",
                  "\uff0b", "\uff0d", "\uff20", "a;=", "a;-", "a\t@", "a\n=", "=1,=")
)  # fmt: skip
SAFE_SCHEMES: Final = ("http:", "https:", "mailto:", "tel:", "blob:")


class Hurt(HTMLParser):
    """Reads a page as a browser does; `found` says where hostile words became more than words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_script = tag == "script" and given.get("type") != "application/json"
        if MARK in tag or tag in ("base", "object", "embed", "marquee"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            self._look(tag, name, value or "")

    def _look(self, tag: str, name: str, value: str) -> None:
        is_ours = MARK not in value
        if MARK in name or name.startswith("on") or name in ("srcdoc", "style"):
            self.found.append(f"<{tag} {name}={value[:60]}>")
        if name in ("href", "src", "action", "formaction", "xlink:href", "poster", "data"):
            self._look_at_address(tag, name, value)
        if name.startswith("hx-") and not is_ours and name not in ("hx-vals",):
            self.found.append(f"<{tag} {name}={value[:60]}>")

    def _look_at_address(self, tag: str, name: str, value: str) -> None:
        address = unquote("".join(value.split())).lower()
        scheme, colon, _rest = address.partition(":")
        is_scheme = colon and scheme.replace("+", "").replace("-", "").isalnum()
        is_picture = tag == "img" and address.startswith("data:image/")
        if is_scheme and not address.startswith(SAFE_SCHEMES) and not is_picture:
            self.found.append(f"<{tag} {name}={value[:60]}>")
        if address.startswith("//") or (tag in ("form", "script", "iframe") and MARK in address):
            self.found.append(f"<{tag} {name}={value[:60]}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and MARK in data:
            self.found.append(f"in a script: {data[:80]}")


def hurt(html: str) -> list[str]:
    reader = Hurt()
    reader.feed(html)
    reader.close()
    return reader.found


def zipped(name: str, content: bytes, *, times: int = 1) -> bytes:
    """A zip of so many members, each holding the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for n in range(times):
            packed.writestr(name if times == 1 else f"{n}-{name}", content)
    return out.getvalue()


def workbook(sheet: bytes, *, strings: bytes = b"") -> bytes:
    """An XLSX with this sheet and these shared strings, whatever they are."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'xmlns:r="{rel}"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": strings
        or b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
        "xl/worksheets/sheet1.xml": sheet,
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()
