"""The order of the rooms is written down twice: for Django and for the import contracts."""

import re
import tomllib

from django.conf import settings

from dms.rooms import ORDER


def contracts() -> dict[str, dict]:
    configuration = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))
    return {contract["id"]: contract for contract in configuration["tool"]["importlinter"]["contracts"]}


def test_the_contracts_know_the_rooms_in_the_order_of_the_settings():
    layers = [re.findall(r"\w+", layer) for layer in contracts()["rooms"]["layers"]]
    assert [room for layer in reversed(layers) for room in layer] == list(ORDER)


def test_a_new_room_cannot_stay_out_of_the_contracts():
    assert contracts()["rooms"]["exhaustive"] is True
