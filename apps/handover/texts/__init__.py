"""What is said at the N+15 call. English message ids; the words people speak are the translations."""

from django.utils.translation import gettext_lazy as _

N15_SCRIPT = _(
    "Hello %(customer)s, this is %(agent)s from %(store)s. You have had your car %(vehicle)s for two weeks "
    "now. Do you have a moment?\n\n"
    "How far have you driven? Is everything as you expected: starting, brakes, noises, the screen?\n\n"
    "Is there anything you would like me to explain once more? Listen, answer, and write down the "
    "question in the customer's words.\n\n"
    "Your first maintenance is free at three months or 5,000 km. I will remind you in good time. Until "
    "then you reach us at any hour under %(hotline)s."
)
