"""The OpenAPI 3.1 document, read off the routes and what stands above their responders."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, get_type_hints

import attrs

from adapters_http.body import media_types
from adapters_http.decoding import header_name
from adapters_http.endpoint import implied_refusals, responders
from adapters_http.operation import Access, Idempotent, Media, Operation, operation_of
from adapters_http.problems import MEDIA_TYPE, status_of
from adapters_http.schemas import Schema, Schemas
from commerce_core.kernel.errors import CommerceError, FieldError, InvalidInput

_PART = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `code` is what a program should look at; further members are the facts of that code.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
    },
    "required": ["type", "title", "status", "detail", "code", "instance"],
}
_SCHEMES = {Access.STAFF: "staffToken", Access.CUSTOMER: "customerToken"}


def document(routes: Mapping[str, object]) -> dict[str, Any]:
    """The document of these resources. Raises `TypeError` for what is not declared or has no schema."""
    schemas = Schemas({"Problem": _PROBLEM})
    declared = {
        (template, name): operation_of(method)
        for template, resource in routes.items()
        for name, method in responders(resource).items()
    }
    paths: dict[str, dict[str, Any]] = {}
    for (template, name), operation in declared.items():  # Answers first, see `Schemas`.
        described = paths.setdefault(_PART.sub(r"{\1}", template), {})
        described[name] = {"responses": _responses(operation, schemas)}
    for (template, name), operation in declared.items():
        path = _PART.sub(r"{\1}", template)
        paths[path][name] = (
            _head(template, name, operation) | _request(template, name, operation, schemas) | paths[path][name]
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "commerce-core", "version": version("commerce-core")},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {name: {"type": "http", "scheme": "bearer"} for name in _SCHEMES.values()},
        },
    }


def _head(template: str, name: str, operation: Operation) -> dict[str, Any]:
    words = [part for part in template.split("/") if part and part != "v1"]
    area = words[0] if words[0] in {"store", "admin"} and len(words) > 1 else ""
    head: dict[str, Any] = {
        "operationId": name + "".join(_camel(word) for word in words),
        "summary": operation.summary,
        "description": operation.description,
        "tags": [f"{area} {words[1]}" if area else words[0].removesuffix(".json")],
    }
    if operation.access is not Access.PUBLIC:
        head |= {"security": [{_SCHEMES[operation.access]: []}]}
    elif "shopper" in operation.parameters:
        head |= {"security": [{}, {_SCHEMES[Access.CUSTOMER]: []}]}
    head |= {"x-access": operation.access.value, "x-rate-limit": operation.policy.value}
    if operation.permission:
        head |= {"x-permission": operation.permission.value}
    if operation.also:
        head |= {"x-permission-also": [permission.value for permission in operation.also]}
    return head


def _camel(word: str) -> str:
    part = _PART.fullmatch(word)
    text = f"by_{part[1]}" if part else word
    return "".join(piece.capitalize() for piece in re.split(r"[^A-Za-z0-9]+", text))


# --- what is sent -----------------------------------------------------------------------------------------------------


def _request(template: str, method: str, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    in_path = _PART.findall(template)
    if set(in_path) != set(operation.path):
        raise TypeError(f"{template} and the responder of {operation.summary!r} name different parts of the path")
    parameters = [
        _parameter(name, "path", schemas.of(operation.path[name], sent=True), required=True) for name in in_path
    ]
    parameters += _fields("query", operation.query, schemas)
    parameters += _fields("header", operation.headers, schemas)
    text = {"type": "string"}
    if operation.idempotency is not Idempotent.NO:
        required = operation.idempotency is Idempotent.REQUIRED
        key = {**text, "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        parameters.append(_parameter("Idempotency-Key", "header", key, required=required))
    if "if_match" in operation.parameters:
        parameters.append(_parameter("If-Match", "header", text))
    if operation.etag:
        parameters.append(_parameter("If-None-Match", "header", text))
    request: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if operation.body is bytes:
        request["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": {}}}}
    elif operation.body:
        content = {"schema": schemas.of(operation.body, sent=True)}
        if example := getattr(operation.body, "example", None):
            content["example"] = example
        request["requestBody"] = {"required": True, "content": dict.fromkeys(media_types(method), content)}
    return request


def _parameter(name: str, place: str, schema: Schema, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _fields(place: str, kind: Any, schemas: Schemas) -> Iterable[dict[str, Any]]:
    if kind is None:
        return
    hints = get_type_hints(kind, include_extras=True)
    for attribute in attrs.fields(kind):
        name = header_name(attribute.name) if place == "header" else attribute.name
        schema = schemas.of(hints[attribute.name], sent=True)
        yield _parameter(name, place, schema, required=attribute.default is attrs.NOTHING)


# --- what is answered -------------------------------------------------------------------------------------------------


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, kind in operation.answers.items():
        responses[str(status)] = {"description": HTTPStatus(status).phrase} | _content(kind, schemas)
    if operation.etag:
        responses["304"] = {"description": "The client has these very bytes."}
    by_status: dict[int, list[type[CommerceError]]] = {}
    for refusal in dict.fromkeys((*operation.refusals, *implied_refusals(operation))):
        by_status.setdefault(status_of(refusal), []).append(refusal)
    for status, refusals in sorted(by_status.items()):
        responses[str(status)] = _refused(refusals, schemas)
    responses["default"] = {
        "description": "Any other problem: `internal-error`, `database-unavailable`, `busy` and the like.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return responses


def _content(kind: Any, schemas: Schemas) -> dict[str, Any]:
    if kind is None:
        return {}
    if isinstance(kind, Media):
        return {"content": {kind.type: {"schema": {"type": "string"}}}}
    return {"content": {"application/json": {"schema": schemas.of(kind)}}}


def _refused(refusals: list[type[CommerceError]], schemas: Schemas) -> dict[str, Any]:
    properties: dict[str, Schema] = {"code": {"enum": [refusal.code for refusal in refusals]}}
    for refusal in refusals:
        if refusal is InvalidInput:
            properties["errors"] = {"type": "array", "items": schemas.of(FieldError)}
    lines = [f"`{refusal.code}`: {(refusal.__doc__ or '').strip().splitlines()[0]}" for refusal in refusals]
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": properties}]}
    return {"description": "\n\n".join(lines), "content": {MEDIA_TYPE: {"schema": schema}}}
