"""Content security policies of pages that differ from the site's."""

from collections.abc import Collection

from django.utils.csp import CSP

type Policy = dict[str, Collection[str] | str]

OF_A_PICTURE: Policy = {  # a drawing's own style, and nothing that acts
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.NONE],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}
OF_A_MAIL: Policy = {  # a mail's own style and pictures, and nothing that acts
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-top-navigation-by-user-activation"],
}
