"""Makes the project ready in a process that the benchmarks start. Imports nothing of it before that."""


def load() -> None:
    """Set Django up; what is handed to the process afterwards may name the project's modules."""
    import django

    django.setup()
