"""Every sentence that the API says to people, French and English side by side.

The rules give keys and data; here they become words. A test holds that both languages know every key.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

Datum = str | int | date


class Locale(StrEnum):
    """The languages of the service."""

    FR = "fr"
    EN = "en"


Sentences = Mapping[str, tuple[str, str]]

_BEFORE_MARK = re.compile(r" (?=[;:!?»])")

_MONTHS = (
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
)


def spell_day(day: date, locale: Locale) -> str:
    """A day in words: 9 décembre 2026, 9 December 2026; the first is « 1er » in French."""
    french, english = _MONTHS[day.month - 1]
    if locale is Locale.EN:
        return f"{day.day} {english} {day.year}"
    return f"{'1er' if day.day == 1 else day.day} {french} {day.year}"


def locale_of(tag: str | None) -> Locale | None:
    """The language of a tag such as fr, fr-CA or EN-gb; None where it is none of ours."""
    primary = (tag or "").strip().replace("_", "-").split("-")[0].lower()
    return Locale(primary) if primary in set(Locale) else None


def spell_money(amount_minor: int, currency: str, locale: Locale) -> str:
    """An amount of hundredths in words: 1 234,50 € in French, 1,234.50 EUR in English."""
    english = f"{amount_minor / 100:,.2f}"
    if locale is Locale.EN:
        return f"{english} {currency}"
    french = english.replace(",", "\u202f").replace(".", ",")
    return f"{french}\u00a0{'€' if currency == 'EUR' else currency}"


def say(sentences: Sentences, key: str, locale: Locale, **data: Datum) -> str:
    """A sentence of a catalogue with its data; days are spelled out. Raises KeyError for a key nobody wrote."""
    words = {name: spell_day(value, locale) if isinstance(value, date) else value for name, value in data.items()}
    french, english = sentences[key]
    return (english if locale is Locale.EN else _spaced(french)).format(**words)


def _spaced(french: str) -> str:
    """French typography: a narrow no-break space before ; : ! ? and inside « »."""
    return _BEFORE_MARK.sub("\u202f", french).replace("« ", "«\u202f")


REFUSALS: Sentences = {
    "not_found": (
        "Cet identifiant ne désigne rien que vous puissiez voir. Vérifiez-le, ou demandez l'accès.",
        "This id names nothing that you may see. Check it, or ask for access.",
    ),
    "forbidden": (
        "Vos droits ne permettent pas cette action. Demandez à la personne gestionnaire ou à l'équipe.",
        "Your rights do not allow this. Ask the manager or the staff.",
    ),
    "scope_missing": (
        "Il manque à cette clé le droit {scope}. Demandez à l'équipe une clé qui le porte.",
        "This key lacks the scope {scope}. Ask the staff for a key that has it.",
    ),
    "reopening_forbidden": (
        "Un organisme connu ne peut être réabonné que par sa dernière personne gestionnaire, connectée, ou par "
        "l'équipe. Écrivez à {support}.",
        "A known organisation is reopened only by its last manager, signed in, or by staff. Write to {support}.",
    ),
    "already_subscribed": (
        "Cet organisme est déjà abonné. Sa personne gestionnaire peut vous ajouter ; pour la joindre, écrivez à "
        "{support}.",
        "This organisation is subscribed already. Its manager can add you; to reach them, write to {support}.",
    ),
    "previous_unpaid": (
        "L'abonnement précédent a été annulé faute de paiement : seule l'équipe peut le rouvrir. Écrivez à {support}.",
        "The previous subscription was cancelled unpaid: only staff can reopen it. Write to {support}.",
    ),
    "not_live": (
        "L'abonnement n'est plus en cours : la liste ne se modifie plus. Réabonnez d'abord l'organisme.",
        "The subscription is not live: its list cannot be changed. Reopen it first.",
    ),
    "twice_in_form": (
        "{email} figure déjà plus haut dans la liste. Retirez l'une des deux lignes.",
        "{email} is in the list already, further up. Remove one of the two.",
    ),
    "already_seated": (
        "{email} a déjà une place active dans cet abonnement. Retirez cette ligne.",
        "{email} has an active seat in this subscription already. Remove this line.",
    ),
    "manager_not_listed": (
        "La personne gestionnaire doit être l'un des utilisateurs de la liste. Ajoutez-la, ou nommez-en une autre.",
        "The manager must be one of the users in the list. Add them, or name another.",
    ),
    "manager_hands_over_first": (
        "Cette place est celle de la personne gestionnaire. Qu'elle transmette d'abord son rôle.",
        "This is the manager's seat. Hand the role over first.",
    ),
    "seat_removed_already": (
        "Cette place est déjà retirée. Rien n'est à faire.",
        "This seat is removed already. Nothing to do.",
    ),
    "no_users": ("Donnez au moins un utilisateur.", "Give at least one user."),
    "too_many_lines": ("Au plus {maximum} lignes.", "At most {maximum} lines."),
    "too_many_users": (
        "La liste porte plus de {maximum} utilisateurs. Envoyez-en {maximum} au plus.",
        "The list has more than {maximum} users. Send {maximum} at most.",
    ),
    "seats_full": (
        "La formule compte {limit} places, dont {used} occupées. Libérez une place ou changez de formule.",
        "The plan has {limit} seats, {used} of them taken. Free a seat or change the plan.",
    ),
    "seats_full_upcoming": (
        "L'année à venir compte {limit} places, dont {used} occupées. Libérez une place d'abord.",
        "The upcoming term has {limit} seats, {used} of them taken. Free a seat first.",
    ),
    "plan_unknown": (
        "Aucune formule ne porte le code {code}. Formules ouvertes : {open}.",
        "No plan has the code {code}. Open plans: {open}.",
    ),
    "plan_closed": (
        "La formule {code} n'est plus proposée. Formules ouvertes : {open}.",
        "The plan {code} is no longer offered. Open plans: {open}.",
    ),
    "terms_not_accepted": (
        "Acceptez la version en vigueur des conditions d'utilisation : {version}.",
        "Accept the current version of the terms of use: {version}.",
    ),
    "proof_term_cancelled": (
        "Cette année a été annulée à la demande de l'organisme ou par l'équipe ; son justificatif était attendu "
        "jusqu'au {due_on}.",
        "This term was cancelled at the organisation's request or by staff; its proof was due by {due_on}.",
    ),
    "proof_already_recorded": (
        "Le justificatif de cette année est déjà enregistré. Rien n'est à faire.",
        "The proof for this term is recorded already. Nothing to do.",
    ),
    "proof_too_late": (
        "Cette année a été annulée : son justificatif était attendu jusqu'au {due_on}. L'équipe peut la rétablir.",
        "This term was cancelled: its proof was due by the end of {due_on}. Staff can reinstate it.",
    ),
    "received_in_future": (
        "La date de réception est dans le futur. Donnez le jour où le justificatif est arrivé, {today} au plus tard.",
        "The day of receipt is in the future. Give the day on which the proof arrived, {today} at the latest.",
    ),
    "discount_refused": (
        "La réduction est refusée ({reason}) : voyez le champ check pour savoir pourquoi et que faire.",
        "The discount is refused ({reason}): the field check says why and what to do.",
    ),
    "already_released": (
        "Cette réduction est déjà libérée. Rien n'est à faire.",
        "This redemption is released already. Nothing to do.",
    ),
    "key_reused": (
        "Cette clé d'idempotence a déjà servi avec d'autres données. Prenez-en une nouvelle.",
        "This idempotency key was used with another input. Take a new one.",
    ),
    "bad_credentials": (
        "Adresse ou mot de passe inexact. Vérifiez-les, ou demandez un lien pour choisir un nouveau mot de passe.",
        "The address or the password is wrong. Check them, or ask for a link to choose a new password.",
    ),
    "bad_token": (
        "Ce lien a déjà servi ou n'est plus valable. Demandez-en un nouveau.",
        "This link was used already or is no longer valid. Ask for a new one.",
    ),
    "too_many_attempts": (
        "Trop de tentatives. Réessayez dans {seconds} secondes.",
        "Too many attempts. Try again in {seconds} seconds.",
    ),
    "password_short": (
        "Choisissez au moins {minimum} caractères : une phrase convient très bien.",
        "Choose at least {minimum} characters: a sentence does very well.",
    ),
    "password_long": ("Choisissez {maximum} caractères au plus.", "Choose {maximum} characters at most."),
    "password_common": (
        "Ce mot de passe est de ceux que l'on essaie d'abord. Choisissez une phrase bien à vous.",
        "This password is among the first to be tried. Choose a sentence of your own.",
    ),
    "signer_missing": (
        "Dites qui souscrit (signer), ou connectez-vous.",
        "Say who signs up (signer), or sign in.",
    ),
    "organisation_missing": (
        "Décrivez l'organisme (organisation), ou donnez l'organisationId d'un organisme connu.",
        "Describe the organisation, or give the organisationId of a known one.",
    ),
    "blank": ("Ce champ ne peut pas être vide.", "This must not be blank."),
    "too_long": ("{maximum} caractères au plus.", "At most {maximum} characters."),
    "bad_email": (
        "« {value} » n'est pas une adresse électronique. Exemple : ana.silva@ville.example",
        "“{value}” is not an e-mail address. Example: ana.silva@town.example",
    ),
    "bad_phone": (
        "« {value} » n'est pas un numéro international (E.164). Exemple : +33123456789",
        "“{value}” is not an international number (E.164). Example: +33123456789",
    ),
    "bad_siret": (
        "« {value} » n'est pas un SIRET : 14 chiffres, dont le dernier contrôle les autres.",
        "“{value}” is not a SIRET: 14 digits, the last of which checks the others.",
    ),
    "siret_differs": (
        "Ce SIRET n'est pas celui de l'organisme désigné par organisationId. Retirez l'un des deux.",
        "This SIRET is not that of the organisation that organisationId names. Leave one of them out.",
    ),
    "clock_behind": (
        "L'horloge du service est en arrière de l'ouverture de cet abonnement. Avancez-la d'abord.",
        "The product's clock stands before the opening of this subscription. Move it forward first.",
    ),
    "bad_country": (
        "« {value} » n'est pas un code de pays. Donnez deux lettres, comme FR.",
        "“{value}” is not a country code. Give two letters, such as FR.",
    ),
    "bad_locale": (
        "« {value} » n'est pas une langue du service. Donnez fr ou en.",
        "“{value}” is not a language of the service. Give fr or en.",
    ),
    "bad_price": (
        "Le prix va de 0 à {maximum}, dans la plus petite unité de la monnaie (centimes).",
        "A price is from 0 to {maximum}, in the currency's minor unit (cents).",
    ),
    "no_scopes": ("Donnez au moins un droit à cette clé.", "Give the key at least one scope."),
    "expiry_past": (
        "Cette échéance est passée. Donnez un instant futur.",
        "This expiry is past. Give a future instant.",
    ),
}

# What a check answers: the message, then the next step; the keys are the reasons.
VERDICTS: Sentences = {
    "ELIGIBLE": ("La réduction est accordée.", "The discount is granted."),
    "ELIGIBLE_PROVISIONAL": (
        "La réduction est accordée ; le justificatif de paiement de l'organisme est encore attendu.",
        "The discount is granted; the organisation's payment proof is still awaited.",
    ),
    "GRANTED": ("L'accès est ouvert.", "Access is open."),
    "MALFORMED_NUMBER": (
        "Ce n'est pas un numéro d'abonné : il a 16 chiffres, dont deux de contrôle.",
        "This is not a subscriber number: it has 16 digits, two of which are check digits.",
    ),
    "UNKNOWN_NUMBER": ("Ce numéro n'est pas connu.", "This number is not known."),
    "HOLDER_MISMATCH": (
        "Cette adresse n'est pas celle du titulaire du numéro.",
        "This address is not that of the number's holder.",
    ),
    "SEAT_REMOVED": ("Ce numéro n'est plus valable.", "This number is no longer valid."),
    "SUBSCRIPTION_NOT_STARTED": (
        "L'abonnement n'avait pas commencé à cet instant.",
        "The subscription had not started at that instant.",
    ),
    "SUBSCRIPTION_CANCELLED": (
        "L'abonnement de l'organisme est annulé.",
        "The organisation's subscription is cancelled.",
    ),
    "SUBSCRIPTION_EXPIRED": (
        "L'abonnement de l'organisme est terminé.",
        "The organisation's subscription has expired.",
    ),
    "EVENT_NOT_COVERED": (
        "La formule de l'organisme ne prévoit pas de réduction pour ce type d'événement.",
        "The organisation's plan has no discount for this kind of event.",
    ),
    "ALREADY_REDEEMED": (
        "Cette personne a déjà eu la réduction pour cet événement.",
        "This person has had the discount for this event already.",
    ),
    "SERVICE_NOT_COVERED": (
        "La formule de l'organisme ne comprend pas ce service.",
        "The organisation's plan does not include this service.",
    ),
}

NEXT_STEPS: Sentences = {
    "MALFORMED_NUMBER": (
        "Recopiez le numéro depuis le courriel de bienvenue ou le compte du titulaire.",
        "Copy the number again from the welcome mail or the holder's account.",
    ),
    "UNKNOWN_NUMBER": (
        "Vérifiez chaque chiffre ; en cas de doute, le titulaire lit son numéro dans son compte.",
        "Check every digit; if in doubt, holders read their number in their account.",
    ),
    "HOLDER_MISMATCH": (
        "Demandez l'adresse avec laquelle la personne est abonnée.",
        "Ask for the address with which the person is subscribed.",
    ),
    "SEAT_REMOVED": (
        "La personne s'adresse à la personne gestionnaire de son organisme.",
        "The person asks their organisation's manager.",
    ),
    "SUBSCRIPTION_NOT_STARTED": ("Vérifiez l'instant demandé.", "Check the instant that was asked about."),
    "SUBSCRIPTION_CANCELLED": (
        "La personne gestionnaire de l'organisme écrit à l'équipe pour rétablir l'abonnement.",
        "The organisation's manager writes to staff to have it reinstated.",
    ),
    "SUBSCRIPTION_EXPIRED": (
        "La personne gestionnaire de l'organisme peut le réabonner.",
        "The organisation's manager can subscribe again.",
    ),
    "EVENT_NOT_COVERED": ("Appliquez le plein tarif.", "Charge the full price."),
    "ALREADY_REDEEMED": (
        "Si l'inscription précédente est annulée, libérez d'abord sa réduction.",
        "If the earlier registration is cancelled, release its discount first.",
    ),
    "SERVICE_NOT_COVERED": (
        "La personne gestionnaire peut choisir une autre formule au réabonnement.",
        "The manager can choose another plan at renewal.",
    ),
}
