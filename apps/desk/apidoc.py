"""The API's description, read out of its OpenAPI schema for a page of our own.

The usual readers load scripts and styles from elsewhere, which the content policy refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.text import normalize_newlines
from drf_spectacular.generators import SchemaGenerator

PREFIX = "/api/v1/"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Value:
    """A parameter or a field: ``choices`` are its permitted words, ``note`` its name for people."""

    name: str
    kind: str
    required: bool = False
    note: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One method at one address; ``bodies`` has one list of fields for each form that it takes."""

    method: str
    path: str
    text: str
    query: list[Value] = field(default_factory=list)
    bodies: list[tuple[str, list[Value]]] = field(default_factory=list)
    answers: list[tuple[str, list[Value]]] = field(default_factory=list)


@dataclass(frozen=True)
class Noun:
    """Everything under ``/api/v1/<name>/``."""

    name: str
    operations: list[Operation]

    @property
    def text(self) -> str:
        """What its list says it is."""
        return next((o.text for o in self.operations if o.text), "")


def nouns() -> dict[str, Noun]:
    """The nouns by name, in alphabetical order, in the active language. Made once per process."""
    return _read(translation.get_language() or "")


@lru_cache(maxsize=4)
def _read(language: str) -> dict[str, Noun]:
    schema = SchemaGenerator().get_schema(public=True)
    reader = _Reader(schema["components"]["schemas"])
    found: dict[str, list[Operation]] = {}
    for path, item in schema["paths"].items():
        name = path.removeprefix(PREFIX).split("/")[0]
        found.setdefault(name, []).extend(reader.operation(m, path, item[m]) for m in METHODS if m in item)
    return {name: Noun(name, found[name]) for name in sorted(found)}


class _Reader:
    def __init__(self, components: dict[str, Any]) -> None:
        self.components = components

    def operation(self, method: str, path: str, given: dict[str, Any]) -> Operation:
        body = given.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        answers = [
            (code, fields)
            for code, answer in given.get("responses", {}).items()
            for _name, fields in self.forms(
                answer.get("content", {}).get("application/json", {}).get("schema")
            )
        ]
        return Operation(
            method=method.upper(),
            path=path,
            text=normalize_newlines(given.get("description", "")).replace("``", ""),
            query=[
                self.value(p["name"], p["schema"], p)
                for p in given.get("parameters", [])
                if p["in"] == "query"
            ],
            bodies=self.forms(body),
            answers=answers,
        )

    def forms(self, schema: dict[str, Any] | None) -> list[tuple[str, list[Value]]]:
        """The alternatives of a body, each ``(name, fields)``; a list is told by its rows."""
        if not schema:
            return []
        name, plain = self.resolve(schema)
        if "oneOf" in plain:
            return [form for one in plain["oneOf"] for form in self.forms(one)]
        if plain.get("type") == "array":
            return self.forms(plain["items"])
        if "results" in plain.get("properties", {}):  # a page of a list
            return self.forms(plain["properties"]["results"])
        required = plain.get("required", [])
        rows = plain.get("properties", {}).items()
        return [(name, [self.value(n, s, {"required": n in required}) for n, s in rows])] if rows else []

    def resolve(self, schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """``(component name, schema)`` behind references."""
        name = ""
        while "$ref" in schema or len(schema.get("allOf", [])) == 1:
            if "allOf" in schema:
                schema = {**schema["allOf"][0], **{k: v for k, v in schema.items() if k != "allOf"}}
            if "$ref" in schema:
                name = schema["$ref"].rsplit("/", 1)[1]
                schema = {**self.components[name], **{k: v for k, v in schema.items() if k != "$ref"}}
        return name, schema

    def value(self, name: str, schema: dict[str, Any], given: dict[str, Any]) -> Value:
        _component, plain = self.resolve(schema)
        choices = self.choices(plain)
        return Value(
            name=name,
            kind=self.kind(plain),
            required=bool(given.get("required")),
            note=plain.get("title", "") or ("" if choices else given.get("description", "")),
            choices=choices,
        )

    def choices(self, schema: dict[str, Any]) -> tuple[str, ...]:
        alternatives = [self.resolve(one)[1] for one in schema.get("oneOf", [])] or [schema]
        return tuple(
            str(word) for one in alternatives for word in one.get("enum", ()) if word not in ("", None)
        )

    def kind(self, schema: dict[str, Any]) -> str:
        if schema.get("type") == "array":
            return f"[{self.kind(self.resolve(schema['items'])[1])}]"
        known = (
            schema.get("format") if schema.get("format") in ("date", "date-time", "decimal", "uuid") else ""
        )
        return known or str(schema.get("type", "") or ("string" if self.choices(schema) else "object"))
