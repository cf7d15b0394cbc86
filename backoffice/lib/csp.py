"""Content security policies of pages that differ from the site's."""

from collections.abc import Collection

from django.utils.csp import CSP

OF_A_MAIL: dict[
    str, Collection[str] | str
] = {  # a mail's own style and pictures, and nothing that acts
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}
