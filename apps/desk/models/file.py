"""Files: content-addressed, private, never changed."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.desk.models.event import subject_key

MAX_BYTES = 12 * 1024 * 1024
IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class FileQuerySet(StoreOwnedQuerySet):
    """Sets of files."""

    def about(self, obj: models.Model) -> Self:
        """Files that belong to one row, oldest first."""
        return self.filter(subject=subject_key(obj)).order_by("pk")


class File(models.Model):
    """Bytes that were taken in or issued. The bytes lie under their own hash; the row says whose they are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    name = models.CharField(max_length=150)
    mime = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject"], name="file_subject")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256[2:4] / self.sha256

    def read(self) -> bytes:
        """The bytes; raises ValueError when they no longer match their hash."""
        data = self.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise ValueError(f"File {self.pk} has been altered on disk.")
        return data

    def write(self, data: bytes) -> None:
        """Keep the bytes under their hash, once. A crash leaves a stray temporary file, never half of one."""
        if self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self.path.with_name(f"{self.sha256}.{uuid.uuid4().hex}")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        temporary.replace(self.path)

    @classmethod
    def issue(
        cls,
        data: bytes,
        *,
        name: str,
        mime: str,
        kind: str,
        about: models.Model,
        store: Store | int,
        by: User | None,
    ) -> File:
        """Keep bytes that the house made. The same bytes are stored once."""
        file = cls(
            store_id=store.pk if isinstance(store, Store) else store,
            kind=kind,
            subject=subject_key(about),
            name=name[:150],
            mime=mime,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            created_by=by,
        )
        file.write(data)
        file.save(force_insert=True)
        return file

    @classmethod
    def take_photo(
        cls,
        upload: UploadedFile,
        *,
        kind: str,
        about: models.Model,
        store: Store | int,
        by: User | None,
    ) -> File:
        """Keep a photo that was sent to us. Raises ValidationError for what is not one, or too large."""
        mime = _photo_type(upload)
        upload.seek(0)
        return cls.issue(
            upload.read(),
            name=upload.name or "photo",
            mime=mime,
            kind=kind,
            about=about,
            store=store,
            by=by,
        )


def _photo_type(upload: UploadedFile) -> str:
    """The photo's media type. Raises ValidationError for what is no photo, or too large."""
    if upload.size is None or upload.size > MAX_BYTES:
        raise ValidationError(
            _("The photo is larger than %(limit)s MB. Take it again at a lower resolution.")
            % {"limit": MAX_BYTES // 1024 // 1024},
            code="file_too_large",
        )
    try:
        with Image.open(upload) as image:
            image_format = image.format or ""
            image.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        Image.DecompressionBombError,
    ):
        image_format = ""
    if image_format not in IMAGE_TYPES:
        raise ValidationError(
            _("This file is not a photo. JPEG, PNG and WebP are accepted."),
            code="not_a_photo",
        )
    return IMAGE_TYPES[image_format]
