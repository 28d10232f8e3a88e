"""The settings of the rules: the numbers of days, months and seats that R2 to R18 name."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from capcom_gql.settings.kinds import Days, ReminderDays, accepts


class RuleNumbers(BaseModel):
    """The numbers of the rules. Raises ValidationError where they contradict one another."""

    term_months: int = Field(
        12,
        ge=1,
        le=120,
        description="How long a term lasts, in months (R4).",
        json_schema_extra=accepts("a whole number of months from 1 to 120"),
    )
    proof_days: Days = Field(
        15,
        description="Days within which the proof of payment must arrive (R8).",
        json_schema_extra=accepts("a whole number of days from 1 to 365"),
    )
    proof_reminder_days: Days = Field(
        5,
        description="How many days before that deadline the manager is reminded of it (R8).",
        json_schema_extra=accepts("a whole number of days from 1 to 365"),
    )
    notice_months: int = Field(
        1,
        ge=1,
        le=12,
        description="How long before the end of a term renewal is first asked, in months (R13).",
        json_schema_extra=accepts("a whole number of months from 1 to 12"),
    )
    reminder_days: ReminderDays = Field(
        (21, 14, 7),
        description="How many days before the end of a term each reminder is due (R15).",
        json_schema_extra=accepts("one to three decreasing whole numbers from 1 to 365, separated by commas"),
    )
    seats_min: int = Field(
        3,
        ge=1,
        le=1000,
        description="The fewest seats a plan may offer (R2).",
        json_schema_extra=accepts("a whole number from 1 to 1000"),
    )
    seats_max: int = Field(
        10,
        ge=1,
        le=1000,
        description="The most seats a plan may offer (R2).",
        json_schema_extra=accepts("a whole number from 1 to 1000"),
    )
    survey_days: Days = Field(
        30,
        description="Days after the end of a term during which its survey may be answered (R18).",
        json_schema_extra=accepts("a whole number of days from 1 to 365"),
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        faults = [
            fault
            for broken, fault in (
                (
                    self.proof_reminder_days >= self.proof_days,
                    f"CAPCOM_PROOF_REMINDER_DAYS={self.proof_reminder_days} must be less than "
                    f"CAPCOM_PROOF_DAYS={self.proof_days}",
                ),
                (
                    self.seats_min > self.seats_max,
                    f"CAPCOM_SEATS_MIN={self.seats_min} must not exceed CAPCOM_SEATS_MAX={self.seats_max}",
                ),
                (
                    self.notice_months > self.term_months,
                    f"CAPCOM_NOTICE_MONTHS={self.notice_months} must not exceed CAPCOM_TERM_MONTHS={self.term_months}",
                ),
                (
                    # 28 days is the shortest month: reminders always follow the notice.
                    self.reminder_days[0] >= 28 * self.notice_months,
                    f"CAPCOM_REMINDER_DAYS={','.join(map(str, self.reminder_days))} must begin below "
                    f"{28 * self.notice_months}, so as to follow the notice of CAPCOM_NOTICE_MONTHS",
                ),
            )
            if broken
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self
