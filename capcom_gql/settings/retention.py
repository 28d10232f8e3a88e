"""The settings of retention: after how long personal data is blanked or deleted."""

from pydantic import BaseModel, Field

from capcom_gql.settings.kinds import Days, Months, accepts


class Retention(BaseModel):
    """How long personal data is kept, in the unit that each name ends with."""

    keep_letters_months: Months = Field(
        12,
        description="Months after which recipient and subject of a letter are blanked (capcom retention).",
        json_schema_extra=accepts("a whole number of months from 1 to 120"),
    )
    keep_comments_months: Months = Field(
        24,
        description="Months after which the comment of a survey is blanked (capcom retention).",
        json_schema_extra=accepts("a whole number of months from 1 to 120"),
    )
    keep_support_months: Months = Field(
        24,
        description="Months after its closing in which a support request keeps its texts (capcom retention).",
        json_schema_extra=accepts("a whole number of months from 1 to 120"),
    )
    keep_persons_years: int = Field(
        3,
        ge=1,
        le=30,
        description="Years without a seat after which a person is erased (capcom retention).",
        json_schema_extra=accepts("a whole number of years from 1 to 30"),
    )
    keep_mailbox_days: Days = Field(
        30,
        description="Days after which the files of the development mailbox are deleted (capcom retention).",
        json_schema_extra=accepts("a whole number of days from 1 to 365"),
    )
