"""What a refused verb says."""

import pytest

from apps.core.errors import DomainError


def code_of(call, *args, **kwargs) -> str:
    """The code of the refusal of ``call``; fails when it is carried out."""
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.code
