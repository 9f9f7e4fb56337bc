"""How production names static files: by their content, so that a browser may keep them for ever."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; our own modules import each other by the hashed names.

    Left alone are the libraries' source maps, some of which their packages do not ship, and the
    libraries' own imports.
    """

    patterns: ClassVar = (
        *(
            (files, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
            for files, rules in CompressedManifestStaticFilesStorage.patterns
            if files == "*.css"
        ),
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
