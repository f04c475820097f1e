"""Fields for codes and numbers: a name outside, a small integer in the table."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from registry.codes import mask, names
from registry.phone import BadNumber, e164, parse_caller


class CodeField(models.SmallIntegerField):
    """One code of a list: its place in the table, its name in Python."""

    def __init__(self, *args: Any, codes: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.codes = codes
        kwargs.setdefault("choices", [(name, name.replace("_", " ")) for name in codes])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        kwargs["codes"] = self.codes
        return name, path, args, kwargs

    def from_db_value(self, value: int | None, *_: Any) -> str | None:
        return None if value is None else self.codes[value]

    def to_python(self, value: Any) -> str | None:
        if value in (None, "") or value in self.codes:
            return value or None
        raise ValidationError(f"{value!r} is not one of {', '.join(self.codes)}")

    def get_prep_value(self, value: Any) -> int | None:
        return self.codes.index(value) if isinstance(value, str) and value else value

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, **kwargs)

    @property
    def validators(self) -> list[Any]:
        return []


class CodeSetField(models.SmallIntegerField):
    """A set of codes of a list: a bit mask in the table, a list of names in Python."""

    def __init__(self, *args: Any, codes: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.codes = codes
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["codes"] = self.codes
        return name, path, args, kwargs

    def from_db_value(self, value: int | None, *_: Any) -> list[str] | None:
        return None if value is None else names(value, self.codes)

    def to_python(self, value: Any) -> list[str] | None:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        unknown = [name for name in value or () if name not in self.codes]
        if unknown:
            raise ValidationError(f"{unknown[0]!r} is not one of {', '.join(self.codes)}")
        return value

    def get_prep_value(self, value: Any) -> int | None:
        return mask(value, self.codes) if isinstance(value, list | tuple | set) else value

    @property
    def validators(self) -> list[Any]:
        return []


class NumberField(models.BigIntegerField):
    """A phone number: E.164 digits as a bigint in the table and in Python, `+…` in forms."""

    def to_python(self, value: Any) -> int | None:
        if value in (None, ""):
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_caller(str(value))
        except BadNumber as error:
            raise ValidationError(str(error)) from error

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        class Input(forms.CharField):
            def prepare_value(self, value: Any) -> Any:
                return e164(value) if isinstance(value, int) else value

        return Input(
            label=kwargs.get("label") or self.verbose_name, help_text=self.help_text, required=not self.blank
        )
