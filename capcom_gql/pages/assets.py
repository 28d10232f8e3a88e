"""The style sheets, scripts and icon of the pages, served from memory.

Only the files found in the package at start can be asked for: a request's name is looked up, never joined to a
path. Media types are named here because a machine's own table may call a .js file plain text.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from capcom_gql.pages.headers import SAFETY

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file of the package as it is sent."""

    content: bytes
    media_type: str
    etag: str


def load_assets() -> dict[str, Asset]:
    """Every servable file of the package's `assets` folder, by name."""
    found: dict[str, Asset] = {}
    for file in files("capcom_gql.pages").joinpath("assets").iterdir():
        media_type = MEDIA_TYPES.get("." + file.name.rpartition(".")[2])
        if media_type is not None:
            content = file.read_bytes()
            found[file.name] = Asset(content, media_type, f'"{sha256(content).hexdigest()[:24]}"')
    return found


def asset_routes() -> list[BaseRoute]:
    """GET /assets/NAME; browsers ask each time whether their copy is still good (ETag) and get 304 if it is."""
    assets = load_assets()

    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("There is no such file.", status_code=404, headers=SAFETY)
        headers = {**SAFETY, "ETag": found.etag, "Cache-Control": "no-cache"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if found.etag in known:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    return [Route("/assets/{name}", asset, methods=["GET"])]
