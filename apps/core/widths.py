"""Full-width input brought to the half-width characters that rules are written in."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_OTHERS = {
    0x3000: 0x20,  # ideographic space
    0x00A0: 0x20,  # no-break space, pasted from web pages
    0xFFE5: 0xA5,  # full-width yen sign
    0x2212: 0x2D,  # minus sign
    0x2010: 0x2D,  # hyphen
    0x2011: 0x2D,  # no-break hyphen
    0x2013: 0x2D,  # en dash
    0x2014: 0x2D,  # em dash
    0x200B: None,  # zero-width characters are never meant
    0xFEFF: None,
}
_TABLE = {**_FULL_WIDTH, **_OTHERS}


def half_width(text: str) -> str:
    """Return ``text`` with full-width letters, digits, signs, blanks and dashes made half-width.

    Han characters stay as they are (NFKC would also rewrite some of those, and units such as ㎞).
    """
    return text.translate(_TABLE)
