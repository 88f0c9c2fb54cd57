"""Static files with hashed names, in JavaScript modules too, to be cached for ever."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]


class Storage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage that also rewrites the imports of our own ES modules.

    Only ours: packages write `import` in comments too, of files that are not there.
    """

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", IMPORTS))
    manifest_strict = False
