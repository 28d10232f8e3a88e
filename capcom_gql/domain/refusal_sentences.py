"""Why a deed is refused, and what to do, French and English side by side."""

from capcom_gql.domain.form_sentences import FORMS
from capcom_gql.domain.import_sentences import IMPORTS
from capcom_gql.domain.sentences import Sentences

_DEEDS: Sentences = {
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
    "already_seated": (
        "{email} a déjà une place active dans cet abonnement. Retirez cette ligne.",
        "{email} has an active seat in this subscription already. Remove this line.",
    ),
    "manager_hands_over_first": (
        "Cette place est celle de la personne gestionnaire. Qu'elle transmette d'abord son rôle.",
        "This is the manager's seat. Hand the role over first.",
    ),
    "seat_removed_already": (
        "Cette place est déjà retirée. Rien n'est à faire.",
        "This seat is removed already. Nothing to do.",
    ),
    "seat_not_active": (
        "Cette place a été retirée de la liste. Donnez une place active.",
        "This seat was removed from the list. Give an active one.",
    ),
    "replacement_seated": (
        "{email} a déjà une place active dans cet abonnement. Donnez quelqu'un d'autre.",
        "{email} has an active seat in this subscription already. Give somebody else.",
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
    "clock_behind": (
        "L'horloge du service est en arrière de l'ouverture de cet abonnement. Avancez-la d'abord.",
        "The product's clock stands before the opening of this subscription. Move it forward first.",
    ),
    "renewal_not_live": (
        "L'abonnement n'est plus en cours : il ne se renouvelle plus. Réabonnez l'organisme en souscrivant de nouveau.",
        "The subscription is not live: it cannot be renewed. Sign the organisation up again.",
    ),
    "renewal_done": (
        "L'abonnement est déjà renouvelé, jusqu'au {ends_on}. Rien n'est à faire.",
        "The subscription is renewed already, until {ends_on}. Nothing to do.",
    ),
    "renewal_proof_awaited": (
        "Le justificatif de paiement de l'année en cours est encore attendu, jusqu'au {due_on} ; renouvelez ensuite.",
        "The payment proof of the running term is still awaited, until {due_on}. Renew once it is recorded.",
    ),
    "plan_too_small": (
        "Cette formule compte {limit} places, et {used} sont occupées. Libérez des places ou choisissez-en une autre.",
        "This plan has {limit} seats, and {used} are taken. Free some, or choose another plan.",
    ),
    "decline_not_live": (
        "L'abonnement n'est plus en cours : il n'y a rien à décliner.",
        "The subscription is not live: there is nothing to decline.",
    ),
    "decline_too_late": (
        "L'abonnement est déjà renouvelé, jusqu'au {ends_on}. Pour y renoncer, écrivez à l'équipe.",
        "The subscription is renewed already, until {ends_on}. To give that up, write to the staff.",
    ),
    "reinstate_unpaid_only": (
        "Cette année n'a pas été annulée faute de justificatif : elle ne se rétablit pas.",
        "This term was not cancelled unpaid: it cannot be reinstated.",
    ),
    "term_overlaps": (
        "Une autre année court du {starts_on} au {ends_on} : deux années ne se chevauchent pas.",
        "Another term runs from {starts_on} to {ends_on}: two terms never overlap.",
    ),
    "nothing_to_cancel": (
        "Aucune année n'est en cours ni à venir : il n'y a rien à annuler.",
        "No term is running or upcoming: there is nothing to cancel.",
    ),
    "unpaid_by_calendar": (
        "L'annulation faute de justificatif vient du calendrier. Donnez WITHDRAWN (demande écrite) ou BY_STAFF.",
        "Only the calendar cancels as unpaid. Give WITHDRAWN (asked in writing) or BY_STAFF.",
    ),
    "siret_taken": (
        "Ce SIRET est celui d'un autre organisme. Vérifiez-le, ou écrivez à {support}.",
        "This SIRET is another organisation's. Check it, or write to {support}.",
    ),
    "survey_answered": (
        "Vous avez déjà répondu à cette enquête. Merci !",
        "You have answered this survey already. Thank you!",
    ),
    "survey_closed": (
        "Cette enquête est close depuis la fin du {closes_on}.",
        "This survey closed at the end of {closes_on}.",
    ),
    "number_not_yours": (
        "Ce numéro n'est pas l'un des vôtres. Donnez celui que montre votre compte.",
        "This number is not one of yours. Give the one that your account shows.",
    ),
    "request_closed": (
        "Cette demande a déjà sa réponse. Rien n'est à faire.",
        "This request is answered already. Nothing to do.",
    ),
    "delivery_sent": (
        "Cette lettre est déjà partie. Rien n'est à faire.",
        "This letter was sent already. Nothing to do.",
    ),
    "delivery_waiting": (
        "Cette lettre partira d'elle-même : voyez nextAttemptAt. Rien n'est à faire.",
        "This letter goes by itself: see nextAttemptAt. Nothing to do.",
    ),
    "delivery_suppressed": (
        "Cette lettre ne doit pas partir : sa raison le dit. Seules celles qui ont échoué ou qui attendent repartent.",
        "This letter is not to be sent: its reason says why. Only one that failed or is held can be tried again.",
    ),
    "delivery_to_nobody": (
        "La personne à qui cette lettre était destinée est effacée : elle ne repart pas.",
        "The person this letter was for is erased: it is not sent again.",
    ),
    "delivery_without_channel": (
        "Aucun canal ne porte encore cette lettre. Installez un canal de courriel et redémarrez : elle partira "
        "d'elle-même.",
        "No channel carries this letter yet. Install one for e-mail and restart: it then goes by itself.",
    ),
    "delivery_without_url_channel": (
        "Aucun canal d'appel (webhook) ne porte encore cet envoi. Installez-en un et redémarrez : il partira de "
        "lui-même.",
        "No channel for webhooks carries this yet. Install one and restart: it then goes by itself.",
    ),
    "delivery_to_disabled_endpoint": (
        "L'adresse d'appel (webhook) est désactivée. Réactivez-la (updateWebhookEndpoint) : ce qui attend partira de "
        "lui-même.",
        "The webhook endpoint is disabled. Enable it (updateWebhookEndpoint): what waits then goes by itself.",
    ),
    "delivery_to_deleted_endpoint": (
        "L'adresse d'appel (webhook) est supprimée : rien n'y est plus envoyé.",
        "The webhook endpoint is deleted: nothing is sent there any more.",
    ),
    "email_taken": (
        "Cette adresse est celle d'un autre compte. Donnez-en une autre.",
        "This address belongs to another account. Give another.",
    ),
    "manages_live": (
        "Cette personne est gestionnaire d'un abonnement en cours. Transmettez d'abord ce rôle.",
        "This person is the manager of a live subscription. Hand that role over first.",
    ),
    "erased_already": (
        "Cette personne est déjà effacée. Rien n'est à faire.",
        "This person is erased already. Nothing to do.",
    ),
    "terms_published": (
        "La version {version} est déjà publiée. Donnez une version nouvelle.",
        "Version {version} is published already. Give a new one.",
    ),
    "period_backwards": (
        "La période finit avant son premier jour ({first}). Donnez un dernier jour qui ne le précède pas.",
        "The period ends before its first day, {first}. Give a last day that does not precede it.",
    ),
}

REFUSALS: Sentences = {**FORMS, **_DEEDS, **IMPORTS}
