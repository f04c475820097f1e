"""Staff of the regulator: which passwords somebody else gave them."""

from django.conf import settings
from django.db import models


class GivenPassword(models.Model):
    """A password that somebody else set and so knows. It goes when the person chooses one of their own."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    given_at = models.DateTimeField(help_text="When it was set.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"given password of {self.user}"
