"""Keyset pages: as quick on page 20,000 as on page 1, and without counting."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """API pages ordered by newest id; ``?cursor=`` goes on, ``?page_size=`` up to 200."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
