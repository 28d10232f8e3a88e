"""Templates to pages: everything put into one is escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from capcom_gql.pages.headers import page_headers

_templates = Environment(
    loader=PackageLoader("capcom_gql.pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# JSON put into a page keeps the order it was written in: people read it there.
_templates.policies["json.dumps_kwargs"] = {"sort_keys": False}


def rendered(template: str, *, root: str, **values: object) -> str:
    """The HTML of `template`. `root` is the path this server is mounted under, without a final slash."""
    return _templates.get_template(template).render(root=root, **values)


def root_of(request: Request) -> str:
    """The path prefix a proxy took away, as the server was told it; empty when there is none."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def page(
    request: Request, template: str, *, status: int = 200, shows_frame: bool = False, **values: object
) -> HTMLResponse:
    """An answer with that page and the headers that confine it."""
    html = rendered(template, root=root_of(request), **values)
    return HTMLResponse(html, status_code=status, headers=page_headers(shows_frame=shows_frame))
