"""Where subscriptions stand, and what happened."""

from capcom_gql.pages.operations import Operation, document_of

FOLLOWING = (
    Operation(
        name="Organisations",
        title="List organisations",
        group="Following up",
        needs="staff or a key with ORGANISATIONS_READ; others see their own",
        callers=("staff", "manager"),
        document=document_of("Organisations"),
        variables={
            "first": 20,
            "filter": {"state": ["PROVISIONAL", "CONFIRMED"]},
            "orderBy": {"field": "NAME", "direction": "ASC"},
        },
    ),
    Operation(
        name="SubscriptionDetail",
        title="One subscription, past and future",
        group="Following up",
        needs="staff, the manager, or a key with ORGANISATIONS_READ",
        callers=("staff", "manager"),
        document=document_of("SubscriptionDetail"),
        variables={"id": "an organisation's id, as Organisations lists them"},
    ),
    Operation(
        name="Events",
        title="What happened lately",
        group="Following up",
        needs="staff, the manager, or a key with EVENTS_READ",
        callers=("staff", "manager"),
        document=document_of("Events"),
        variables={"first": 20, "filter": {}},
    ),
    Operation(
        name="Deliveries",
        title="Who was told what",
        group="Following up",
        needs="staff, the manager, or a key with NOTIFICATIONS_WRITE",
        callers=("staff", "manager"),
        document=document_of("Deliveries"),
        variables={"first": 20, "filter": {}},
    ),
)
