"""The languages that Meta has for templates, each by its own name, so that the list needs no translation."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = (
    ("af", "Afrikaans"), ("sq", "Shqip"), ("ar", "العربية"), ("az", "Azərbaycanca"), ("bn", "বাংলা"),
    ("bg", "Български"), ("ca", "Català"), ("zh_CN", "中文 (中国)"), ("zh_HK", "中文 (香港)"),
    ("zh_TW", "中文 (台灣)"), ("hr", "Hrvatski"), ("cs", "Čeština"), ("da", "Dansk"), ("nl", "Nederlands"),
    ("en", "English"), ("en_GB", "English (UK)"), ("en_US", "English (US)"), ("et", "Eesti"), ("fil", "Filipino"),
    ("fi", "Suomi"), ("fr", "Français"), ("ka", "ქართული"), ("de", "Deutsch"), ("el", "Ελληνικά"),
    ("gu", "ગુજરાતી"), ("ha", "Hausa"), ("he", "עברית"), ("hi", "हिन्दी"), ("hu", "Magyar"),
    ("id", "Indonesia"), ("ga", "Gaeilge"), ("it", "Italiano"), ("ja", "日本語"), ("kn", "ಕನ್ನಡ"),
    ("kk", "Қазақ тілі"), ("rw_RW", "Kinyarwanda"), ("ko", "한국어"), ("ky_KG", "Кыргызча"), ("lo", "ລາວ"),
    ("lv", "Latviešu"), ("lt", "Lietuvių"), ("mk", "Македонски"), ("ms", "Melayu"), ("ml", "മലയാളം"),
    ("mr", "मराठी"), ("nb", "Norsk bokmål"), ("fa", "فارسی"), ("pl", "Polski"), ("pt_BR", "Português (Brasil)"),
    ("pt_PT", "Português (Portugal)"), ("pa", "ਪੰਜਾਬੀ"), ("ro", "Română"), ("ru", "Русский"), ("sr", "Српски"),
    ("sk", "Slovenčina"), ("sl", "Slovenščina"), ("es", "Español"), ("es_AR", "Español (Argentina)"),
    ("es_ES", "Español (España)"), ("es_MX", "Español (México)"), ("sw", "Kiswahili"), ("sv", "Svenska"),
    ("ta", "தமிழ்"), ("te", "తెలుగు"), ("th", "ไทย"), ("tr", "Türkçe"), ("uk", "Українська"), ("ur", "اردو"),
    ("uz", "Oʻzbekcha"), ("vi", "Tiếng Việt"), ("zu", "isiZulu"),
)  # fmt: skip
NAMES: Final = dict(LANGUAGES)


def for_people(code: str) -> str:
    """What a template begins with when somebody who speaks this writes it."""
    return code if code in NAMES and code != "en" else "en_US"
