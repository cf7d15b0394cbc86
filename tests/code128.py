"""Reads a barcode that `backoffice.lib.codes` drew, as a scanner would: from the widths of its bars."""

import re

from barcode.charsets import code128

VALUES = {pattern: value for value, pattern in enumerate(code128.CODES)}
SIGNS = {value: sign for sign, value in code128.B.items()}
START_B, START_C, TO_C, TO_B = 104, 105, 99, 100


def text_of_barcode(svg: str) -> str:
    """What is written in the bars of a Code 128; the check sum must be right."""
    (bars,) = re.findall(r'<path fill="#000" d="([^"]*)"', svg)
    found = [(int(x), int(width)) for x, width in re.findall(r"M(\d+) 0h(\d+)v", bars)]
    (begin, _), (last, width) = found[0], found[-1]
    black = {x + step for x, wide in found for step in range(wide)}
    modules = "".join(str(int(x in black)) for x in range(begin, last + width))
    start, *signs, check = (VALUES[modules[at : at + 11]] for at in range(0, len(modules) - 13, 11))
    total = start + sum(place * sign for place, sign in enumerate(signs, start=1))
    assert check == total % 103
    return _written(start, signs)


def _written(start: int, signs: list[int]) -> str:
    text, pairs = "", start == START_C
    for sign in signs:
        if sign in (TO_B, TO_C):
            pairs = sign == TO_C
        else:
            text += f"{sign:02}" if pairs else SIGNS[sign]
    return text
