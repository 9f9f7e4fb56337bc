"""Names in pinyin, for search and for sorting (the database has no Chinese collation).

Surnames are read as surnames: 单 is shan, 解 is xie. ``ü`` is written ``v``, as input methods do.
"""

import re
from functools import lru_cache

# Surnames that the dictionary reads otherwise outside of names.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "朴": "piao", "任": "ren",
    "华": "hua", "盖": "ge", "翟": "zhai", "覃": "qin", "乐": "yue", "缪": "miao", "那": "na", "黑": "he",
    "召": "shao", "卜": "bu", "折": "she", "员": "yun", "祭": "zhai", "洗": "xian", "秘": "bi", "繁": "po",
    "种": "chong", "重": "chong", "粘": "nian", "句": "gou", "佴": "nai", "乜": "nie", "郇": "xun",
    "隗": "wei", "都": "du", "藏": "zang", "能": "nai", "薄": "bo", "炅": "gui", "牟": "mu", "阚": "kan",
}  # fmt: skip

# Surnames of two characters that hold one of those above, or a character of several readings.
_COMPOUND_SURNAMES = {
    "尉迟": "yu chi", "长孙": "zhang sun", "万俟": "mo qi", "单于": "chan yu", "乐正": "yue zheng",
    "子车": "zi ju", "澹台": "tan tai", "令狐": "ling hu", "宰父": "zai fu", "亓官": "qi guan",
    "拓跋": "tuo ba", "尔朱": "er zhu", "百里": "bai li", "鲜于": "xian yu", "夏侯": "xia hou",
}  # fmt: skip

_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_PERSON = re.compile(f"{_HAN}{{1,4}}")
_ORGANISATION = re.compile("(?:公司|集团|汽车|汽修|厂|店|局|所|部|院|校|行|社|会|中心|银行|物流|出租)$")
_WORD_OR_HAN = re.compile(rf"{_HAN}+|(?:(?!{_HAN})[^\W_])+")


def full(name: str) -> str:
    """Return the letters and digits of the whole name without blanks: ``单雄信`` → ``shanxiongxin``."""
    return "".join(_syllables(name))


def initials(name: str) -> str:
    """Return the first letter of each syllable or Latin word: ``单雄信`` → ``sxx``, ``Tom Lee`` → ``tl``."""
    return "".join(syllable[0] for syllable in _syllables(name))


def sort_key(name: str) -> str:
    """Return a key that sorts by syllables and then by characters, so that equal sounds keep together.

    Syllables are parted by a blank, which sorts before every letter: 张, 张三, 章三, 章子怡, 赵一.
    """
    return f"{' '.join(_syllables(name))}  {name.strip()}".strip()


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in _WORD_OR_HAN.findall(name.strip()):
        found.extend(_spelled(part) if re.match(_HAN, part) else [part.lower()])
    return tuple(found)


def _spelled(part: str) -> list[str]:
    """Spell one run of Han characters; what may be a person's name begins with a surname."""
    surname, reading = _surname(part) if not _ORGANISATION.search(part) else ("", "")
    rest = part[len(surname) :]
    # Its dictionary takes 54 MB: only a process that spells a name pays for it, no worker that prints.
    from pypinyin import Style, lazy_pinyin

    spelled = lazy_pinyin(rest, style=Style.NORMAL, v_to_u=False) if rest else []
    return [*reading.split(), *(syllable.lower() for syllable in spelled)]


def _surname(part: str) -> tuple[str, str]:
    if not _PERSON.fullmatch(part):
        return "", ""
    if reading := _COMPOUND_SURNAMES.get(part[:2]):
        return part[:2], reading
    return (part[0], _SURNAMES[part[0]]) if part[0] in _SURNAMES else ("", "")
