"""The routes of the API; what is none of them is a 404 in JSON."""

from django.urls import URLPattern, path, re_path

from tickets.api.errors import no_such_route
from tickets.api.views.acts import ChangeList, DraftList, NoteList, ReplyList
from tickets.api.views.articles import ArticleDetail, ArticleList, ArticleSearch
from tickets.api.views.attachments import AttachmentDetail, AttachmentList
from tickets.api.views.customers import CustomerDetail, CustomerList, NumberedCustomer
from tickets.api.views.description import docs, schema
from tickets.api.views.desk import (
    AgentList,
    CustomFieldList,
    HoursList,
    PolicyList,
    SegmentList,
    TagList,
    TeamList,
)
from tickets.api.views.events import EventList
from tickets.api.views.key import KeyDetail
from tickets.api.views.ledgers import AuditList, RatingList, TicketRating
from tickets.api.views.moves import HandOverList, LinkDetail, LinkList, Merge, Snooze, TurnList
from tickets.api.views.organizations import (
    NumberedOrganization,
    OrganizationDetail,
    OrganizationList,
)
from tickets.api.views.records import RecordBulk, RecordDetail, RecordList, TicketRecordList
from tickets.api.views.rules import Rules
from tickets.api.views.search import TicketSearch
from tickets.api.views.shelf import AppliedMacroList, MacroList, ViewList, ViewTickets
from tickets.api.views.tickets import MessageList, TicketDetail, TicketList

urlpatterns: list[URLPattern] = [
    path("v1/tickets/", TicketList.as_view(), name="api-tickets"),
    path("v1/tickets/search/", TicketSearch.as_view(), name="api-ticket-search"),
    path("v1/tickets/<slug:reference>/", TicketDetail.as_view(), name="api-ticket"),
    path("v1/tickets/<slug:reference>/messages/", MessageList.as_view(), name="api-messages"),
    path("v1/tickets/<slug:reference>/replies/", ReplyList.as_view(), name="api-replies"),
    path("v1/tickets/<slug:reference>/drafts/", DraftList.as_view(), name="api-drafts"),
    path("v1/tickets/<slug:reference>/notes/", NoteList.as_view(), name="api-notes"),
    path("v1/tickets/<slug:reference>/changes/", ChangeList.as_view(), name="api-changes"),
    path("v1/tickets/<slug:reference>/turn/", TurnList.as_view(), name="api-turn"),
    path("v1/tickets/<slug:reference>/snooze/", Snooze.as_view(), name="api-snooze"),
    path("v1/tickets/<slug:reference>/merge/", Merge.as_view(), name="api-merge"),
    path("v1/tickets/<slug:reference>/links/", LinkList.as_view(), name="api-links"),
    path(
        "v1/tickets/<slug:reference>/links/<slug:kind>/<slug:other>/",
        LinkDetail.as_view(),
        name="api-link",
    ),
    path("v1/tickets/<slug:reference>/handovers/", HandOverList.as_view(), name="api-handovers"),
    path(
        "v1/tickets/<slug:reference>/records/",
        TicketRecordList.as_view(),
        name="api-ticket-records",
    ),
    path("v1/attachments/", AttachmentList.as_view(), name="api-attachments"),
    path("v1/attachments/<uuid:id>/", AttachmentDetail.as_view(), name="api-attachment"),
    path("v1/customers/", CustomerList.as_view(), name="api-customers"),
    path("v1/customers/<int:id>/", CustomerDetail.as_view(), name="api-customer"),
    path(
        "v1/customers/<slug:system>/<str:number>/",
        NumberedCustomer.as_view(),
        name="api-numbered-customer",
    ),
    path("v1/organizations/", OrganizationList.as_view(), name="api-organizations"),
    path("v1/organizations/<int:id>/", OrganizationDetail.as_view(), name="api-organization"),
    path(
        "v1/organizations/external/<str:number>/",
        NumberedOrganization.as_view(),
        name="api-numbered-organization",
    ),
    path("v1/records/<slug:type>/", RecordList.as_view(), name="api-records"),
    path("v1/records/<slug:type>/bulk/", RecordBulk.as_view(), name="api-records-bulk"),
    path("v1/records/<slug:type>/<str:external_id>/", RecordDetail.as_view(), name="api-record"),
    path("v1/teams/", TeamList.as_view(), name="api-teams"),
    path("v1/agents/", AgentList.as_view(), name="api-agents"),
    path("v1/tags/", TagList.as_view(), name="api-tags"),
    path("v1/custom-fields/", CustomFieldList.as_view(), name="api-custom-fields"),
    path("v1/segments/", SegmentList.as_view(), name="api-segments"),
    path("v1/opening-hours/", HoursList.as_view(), name="api-opening-hours"),
    path("v1/sla-policies/", PolicyList.as_view(), name="api-sla-policies"),
    path("v1/views/", ViewList.as_view(), name="api-views"),
    path("v1/views/<int:id>/tickets/", ViewTickets.as_view(), name="api-view-tickets"),
    path("v1/macros/", MacroList.as_view(), name="api-macros"),
    path("v1/tickets/<slug:reference>/macros/", AppliedMacroList.as_view(), name="api-apply-macro"),
    path("v1/ratings/", RatingList.as_view(), name="api-ratings"),
    path("v1/tickets/<slug:reference>/rating/", TicketRating.as_view(), name="api-rating"),
    path("v1/audit/", AuditList.as_view(), name="api-audit"),
    path("v1/key/", KeyDetail.as_view(), name="api-key"),
    path("v1/rules/", Rules.as_view(), name="api-rules"),
    path("v1/events/", EventList.as_view(), name="api-events"),
    path("v1/articles/", ArticleList.as_view(), name="api-articles"),
    path("v1/articles/search/", ArticleSearch.as_view(), name="api-article-search"),
    path("v1/articles/<slug:slug>/", ArticleDetail.as_view(), name="api-article"),
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
    re_path(r"^[\s\S]*\Z", no_such_route),  # a newline in an address, too
]
