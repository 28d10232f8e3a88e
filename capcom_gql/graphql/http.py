"""The API over HTTP (GraphQL over HTTP): one address, POST only, one operation for each request."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from inspect import isawaitable
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSyntaxError, OperationType, execute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from capcom_gql.access.authenticate import BadToken, authenticate
from capcom_gql.access.nearby import is_nearby
from capcom_gql.access.points import Balance, Points
from capcom_gql.domain.rights import Actor
from capcom_gql.graphql.authorization import authorize_roots
from capcom_gql.graphql.content_negotiation import JSON, RESPONSE, locale_wanted, media_type_wanted
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.cost.running import BoundedExecutor, Running
from capcom_gql.graphql.document_cache import Document, DocumentCache
from capcom_gql.graphql.errors import FieldError, RequestRefused, out_of_points, unauthenticated
from capcom_gql.graphql.request_body import GraphqlRequest, read_body
from capcom_gql.graphql.schema import served_schema
from capcom_gql.graphql.types.subjects import find_subject
from capcom_gql.languages.locales import DEFAULT, Locale, locale_of
from capcom_gql.languages.sentences import say
from capcom_gql.logs import about
from capcom_gql.notifiers.registry import ChannelInfo
from capcom_gql.runtime import Runtime
from capcom_gql.settings import Settings
from capcom_gql.settings.limits import Limits
from capcom_gql.storage.tables import Person

log = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language, Authorization",
    "X-Content-Type-Options": "nosniff",
}
_NO_OPERATION = (
    "“operationName” must name one of the document's operations; it may be left out where there is only one."
)


def graphql_app(
    runtime: Runtime, settings: Settings, woken: asyncio.Event, notifiers: Sequence[ChannelInfo] = ()
) -> "GraphqlApp":
    """The API as an ASGI application; the database must be open.

    `woken` is set after each mutation, since letters may be due. `notifiers` are the channels of this process, for
    `Query.notifiers`. Introspection is allowed where `CAPCOM_EXPLORER` turns the explorer on; where nothing is said, in
    development, to this machine itself.
    """
    is_open = settings.explorer in ("on", "graphiql")
    is_open_here = is_open or (settings.explorer == "" and not settings.is_production)
    redis = settings.broker_url if settings.broker_url.startswith("redis") else ""
    return GraphqlApp(runtime, settings, Points(settings, redis), woken, notifiers, is_open, is_open_here)


class GraphqlApp:
    """The ASGI application of the API, for one address."""

    def __init__(
        self,
        runtime: Runtime,
        limits: Limits,
        points: Points,
        woken: asyncio.Event,
        notifiers: Sequence[ChannelInfo],
        is_open: bool,
        is_open_here: bool,
    ) -> None:
        self._runtime = runtime
        self._notifiers = tuple(notifiers)
        self._woken = woken
        self._limits = limits
        self._schema = served_schema()
        self._document_cache = DocumentCache(self._schema, limits, introspection=is_open)
        self._document_cache_here = (
            self._document_cache
            if is_open == is_open_here
            else DocumentCache(self._schema, limits, introspection=is_open_here)
        )
        self._points = points

    async def close(self) -> None:
        """Close what this application has opened; it answers no more."""
        await self._points.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request_id = secrets.token_hex(8)
        request = Request(scope, receive)
        with about(request_id=request_id):
            response = await self._response(request, request_id)
        balance: Balance | None = getattr(request.state, "balance", None)
        if balance is not None:
            response.raw_headers += balance.headers()
        await response(scope, receive, send)

    async def _response(self, request: Request, request_id: str) -> Response:
        media_type = media_type_wanted(request.headers.get("accept"))
        try:
            if request.method != "POST":
                raise RequestRefused("Send the operation by POST.", "METHOD_NOT_ALLOWED", 405)
            if media_type is None:
                raise RequestRefused(f"This answers {RESPONSE} or {JSON}: accept one.", "NOT_ACCEPTABLE", 406)
            parameters = await read_body(request)
            result = await self._answer(request, parameters)
        except ClientDisconnect:
            log.info("request %s ended: its client went away", request_id)
            return Response(status_code=400)
        except RequestRefused as refusal:
            return _refused([refusal], media_type or JSON, refusal)
        except Exception:
            # the last resort: the failure is logged, not shown
            log.exception("request %s failed", request_id)
            return _refused([_internal(request_id, request)], media_type or JSON, status=500)
        return _answered(result, media_type, request, request_id)

    async def _spend(self, request: Request, context: Context, points: int) -> None:
        """Take points of the caller, and have the answer say so. Raises RequestRefused (RATE_LIMITED)."""
        balance = await self._points.spend(points, context.caller, context.access_token, context.source)
        request.state.balance = balance
        if balance.is_overdrawn:
            raise out_of_points(balance, context.locale)

    async def _answer(self, request: Request, parameters: GraphqlRequest) -> ExecutionResult:
        context = await self._context(request)
        # before anything is read, so that documents which are refused cost their sender something too
        await self._spend(request, context, 1)
        try:
            documents = self._documents(request)
            document = documents.read(parameters.query)
        except GraphQLSyntaxError as error:
            return _invalid([error], "GRAPHQL_PARSE_FAILED")
        operation = document.operation(parameters.operation_name)
        if operation is not None and operation.operation is OperationType.SUBSCRIPTION:
            raise RequestRefused("A subscription is not answered by a plain POST.", "BAD_REQUEST", 400)
        if document.errors:
            return _invalid(document.errors, "GRAPHQL_VALIDATION_FAILED")
        if operation is None:
            raise RequestRefused(_NO_OPERATION, "BAD_USER_INPUT")
        roots = document.root_fields(operation, parameters.variables)
        authorize_roots(self._schema, operation.operation, roots, context)
        cost = documents.cost(document, operation, parameters.variables)
        if cost.points > 1:
            await self._spend(request, context, cost.points - 1)
        request.state.cost = cost
        try:
            context.running = Running(self._limits, is_query=operation.operation is OperationType.QUERY)
            return await self._execute(documents, document, parameters, context, request.receive)
        finally:
            if operation.operation is OperationType.MUTATION:
                self._woken.set()

    async def _context(self, request: Request) -> Context:
        wanted = locale_wanted(request.headers.get("accept-language"))
        header = request.headers.get("authorization")
        token = None if header is None else _bearer(header)
        try:
            if header is not None and token is None:
                raise BadToken
            caller = await authenticate(token)
        except BadToken:
            raise unauthenticated(wanted or DEFAULT, "bad_bearer") from None
        return Context(
            runtime=self._runtime,
            caller=caller,
            locale=wanted or await _own_locale(caller),
            source=request.client.host if request.client else "",
            find=find_subject,
            notifiers=self._notifiers,
            access_token=token,
        )

    def _documents(self, request: Request) -> DocumentCache:
        if self._document_cache_here is self._document_cache:
            return self._document_cache
        peer = request.client.host if request.client else ""
        is_here = is_nearby(peer, (name for name, _ in request.headers.raw))
        return self._document_cache_here if is_here else self._document_cache

    async def _execute(
        self,
        documents: DocumentCache,
        document: Document,
        parameters: GraphqlRequest,
        context: Context,
        receive: Receive,
    ) -> ExecutionResult:
        result = execute(
            self._schema,
            document.tree,
            context_value=context,
            variable_values=dict(parameters.variables),
            operation_name=parameters.operation_name,
            hide_suggestions=documents.hides_schema,
            executor_class=BoundedExecutor,
        )
        done = await context.running.result(result, receive) if isawaitable(result) else result
        if context.running.ended is not None:
            raise context.running.ended
        if done.data is None and done.errors and all(error.path is None for error in done.errors):
            return _invalid(done.errors, "BAD_USER_INPUT")
        documents.keep(parameters.query, document)
        return done


def _bearer(header: str) -> str | None:
    """The token of an Authorization header; None where the header is malformed."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def _own_locale(caller: Actor) -> Locale:
    """The language of a signed-in caller; the service's default language for others."""
    person = None if caller.person_id is None else await Person.get_or_none(id=caller.person_id)
    return (None if person is None else locale_of(person.locale)) or DEFAULT


class _Invalid(ExecutionResult):
    """The result of an operation that was not executed."""


def _invalid(errors: Sequence[GraphQLError], code: str) -> ExecutionResult:
    for error in errors:
        error.extensions = {"code": code, **(error.extensions or {})}
    return _Invalid(None, list(errors))


def _answered(result: ExecutionResult, media_type: str, request: Request, request_id: str) -> Response:
    errors = result.errors or []
    refusal = next((each.original_error for each in errors if isinstance(each.original_error, RequestRefused)), None)
    if refusal is not None:
        return _refused([refusal], media_type, refusal)
    if isinstance(result, _Invalid):
        return _refused(errors, media_type)
    body: dict[str, Any] = {"data": result.data}
    if errors:
        body["errors"] = [_visible(error, request, request_id).formatted for error in errors]
    cost, balance = request.state.cost, request.state.balance
    body["extensions"] = {"cost": {"objects": cost.objects, "points": cost.points, "remaining": balance.remaining}}
    return _response(body, media_type, 200)


def _visible(error: GraphQLError, request: Request, request_id: str) -> GraphQLError:
    """An error as the client may see it: a FieldError or one about its own document; any other is masked."""
    cause = error.original_error or error
    if isinstance(cause, FieldError):
        return error
    if isinstance(cause, GraphQLError) and cause.nodes and cause is not error:
        error.extensions = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
        return error
    log.error("request %s failed at %s", request_id, error.path, exc_info=cause)
    masked = _internal(request_id, request)
    return GraphQLError(masked.message, error.nodes, path=error.path, extensions=masked.extensions)


def _internal(request_id: str, request: Request) -> FieldError:
    locale = locale_wanted(request.headers.get("accept-language")) or DEFAULT
    message = say("errors", "internal", locale, request=request_id)
    return FieldError(message, "INTERNAL_SERVER_ERROR", {"requestId": request_id})


def _refused(
    errors: Sequence[GraphQLError], media_type: str, refusal: RequestRefused | None = None, status: int | None = None
) -> Response:
    """An answer without data; an error in the operation has status 400, or 200 in the older media type."""
    known = status or (refusal.status if refusal else None)
    response = _response(
        {"errors": [error.formatted for error in errors]}, media_type, known or (400 if media_type == RESPONSE else 200)
    )
    if known == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if known == 405:
        response.headers["Allow"] = "POST"
    if refusal is not None and refusal.extensions and "retryAfter" in refusal.extensions:
        response.headers["Retry-After"] = str(refusal.extensions["retryAfter"])
    return response


def _response(body: dict[str, Any], media_type: str, status: int) -> Response:
    return Response(orjson.dumps(body), status, _HEADERS, f"{media_type}; charset=utf-8")
