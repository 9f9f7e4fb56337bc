"""What is said on the telephone. English message ids; the words people speak are the translations."""

from django.utils.translation import gettext_lazy as _

PROMISE_SCRIPT = _(
    "Hello %(customer)s, this is %(agent)s from %(store)s. I promised to call you back, and here I am.\n\n"
    "First say what has become of the matter, then ask whether that answers the question.\n\n"
    "Is there anything else I can do for you? You reach us at any hour under %(hotline)s."
)
