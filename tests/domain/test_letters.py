"""Every letter: to whom, by which channels, how long its link lives, and the key that makes it go once."""

from itertools import product

import pytest

from capcom_gql.domain.letters import LETTERS, AddressKind, Audience, Topic, is_sent_by, letter_once_key

# topic, audience, by SMS to, hours of its one-time link
AS_THE_RULES_SAY = [
    ("welcome", "PERSON", None, 72),
    ("password_link", "PERSON", None, 1),
    ("proof_reminder", "MANAGER", "MANAGER", None),
    ("confirmed", "MANAGER", None, None),
    ("cancelled", "EVERYONE", "MANAGER", None),
    ("reinstated", "EVERYONE", None, None),
    ("renewal_notice", "EVERYONE", None, None),
    ("renewal_reminder", "EVERYONE", "MANAGER", None),
    ("renewed", "EVERYONE", None, None),
    ("declined", "MANAGER", None, None),
    ("expired", "EVERYONE", None, None),
    ("survey", "PERSON", None, None),
    ("seat_removed", "PERSON", None, None),
    ("manager_changed", "PERSON", None, None),
    ("support_opened", "SUPPORT", None, None),
    ("support_answer", "PERSON", None, None),
    ("email_change", "PERSON", None, 24),
    ("staff_notice", "SUPPORT", None, None),
    ("password_changed", "PERSON", None, None),
]


@pytest.mark.rule("R7")
def test_the_table_of_letters() -> None:
    ours = [(topic.value, row.audience.value, row.phone_to, row.link_hours) for topic, row in LETTERS.items()]
    assert ours == AS_THE_RULES_SAY, "the table above is that of docs/rules.md: write a new letter into both"
    assert set(LETTERS) == set(Topic)


@pytest.mark.rule("R7")
def test_each_user_is_mailed_a_link_to_choose_a_password() -> None:
    welcome = LETTERS[Topic.WELCOME]
    assert (welcome.audience, welcome.link_hours) == (Audience.PERSON, 72)


@pytest.mark.rule("R8")
def test_the_manager_is_reminded_by_mail_and_sms() -> None:
    assert is_sent_by(Topic.PROOF_REMINDER, "email", to_manager=True)
    assert is_sent_by(Topic.PROOF_REMINDER, "phone", to_manager=True)


@pytest.mark.rule("R9")
@pytest.mark.parametrize(("to_manager", "by_phone"), [(True, True), (False, False)])
def test_manager_and_users_are_told_of_a_cancellation_the_manager_by_sms_too(to_manager: bool, by_phone: bool) -> None:
    assert LETTERS[Topic.CANCELLED].audience is Audience.EVERYONE
    assert is_sent_by(Topic.CANCELLED, AddressKind.EMAIL, to_manager=to_manager)
    assert is_sent_by(Topic.CANCELLED, AddressKind.PHONE, to_manager=to_manager) is by_phone


@pytest.mark.rule("R13")
@pytest.mark.rule("R16")
@pytest.mark.parametrize("topic", [Topic.RENEWAL_NOTICE, Topic.RENEWED, Topic.EXPIRED, Topic.REINSTATED])
def test_manager_and_users_get_the_letters_of_the_year_by_mail_alone(topic: Topic) -> None:
    assert LETTERS[topic].audience is Audience.EVERYONE
    for to_manager in (True, False):
        assert is_sent_by(topic, AddressKind.EMAIL, to_manager=to_manager)
        assert not is_sent_by(topic, AddressKind.PHONE, to_manager=to_manager)


@pytest.mark.rule("R15")
def test_a_reminder_goes_by_sms_to_the_manager_alone_and_a_decline_is_told_to_the_manager_alone() -> None:
    assert LETTERS[Topic.RENEWAL_REMINDER].audience is Audience.EVERYONE
    assert is_sent_by(Topic.RENEWAL_REMINDER, AddressKind.PHONE, to_manager=True)
    assert not is_sent_by(Topic.RENEWAL_REMINDER, AddressKind.PHONE, to_manager=False)
    assert LETTERS[Topic.DECLINED].audience is Audience.MANAGER


@pytest.mark.rule("R18")
def test_each_user_is_asked_for_themselves() -> None:
    assert LETTERS[Topic.SURVEY].audience is Audience.PERSON


@pytest.mark.rule("R20")
def test_a_request_goes_to_support_and_its_answer_to_who_opened_it() -> None:
    assert LETTERS[Topic.SUPPORT_OPENED].audience is Audience.SUPPORT
    assert LETTERS[Topic.SUPPORT_ANSWER].audience is Audience.PERSON


@pytest.mark.rule("R24")
def test_the_link_to_a_new_address_lives_a_day() -> None:
    assert (LETTERS[Topic.EMAIL_CHANGE].audience, LETTERS[Topic.EMAIL_CHANGE].link_hours) == (Audience.PERSON, 24)


@pytest.mark.rule("R7")
@pytest.mark.parametrize(("row", "to_manager"), list(product(AS_THE_RULES_SAY, [True, False])))
def test_a_letter_goes_by_every_channel_but_by_phone_only_where_marked(
    row: tuple[str, str, str | None, int | None], to_manager: bool
) -> None:
    topic, _, by_sms_to, _ = row
    for kind in ("email", "matrix", "url", ""):
        assert is_sent_by(Topic(topic), kind, to_manager=to_manager)
    assert is_sent_by(Topic(topic), "phone", to_manager=to_manager) is (by_sms_to == "MANAGER" and to_manager)


@pytest.mark.rule("R7")
def test_the_once_only_key_tells_letters_apart_by_topic_fact_person_and_channel() -> None:
    facts = [
        (topic, subject, recipient, channel)
        for topic in (Topic.WELCOME, Topic.CANCELLED)
        for subject in ("seat_1", "seat_2")
        for recipient in ("person_1", "person_2")
        for channel in ("email", "mailbox")
    ]
    keys = [letter_once_key(*fact) for fact in facts]
    assert len(set(keys)) == len(facts)
    assert keys == [letter_once_key(*fact) for fact in facts]
    assert keys[0] == "welcome:seat_1:person_1:email"
