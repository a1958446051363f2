"""How static files are named and kept for serving."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names every file by its content, the modules that our own scripts import included.

    Without the second, a changed module would come from the browser's cache: it is imported by a
    plain name that never changes. Packages' scripts are bundles and stay as they are.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        # A private name with no public twin: the expressions that find an import in a script.
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # noqa: SLF001
    )
