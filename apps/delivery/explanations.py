"""What the advisor explains at the car when handing it back. Source: domain description, delivery."""

from django.utils.translation import gettext_lazy as _

EXPLANATIONS = {
    "work_done": _("Work done, shown at the car"),
    "beyond": _("Work done beyond the order"),
    "not_repaired": _("Found but not repaired"),
    "invoice": _("Statement and invoice"),
    "old_parts": _("Old parts"),
    "next_service": _("Next service due"),
    "warranty": _("Repair warranty"),
    "callback": _("We will call in a few days"),
}
