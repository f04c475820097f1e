"""In which language the register writes to a number that sends nothing itself."""

from registry import phone
from registry.models import Subscriber


def of(number: int) -> str:
    """That of the page the number was last proven on, or else of its country; as Django names it (`zh-hans`)."""
    known = Subscriber.objects.filter(number=number).values_list("language", flat=True).first()
    return known or ("zh-hans" if phone.country_code(number) == 86 else "en")
