"""The machine codes of verdicts and what they say to people. Codes are a contract of the report file."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUTCOME_NAMES = {
    "good": _("good"),
    "repaired": _("repaired"),
    "rejected": _("rejected"),
    "duplicate": _("duplicate"),
}

TEXTS: dict[str, Promise] = {
    # Rejected: a person has to mend the row in the old system or in the file.
    "phone_missing": _("The telephone number is missing."),
    "phone_too_short": _("The telephone number is too short."),
    "phone_too_long": _("The telephone number is too long."),
    "phone_impossible": _("This is not a telephone number."),
    "phone_digits_lost": _("The telephone number was saved as 1.38E+10: its last digits are lost."),
    "customer_number_missing": _("The customer number is missing."),
    "name_missing": _("The name is missing."),
    "name_lost": _("The name was lost in the export: only question marks are left."),
    "vin_missing": _("The VIN is missing."),
    "vin_too_short": _("The VIN is shorter than 17 characters."),
    "vin_too_long": _("The VIN is longer than 17 characters."),
    "vin_with_i_o_q": _("The VIN contains I, O or Q, which no VIN does."),
    "vin_alphabet": _("The VIN contains a character that no VIN has."),
    "vin_check_digit": _("The check digit of the VIN (position 9) is wrong."),
    "plate_with_i_o": _("The plate contains I or O, which no plate does."),
    "plate_not_a_plate": _("This is not a number plate."),
    "plate_ambiguous": _("Several vehicles carry this plate and the row has no VIN."),
    "date_missing": _("A date that the row needs is missing."),
    "date_unreadable": _("This is not a date."),
    "date_impossible": _("There is no such day."),
    "date_two_digit_year": _("The year has two digits only, so day, month and year cannot be told apart."),
    "date_ambiguous": _("Day and month cannot be told apart."),
    "date_incomplete": _("The date has no day."),
    "date_implausible": _("The year cannot be right."),
    "time_impossible": _("There is no such time of day."),
    "purchase_date_in_future": _("The purchase date lies in the future."),
    "date_in_future": _("The date lies in the future."),
    "left_before_it_arrived": _("The vehicle left before it arrived."),
    "unknown_vehicle": _("The vehicle is neither in the vehicle file nor known."),
    "total_not_labour_plus_parts": _("The total is not labour plus parts."),
    "amount_unreadable": _("This is not an amount."),
    "amount_negative": _("The amount is negative: a reversal is not a visit."),
    "order_number_reused": _("Another visit with the same order number was accepted."),
    "digits_lost": _("The number was saved with more digits than Excel keeps: the last ones are lost."),
    "code_became_date": _("Excel has taken this number for a date; what was typed is lost."),
    "cell_is_error": _("The cell shows an Excel error instead of a value."),
    "formula_without_value": _(
        "The cell holds a formula without a result. Open the file in Excel and save it."
    ),
    "unreadable_characters": _("The cell contains characters that were destroyed in the export."),
    "cell_too_long": _("The cell is longer than the column allows."),
    "more_cells_than_titles": _(
        "The row has more cells than the table has titles: a separator stands in a text."
    ),
    "quote_never_closed": _("A quotation mark in this row is never closed."),
    # Repaired: imported, and changed on the way.
    "phone_full_width": _("Full-width digits in the telephone number were made ordinary ones."),
    "phone_formatted": _("The telephone number was brought into the usual form."),
    "phone_several": _(
        "The cell holds several telephone numbers; the first valid one is used, all are kept as text."
    ),
    "phone_from_other_column": _("The telephone number was taken from another column."),
    "plate_full_width": _("Full-width characters in the plate were made ordinary ones."),
    "plate_dotted": _("Dots and blanks in the plate were removed."),
    "plate_lower_case": _("The plate was put into upper case."),
    "vin_normalised": _("The VIN was put into upper case, without blanks."),
    "amount_formatted": _("Signs and separators in the amount were removed."),
    "amount_rounded": _("The amount was rounded to the fen."),
    "total_filled_in": _("The missing total was filled in: labour plus parts."),
    "mileage_lower": _(
        "The reading is lower than at an earlier visit: kept and flagged, not used as the mileage."
    ),
    "mileage_higher_than_later": _(
        "The reading is higher than at a later visit: kept and flagged, not used as the mileage."
    ),
    "mileage_unreadable": _("The mileage cannot be read and was left out; its text is kept."),
    "mileage_implausible": _("The mileage cannot be right and was left out; its text is kept."),
    "hours_unreadable": _("The hours cannot be read and were left out; their text is kept."),
    "text_shortened": _("The text was longer than the field and was cut."),
    "value_lost": _(
        "An optional cell was spoilt (an error, a formula without result, a number turned date) and left out."
    ),
    # Duplicate.
    "customer_number_twice": _("This customer number was accepted from an earlier row."),
    "vin_twice": _("This VIN was accepted from an earlier row."),
    "visit_twice": _("This visit was accepted from an earlier row."),
    "already_imported": _("An earlier run imported this row."),
    "already_known": _(
        "This key is known already, with other contents or entered by hand; nothing was changed."
    ),
    # Notes: said, but without weight for the verdict.
    "differs_from_accepted_row": _("The accepted row has other contents."),
    "owner_unknown": _(
        "The customer number of the owner is not known; the vehicle is imported with an owner to be found."
    ),
    "phone_on_other_customer": _("Another customer has the same telephone number: perhaps the same person."),
    "plate_on_other_vehicle": _("Another vehicle carries the same plate."),
    "filler_emptied": _("A word that stands for “nothing” was taken as an empty cell."),
    "invisible_characters_removed": _("Invisible characters were removed."),
    "date_from_serial": _("The date was stored as Excel's number of days."),
    "mileage_unknown": _("The mileage is a filler (0, 1, 11, 999999) and was taken as unknown."),
    "mileage_rounded": _("Fractions of a kilometre were dropped."),
    "word_unknown": _("A word is not in the list of the column; it is kept as text."),
    "question_mark_in_name": _("A question mark in the name: a rare character may have been lost."),
    "arrived_before_purchase": _("The visit lies before the purchase date."),
    # Lines that are no rows.
    "total_line": _("A total line, not a row."),
    "header_again": _("The column titles once more, not a row."),
    "footer": _("A remark below the table, not a row."),
}


def text(reason: str) -> str:
    """Return the sentence for ``code`` or ``code:field`` in the active language."""
    code, _colon, _field = reason.partition(":")
    return str(TEXTS.get(code, code))
