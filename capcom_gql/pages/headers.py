"""What every page tells the browser it may and may not do."""

# Sent with everything, pages and assets alike.
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# Nothing from another host, no inline script or style, no text turned into markup by a script.
_PAGE_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}

# A mail's own HTML is shown in a frame that is an origin of its own: no script, no form, no remote picture;
# its links open new tabs, which are not confined. Mails carry their styles inline.
_MAIL_POLICY = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-popups allow-popups-to-escape-sandbox",
}


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def page_headers(*, shows_frame: bool = False) -> dict[str, str]:
    """The headers of one of our pages. `shows_frame`: it frames a document of this same server."""
    policy = {**_PAGE_POLICY, "frame-src": "'self'"} if shows_frame else _PAGE_POLICY
    return {
        **SAFETY,
        "Content-Security-Policy": _written(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }


def mail_headers() -> dict[str, str]:
    """The headers of a mail's own HTML, framed or opened by itself."""
    return {**SAFETY, "Content-Security-Policy": _written(_MAIL_POLICY), "Cache-Control": "no-store"}
