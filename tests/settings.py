"""The site's settings on the servers of the test run; only what makes tests fast is changed."""

from tests import servers

servers.decide_addresses()

from backoffice.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # looks a file up when it is asked for, not all of them at start
