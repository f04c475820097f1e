"""The models and the migrations say the same."""

from django.core.management import call_command


def test_it_has_a_migration_for_every_model(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
