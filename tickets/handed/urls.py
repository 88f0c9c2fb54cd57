"""The addresses that mail providers hand mail over to."""

from django.urls import path

from tickets.handed.views import hand_over

# Mailgun gives the mail as it came to an address that ends in "mime"; to the others it is a name.
urlpatterns = [path("mail/in/<int:mailbox>/mime", hand_over, name="mail-in")]
