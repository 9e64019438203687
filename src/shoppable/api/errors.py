"""Errors as HTTP problems (RFC 9457), in one table."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shoppable.api.headers import SECURITY
from shoppable.errors import (
    Cancelled,
    Conflict,
    InvalidInput,
    NotFound,
    ShoppableError,
    Unavailable,
    Unsupported,
)

STATUS: Mapping[type[ShoppableError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Cancelled: HTTPStatus.CONFLICT,
    Unsupported: HTTPStatus.NOT_IMPLEMENTED,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ShoppableError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

RETRY_AFTER_S = 5
MEDIA_TYPE = "application/problem+json"

log = logging.getLogger(__name__)


class WrongField(BaseModel):
    """One part of a request that cannot be used."""

    field: str = Field(description="Where it stands, such as `query.limit`.")
    detail: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it."""

    type: str = "about:blank"
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="One line: what, which one, and what to do.")
    errors: list[WrongField] = Field(default=[], description="For an invalid request: what is wrong with it.")


def handle_errors(app: FastAPI) -> None:
    """Answers every failure with a problem."""
    app.add_exception_handler(ShoppableError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unexpected)


def describe_errors(document: dict[str, Any]) -> None:
    """Puts problems into an OpenAPI document as every operation's other answer, in place of FastAPI's own."""
    schemas = document["components"]["schemas"]
    for left_out in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left_out, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    answer = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"description": "What went wrong.", "content": answer}


def _problem(
    status: int, detail: str, errors: list[WrongField] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    content = problem.model_dump_json(exclude=None if errors else {"errors"})
    return Response(content, status, headers, media_type=MEDIA_TYPE)


def _expected(_request: Request, error: Exception) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {"retry-after": str(RETRY_AFTER_S)} if isinstance(error, Unavailable) else None
    return _problem(status, str(error), headers=headers)


def _invalid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    wrong = [WrongField(field=".".join(str(part) for part in each["loc"]), detail=each["msg"]) for each in found]
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request cannot be used; see errors", wrong)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _unexpected(request, error)
    if error.detail == HTTPStatus(error.status_code).phrase:
        detail = f"{request.method} is not served at this address"
    else:
        detail = error.detail
    return _problem(error.status_code, detail, headers=error.headers)


def _unexpected(_request: Request, _error: Exception) -> Response:
    """The error itself goes to the server's log only. It is answered outside of all else, so headers are added here."""
    detail = "the server met an error of its own; its log says which"
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail, headers=SECURITY)
