"""The promised numbers, measured: ``python -m bench [--only NAME] [--full]``. See ``docs/bench.md``."""
