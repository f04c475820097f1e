"""The pages: lists and details for looking, and the page of an act."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from registry import access_records, ids, phone
from registry.admin.acts import MOST_ROWS, Act, Doing, Done, Reason
from registry.admin.columns import number_fields
from registry.admin.searching import NEWEST, BoundedPaginator, Keys, search
from registry.errors import RegistryError
from registry.periods import Moment


class NewestFirst(ChangeList):
    """A list in its own order, whatever the address asks for: no other order has an index."""

    def get_ordering(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> list[str]:
        return list(self.model_admin.ordering)


class RecordAdmin(admin.ModelAdmin):
    """Rows to look at. Nothing is added, changed or deleted but by acts."""

    keys: ClassVar[Keys] = Keys()
    acts: ClassVar[tuple[Act, ...]] = ()
    #: Small tables are listed whole.
    hot: ClassVar[bool] = True

    paginator = BoundedPaginator
    ordering = ("-pk",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    search_fields = ("pk",)  # shows the search box; `get_search_results` looks
    change_form_template = "registry/admin/record.html"
    change_list_template = "registry/admin/list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters offer. Django lets an address ask for any field of the row (`number__gte=…`), and
        whoever may do that can find out a masked number digit by digit.
        """
        name, _, how = lookup.partition("__")
        return name in self.list_filter and how in ("", "exact")

    @property
    def search_help_text(self) -> str:
        """What can be looked for."""
        keys = self.keys
        parts = ["a whole number"] if keys.numbers else []
        parts += [f"an id ({keys.prefix}_…)"] if keys.prefix else []
        parts += ["a company (com_…)"] if keys.company else []
        parts += ["a day (2026-03-09)"] if keys.time else []
        return f"Search for {', '.join(parts)}. " + (
            f"Without a number or an id, the newest {NEWEST:,} rows." if self.hot else ""
        )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if not self.hot and not search_term.strip():
            return queryset, False
        found = search(queryset, search_term, self.keys)
        if found.unread:
            self.message_user(request, f"Not understood: {len(found.unread)} word(s).", messages.WARNING)
        return found.rows, False

    def public_id(self, row: Any) -> str:
        """The row's id as outsiders see it, or its number."""
        if not self.keys.prefix:
            return str(row.pk)
        return ids.public(self.keys.prefix, row.record_id if self.keys.of_record else row.pk)

    # --- Acts ---

    def all_acts(self) -> tuple[Act, ...]:
        """The acts of the page, with the look at whole numbers where there are any."""
        return (*self.acts, unmask(self)) if number_fields(self.model) else self.acts

    def acts_for(self, request: HttpRequest) -> list[Act]:
        """Those that the user may do."""
        return [act for act in self.all_acts() if request.user.has_perm(f"registry.{act.permission}")]

    def act_url(self, act: Act) -> str:
        """The address of an act's page; `?ids=` names the rows."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[act.slug])

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        own = path("act/<slug:slug>/", self.admin_site.admin_view(self.act_view), name=name)
        return [own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {act.slug: (_go_to(act), act.slug, act.label) for act in self.acts_for(request) if act.to_rows}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        offered = [(self.act_url(act), act.label) for act in self.acts_for(request) if not act.to_rows]
        return super().changelist_view(request, {**(extra_context or {}), "offered": offered})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        moment = Moment.of(datetime.now(UTC))
        context["offered"] = [
            (f"{self.act_url(act)}?ids={obj.pk}", act.label)
            for act in self.acts_for(request)
            if act.to_rows and act.fits(obj, moment)
        ]
        # The row's own text may hold a number.
        context["subtitle"] = context["public_id"] = self.public_id(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def act_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The page of an act: its form, and what came of it."""
        act = next((act for act in self.all_acts() if act.slug == slug), None)
        if act is None:
            raise Http404
        if not (self.has_view_permission(request) and request.user.has_perm(f"registry.{act.permission}")):
            raise PermissionDenied
        rows = self._rows(request) if act.to_rows else []
        form = act.form(request.POST if request.method == "POST" else None)
        done = None
        if request.method == "POST" and form.is_valid():
            try:
                done = self._carry_out(request, act, rows, form.cleaned_data)
            except RegistryError as error:
                form.add_error(None, error.detail)
            else:
                if not done.shown:
                    self.message_user(request, done.sentence, messages.SUCCESS)
                    return HttpResponseRedirect(self._afterwards(rows, done))
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "act": act,
            "form": form,
            "rows": [(self.public_id(row), self._described(row)) for row in rows],
            "done": done,
            "back": self._afterwards(rows, done),
        }
        return TemplateResponse(request, "registry/admin/act.html", context)

    def _rows(self, request: HttpRequest) -> list[Any]:
        asked = {
            int(text) for text in request.GET.get("ids", "").split(",") if text.isascii() and text.isdigit()
        }
        rows = list(self.get_queryset(request).filter(pk__in=list(asked)[: MOST_ROWS + 1]).order_by("pk"))
        if not rows or len(rows) != len(asked):
            raise Http404
        return rows

    def _carry_out(self, request: HttpRequest, act: Act, rows: list[Any], data: dict[str, Any]) -> Done:
        with transaction.atomic():
            done = act.run(Doing(request.user, Moment.of(datetime.now(UTC)), rows, data))
            LogEntry.objects.bulk_create(
                LogEntry(
                    user_id=request.user.pk,
                    content_type=ContentType.objects.get_for_model(row, for_concrete_model=False),
                    object_id=str(row.pk),
                    object_repr=self.public_id(row) if isinstance(row, self.model) else str(row.pk),
                    action_flag=CHANGE,
                    change_message=act.label,
                )
                for row in (rows or [done.made])
                if row is not None
            )
        return done

    def _described(self, row: Any) -> str:
        """What an act's page says of a row: its company and numbers, masked."""
        numbers = [getattr(row, name) for name in number_fields(self.model)]
        owner = getattr(row, "company", None)
        named = [row.name] if hasattr(row, "name") else [owner.name] if owner is not None else []
        return ", ".join(named + [phone.mask(number) for number in numbers if number is not None])

    def _afterwards(self, rows: list[Any], done: Done | None) -> str:
        base = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        row = done.made if done and done.made else rows[0] if len(rows) == 1 else None
        return reverse(f"{base}_change", args=[row.pk]) if row is not None else reverse(f"{base}_changelist")


class HistoryAdmin(RecordAdmin):
    """Rows of a two-clock table: every version is its own row, and "history" is the versions of one record."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{address}?q={self.public_id(row)}")


def in_effect(row: Any, moment: Moment) -> bool:
    """Whether a version is on record and in effect at the moment."""
    return moment.at in _Bounds(row.valid) and moment.known_at in _Bounds(row.recorded)


class _Bounds:
    """A half-open range, open on the side that has no end."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __contains__(self, at: datetime) -> bool:
        held = self.held
        return (
            not held.isempty
            and (held.lower is None or held.lower <= at)
            and (held.upper is None or at < held.upper)
        )


def _go_to(act: Act) -> Any:
    """The list action that leads to an act's page with the chosen rows."""

    def action(page: RecordAdmin, request: HttpRequest, chosen: models.QuerySet[Any]) -> HttpResponse | None:
        keys = list(chosen.values_list("pk", flat=True)[: MOST_ROWS + 1])
        if len(keys) > MOST_ROWS:
            page.message_user(request, f"Choose at most {MOST_ROWS} rows.", messages.ERROR)
            return None
        return HttpResponseRedirect(f"{page.act_url(act)}?ids={','.join(map(str, keys))}")

    return action


def unmask(page: RecordAdmin) -> Act:
    """The act that shows the whole numbers of rows, against a reason that is kept."""

    def run(doing: Doing) -> Done:
        access_records.record(
            user=doing.user,
            kind=str(page.opts.verbose_name),
            object_ids=[page.public_id(row) for row in doing.rows],
            reason=doing.data["reason"],
            moment=doing.moment,
        )
        shown = [
            (f"{page.public_id(row)} {name}", phone.e164(getattr(row, name)))
            for row in doing.rows
            for name in number_fields(page.model)
            if getattr(row, name) is not None
        ]
        return Done("Your name and your reason are on record.", tuple(shown))

    return Act(
        "unmask",
        "Show whole numbers",
        "unmask_numbers",
        run,
        Reason,
        explanation="Who looks, at what and why is written down, and cannot be taken back.",
    )
