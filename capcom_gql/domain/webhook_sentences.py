"""Why a webhook endpoint is disabled, French and English side by side."""

from capcom_gql.domain.endpoints import DisabledReason
from capcom_gql.domain.sentences import Sentences

DISABLED: Sentences = {
    DisabledReason.GONE.value: (
        "L'adresse a répondu qu'elle est close pour de bon, ou ne peut plus être appelée : voyez les envois qui ont "
        "échoué. Ce qui se passe est gardé pour elle ; corrigez-la ou réactivez-la.",
        "The address answered that it is closed for good, or can no longer be called: see the deliveries that failed. "
        "What happens is kept for it; correct or enable it.",
    ),
    DisabledReason.FAILING.value: (
        "Rien n'y a abouti pendant cinq jours : voyez les envois qui ont échoué. Ce qui se passe est gardé pour elle ; "
        "réactivez-la une fois réparée.",
        "Nothing has succeeded for five days: see the deliveries that failed. What happens is kept for it; enable it "
        "once it is mended.",
    ),
    DisabledReason.BY_STAFF.value: (
        "Elle a été désactivée à la main. Ce qui se passe est gardé pour elle jusqu'à ce qu'elle soit réactivée.",
        "It was disabled by hand. What happens is kept for it until it is enabled again.",
    ),
}
