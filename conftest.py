"""Settings of the whole test suite that pyproject.toml cannot hold."""

from hypothesis import settings

# A time limit per example would make a busy machine look like a fault. The parent is the profile
# that Hypothesis picked itself: under CI that one is deterministic.
settings.register_profile("neoadapt", settings.default, deadline=None)
settings.load_profile("neoadapt")

# Gherkin tags `@kind:value` become markers.
pytest_plugins = ("api.bdd.tags",)
