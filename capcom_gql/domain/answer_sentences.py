"""What questions are answered with: checks and agendas, French and English side by side."""

from capcom_gql.domain.sentences import Sentences

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

AGENDA: Sentences = {
    "PROOF_REMINDER": (
        "La personne gestionnaire est relancée : le justificatif de paiement est attendu.",
        "The manager is reminded that the payment proof is awaited.",
    ),
    "PROOF_DEADLINE": (
        "Dernier jour pour le justificatif de paiement ; à défaut, l'année est annulée le lendemain.",
        "The last day for the payment proof; without it the term is cancelled the day after.",
    ),
    "RENEWAL_NOTICE": (
        "La personne gestionnaire et les utilisateurs sont invités à se prononcer sur le réabonnement.",
        "The manager and the users are asked whether to renew.",
    ),
    "RENEWAL_REMINDER": ("Relance de réabonnement.", "Reminder of the renewal."),
    "EXPIRY": (
        "L'abonnement prend fin : les accès et les réductions s'arrêtent.",
        "The subscription ends: access and discounts stop.",
    ),
}
