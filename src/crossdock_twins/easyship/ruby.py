"""How Ruby would write a JSON value: Easyship's messages quote what they were sent in that form."""

from typing import Any

_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", "\b": "\\b"}
_LAST_OF_FOUR_DIGITS = 0xFFFF
_NAMED |= {"\a": "\\a", "\x1b": "\\e"}
_CLASSES = {type(None): "NilClass", str: "String", int: "Integer", float: "Float", dict: "Hash", list: "Array"}


def inspect(value: Any) -> str:
    """Write a value as Ruby's `inspect` does, hashes in the form used before Ruby 3.4."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{_escaped(value)}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspect(name)}=>{inspect(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inspect(item) for item in value) + "]"
    if isinstance(value, float):
        return _float(value)
    return "nil" if value is None else str(value)


def class_name(value: Any) -> str:
    """Name the Ruby class that a JSON value becomes."""
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    return _CLASSES[type(value)]


def _escaped(text: str) -> str:
    return "".join(_character(text, place) for place in range(len(text)))


def _character(text: str, place: int) -> str:
    character = text[place]
    if character == "#" and text[place + 1 : place + 2] in {"{", "$", "@"}:
        return "\\#"
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04X}" if ord(character) <= _LAST_OF_FOUR_DIGITS else f"\\u{{{ord(character):X}}}"


def _float(value: float) -> str:
    mantissa, exponent, power = repr(value).partition("e")
    if not exponent:
        return mantissa
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{power}"
