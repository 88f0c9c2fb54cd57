"""Static files with hashed names, in JavaScript modules too, to be cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage that also rewrites the imports of our own ES modules."""

    support_js_module_import_aggregation = True
    manifest_strict = False
