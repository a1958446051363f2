"""How static files are named and kept for serving."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names every file by its content, the modules that scripts import included.

    Without the second, a changed module would come from the browser's cache: it is imported by a
    plain name that never changes.
    """

    support_js_module_import_aggregation = True
