"""What becomes of a click on a schedule that somebody else has just deleted."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from backoffice.errors import ScheduleIsGone
from stores.rights import StaffRequest


def unless_gone[**P](
    view: Callable[Concatenate[StaffRequest, P], HttpResponse],
) -> Callable[Concatenate[StaffRequest, P], HttpResponse]:
    """Lead to the list, and say so, if the schedule was deleted while the view was at it."""

    @wraps(view)
    def led(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ScheduleIsGone as error:
            messages.error(request, str(error))
            return redirect("backoffice:schedule_list")

    return led
