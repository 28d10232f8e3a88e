"""The next year: renewing, declining, and the survey that goes with it."""

from capcom_gql.pages.operations import IDEMPOTENCY_KEY, Operation, document_of

RENEWING = (
    Operation(
        name="Renew",
        title="Renew a subscription",
        group="Renewing",
        needs="the manager, or staff",
        callers=("manager", "staff"),
        document=document_of("Renew"),
        variables={
            "input": {
                "subscriptionId": "a subscription's id",
                "planCode": "COLLECTIF",
                "acceptedTermsVersion": "1",
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="DeclineRenewal",
        title="Decline the renewal",
        group="Renewing",
        needs="the manager, or staff",
        callers=("manager", "staff"),
        document=document_of("DeclineRenewal"),
        variables={"input": {"subscriptionId": "a subscription's id", "reason": "Budget"}},
    ),
    Operation(
        name="AnswerSurvey",
        title="Answer the survey",
        group="Renewing",
        needs="the holder of the seat",
        callers=("manager",),
        document=document_of("AnswerSurvey"),
        variables={
            "input": {
                "seatId": "one's own seat, as Viewer lists them",
                "termId": "the term that was asked about",
                "score": 9,
                "comment": "Des formations utiles.",
            }
        },
    ),
)
