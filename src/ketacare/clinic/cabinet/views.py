"""The pages of the cabinet: what is there, each lot's ledger, counts, cases and receipts.

What belongs to an infusion is in :mod:`.views_infusion`.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ketacare.clinic import audit
from ketacare.clinic.accounts.decorators import requires
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.cabinet import access, actions, forms
from ketacare.clinic.cabinet.asking import Ask, answer, person
from ketacare.clinic.cabinet.models import Count
from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.ledger import micrograms

P = Permission
PER_PAGE = 50


@requires(P.CABINET_VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show balances, what expires, what is open, the last counts."""
    now = timezone.now()
    stocks = access.stock(now=now)
    context = {
        "stocks": stocks,
        "vials": sum(each.balance.vials for each in stocks),
        "mg": sum(each.mg for each in stocks),
        "expiring": [each for each in stocks if each.expired or each.expires_soon],
        "cases": access.cases(now=now, is_open=True),
        "closed": access.cases(now=now, is_open=False)[-5:],
        "unsettled": access.unsettled(now=now),
        "in_use": access.standings(access.in_use(), now=now),
        "inventory": access.inventory_due(now=now),
        "counts": access.counts(),
        "rules": access.rules(),
        "is_on": access.is_on(now),
    }
    return render(request, "cabinet/overview.html", context)


@requires(P.CABINET_VIEW)
@require_GET
def lot(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Show a lot's ledger; with ``?names=1`` for whom, which the audit log then says."""
    user, now = person(request), timezone.now()
    found = access.lot_for(user, lot_id)
    entries = Paginator(access.entries_of(found), PER_PAGE).get_page(request.GET.get("page"))
    names = access.sees_names(user) and request.GET.get("names") == "1"
    if names:
        for patient_id in {e.session.patient_id for e in entries if e.session is not None}:
            audit.record_read(tag=audit.Tag.CABINET_READ, by=user, patient_id=patient_id)
    context = {
        "lot": found,
        "page": entries,
        "query": "names=1" if names else "",
        "balance": access.balance_of(found),
        "open_mg": access.stock_of(found, now=now).open_mg,
        "stock": access.stock_of(found, now=now),
        "names": names,
        "may_name": access.sees_names(user),
    }
    return render(request, "cabinet/lot.html", context)


@requires(P.CABINET_RECEIVE)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Put a delivery into the register."""
    by, now = person(request), timezone.now()
    ask = Ask(
        title=_("Receive a delivery"),
        button=_("Put into the register"),
        back=reverse("cabinet:overview"),
        done=_("The delivery is in the register."),
        lead=_("Count the vials against the invoice before you sign for them."),
    )
    return answer(
        request,
        ask,
        partial(forms.ReceiveForm, initial={"received_on": timezone.localdate(now)}),
        lambda data, _form: actions.receive(by=by, now=now, **data),
        key="cabinet.receive",
    )


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Waste a rest, or a vial that broke."""
    by, now = person(request), timezone.now()
    found = access.lot_for(by, lot_id)
    ask = Ask(
        title=_("Waste from the cabinet: lot {lot}").format(lot=found.number),
        button=_("Record the waste"),
        back=_lot(lot_id),
        done=_("The waste is recorded."),
        lead=_stands(found, now),
    )
    return answer(
        request,
        ask,
        forms.DiscardForm,
        lambda data, _form: actions.discard(lot=found, by=by, now=now, **data),
        key=f"cabinet.discard:{lot_id}",
    )


@requires(P.CABINET_RECEIVE)
@require_http_methods(["GET", "POST"])
def dispatch(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Hand vials to a reverse distributor."""
    by, now = person(request), timezone.now()
    found = access.lot_for(by, lot_id)
    ask = Ask(
        title=_("Hand over vials: lot {lot}").format(lot=found.number),
        button=_("Record the handover"),
        back=_lot(lot_id),
        done=_("The handover is recorded."),
        lead=_stands(found, now),
    )
    return answer(
        request,
        ask,
        forms.DispatchForm,
        lambda data, _form: actions.dispatch(lot=found, by=by, now=now, **data),
        key=f"cabinet.dispatch:{lot_id}",
    )


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def reverse_entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Undo an entry by one with the opposite signs."""
    by, now = person(request), timezone.now()
    found = access.entry_for(by, entry_id)
    ask = Ask(
        title=_("Reverse entry {n} of lot {lot}").format(n=found.number, lot=found.lot.number),
        button=_("Reverse the entry"),
        back=_lot(found.lot_id),
        done=_("The entry is reversed; both stay in the ledger."),
        lead=_("{what}, {mg} mg, by {who}.").format(
            what=found.get_kind_display(), mg=found.amount_mg, who=found.by.display_name
        ),
    )
    return answer(
        request,
        ask,
        forms.ReverseForm,
        lambda data, _form: actions.reverse(entry=found, by=by, now=now, **data),
        key=f"cabinet.reverse:{entry_id}",
    )


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def count(request: HttpRequest) -> HttpResponse:
    """Count at the change of shift."""
    return _count(request, Count.Kind.SHIFT, _("Shift count"))


@requires(P.CABINET_CASE)
@require_http_methods(["GET", "POST"])
def inventory(request: HttpRequest) -> HttpResponse:
    """Take the inventory the law asks for every two years."""
    return _count(request, Count.Kind.INVENTORY, _("Inventory"))


def _count(request: HttpRequest, kind: Count.Kind, title: str) -> HttpResponse:
    by, now = person(request), timezone.now()
    stocks = access.stock(now=now)
    ask = Ask(
        title=title,
        button=_("Record the count"),
        back=reverse("cabinet:overview"),
        done=_("The count is recorded."),
        lead=_(
            "Two people count what is there. What the register expects is shown afterwards, so "
            "that nobody counts towards a number."
        ),
    )

    def run(data: dict[str, Any], form: Any) -> Count:
        return actions.count(
            found=form.found,
            by=by,
            witness=data["witness"],
            now=now,
            kind=kind,
            moment=data.get("moment", ""),
            note=data["note"],
        )

    return answer(
        request,
        ask,
        partial(forms.CountForm, stocks=stocks, inventory=kind == Count.Kind.INVENTORY),
        run,
        key=f"cabinet.count:{kind}",
        then=lambda row: reverse("cabinet:counted", args=[row.pk]),
    )


@requires(P.CABINET_VIEW)
@require_GET
def counted(request: HttpRequest, count_id: uuid.UUID) -> HttpResponse:
    """Show a count beside what the register said: the page to print for an inventory."""
    found = access.count_for(person(request), count_id)
    rules = access.rules()
    context = {
        "count": found,
        "lines": sorted(found.lines.all(), key=lambda line: (line.lot.expires_on, line.lot.number)),
        "cases": list(found.cases.all()),
        "keep_until": timezone.localdate(found.at)
        + timedelta(days=round(rules.keep_years.value * 365.25)),
    }
    return render(request, "cabinet/counted.html", context)


@requires(P.CABINET_HANDLE)
@require_http_methods(["GET", "POST"])
def new_case(request: HttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Open a case by hand."""
    by, now = person(request), timezone.now()
    found = access.lot_for(by, lot_id)
    ask = Ask(
        title=_("Open a case: lot {lot}").format(lot=found.number),
        button=_("Open the case"),
        back=_lot(lot_id),
        done=_("The case is open, and its clocks run."),
        lead=_stands(found, now),
    )

    def run(data: dict[str, Any], _form: Any) -> object:
        mg = data["mg"]
        return actions.open_case(
            lot=found,
            sentence=data["sentence"],
            difference_vials=data["vials"],
            difference_ug=micrograms(abs(mg)) * (-1 if mg < 0 else 1),
            by=by,
            now=now,
        )

    return answer(
        request,
        ask,
        forms.CaseForm,
        run,
        key=f"cabinet.case:{lot_id}",
        then=lambda row: reverse("cabinet:case", args=[row.pk]),
    )


@requires(P.CABINET_VIEW, post=P.CABINET_CASE)
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show a case with its clocks and steps; add a step."""
    by, now = person(request), timezone.now()
    told = access.case_for(by, case_id, now=now)
    here = reverse("cabinet:case", args=[case_id])
    ask = Ask(title="", button=_("Add"), back=here, done=_("It is in the case."), lead="")
    return answer(
        request,
        ask,
        partial(forms.StepForm, initial={"on": timezone.localdate(now)}),
        lambda data, _form: actions.tell_case(case=told.case, by=by, now=now, **data),
        key=f"cabinet.step:{case_id}",
        template="cabinet/case.html",
        context={"told": told, "case": told.case, "rules": access.rules()},
    )


@requires(P.CABINET_CASE)
@require_http_methods(["GET", "POST"])
def close_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Close a case with its explanation, two people signing."""
    by, now = person(request), timezone.now()
    told = access.case_for(by, case_id, now=now)
    ask = Ask(
        title=_("Close the case of lot {lot}").format(lot=told.case.lot.number),
        button=_("Close the case"),
        back=reverse("cabinet:case", args=[case_id]),
        done=_("The case is closed."),
        lead=told.case.sentence,
    )

    def run(data: dict[str, Any], _form: Any) -> object:
        if data["correct_register"] and not (told.case.difference_vials or told.case.difference_ug):
            raise InputError(
                ErrorCode.CONTRADICTION,
                _("The case has no difference to correct the register by."),
                where="correct_register",
            )
        return actions.close_case(case=told.case, by=by, now=now, **data)

    return answer(request, ask, forms.CloseForm, run, key=f"cabinet.close:{case_id}")


def _lot(lot_id: uuid.UUID) -> str:
    return reverse("cabinet:lot", args=[lot_id])


def _stands(lot: Any, now: Any) -> str:
    stock = access.stock_of(lot, now=now)
    return _("The register has {vials} sealed vials and {open} mg in opened ones.").format(
        vials=stock.balance.vials, open=stock.open_mg
    )
