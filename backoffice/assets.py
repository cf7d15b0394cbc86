from django.contrib.staticfiles.apps import StaticFilesConfig


class AssetsConfig(StaticFilesConfig):
    """Static files, without the parts of npm packages that no page uses."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "tabler-*.css*"]
