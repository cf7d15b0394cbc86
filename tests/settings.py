"""The site's settings on the servers of the test run; only what makes tests fast is changed."""

import os

from tests import migrated, servers

servers.decide_addresses()

from backoffice.settings import *
from backoffice.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # looks a file up when it is asked for, not all of them at start
if servers.OWN_POSTGRES in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": migrated.DATABASE}
