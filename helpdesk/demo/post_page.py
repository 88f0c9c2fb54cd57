"""The demo's page on which one writes mails as a customer, and reads what the helpdesk sent."""

from __future__ import annotations

import smtplib

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.demo import outbox, post_office
from tickets.models import Mailbox


class MailForm(forms.Form):
    sender = forms.EmailField(label=gettext_lazy("From"), initial="ines@brook.example")
    to = forms.EmailField(label=gettext_lazy("To"), max_length=320)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 6}))
    answers = forms.CharField(required=False, max_length=250, widget=forms.HiddenInput)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    """The page; a mail that is written here goes through a real mail server on this machine."""
    form = MailForm(request.POST or None, initial=_begun(request), label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            post_office.write(**form.cleaned_data)
        except smtplib.SMTPException:
            form.add_error("to", _("The demo's post takes mail for the company's mailboxes only."))
        except OSError:
            form.add_error(None, _("The demo's post does not answer; is the demo still starting?"))
        else:
            messages.success(request, _("Your mail has arrived at the helpdesk."))
            return redirect("demo-post")
    context = {"form": form, "sent": outbox.latest(), "mailboxes": Mailbox.objects.all()}
    return render(request, "demo/post.html", context)


def _begun(request: HttpRequest) -> dict[str, str]:
    """What an answer to a mail begins with."""
    wanted = request.GET.get("answer")
    mail = next((each for each in outbox.latest() if each.message_id == wanted), None)
    if wanted and mail is not None:
        subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
        return {
            "sender": mail.to.rpartition(",")[2].strip(),
            "to": mail.answer_to.rpartition("<")[2].rstrip(">"),
            "subject": subject[:200],
            "answers": mail.message_id,
        }
    mailbox = Mailbox.objects.filter(is_active=True).first()
    return {"to": mailbox.address if mailbox else ""}


urlpatterns: list[URLPattern] = [path("demo/mail/", post, name="demo-post")]
