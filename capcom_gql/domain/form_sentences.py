"""What is wrong with a form, and what to give instead, French and English side by side."""

from capcom_gql.domain.sentences import Sentences

FORMS: Sentences = {
    "twice_in_form": (
        "{email} figure déjà plus haut dans la liste. Retirez l'une des deux lignes.",
        "{email} is in the list already, further up. Remove one of the two.",
    ),
    "manager_not_listed": (
        "La personne gestionnaire doit être l'un des utilisateurs de la liste. Ajoutez-la, ou nommez-en une autre.",
        "The manager must be one of the users in the list. Add them, or name another.",
    ),
    "no_users": ("Donnez au moins un utilisateur.", "Give at least one user."),
    "too_many_lines": ("Au plus {maximum} lignes.", "At most {maximum} lines."),
    "too_many_users": (
        "La liste porte plus de {maximum} utilisateurs. Envoyez-en {maximum} au plus.",
        "The list has more than {maximum} users. Send {maximum} at most.",
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
    "instant_future": (
        "Cet instant est à venir. Donnez un instant passé, ou retirez-le.",
        "This instant is still to come. Give a past one, or leave it out.",
    ),
    "bad_score": ("La note va de 0 à {maximum}.", "The score is from 0 to {maximum}."),
    "nothing_asked": (
        "Dites sur quoi porte la demande : une réduction (check) ou un accès (access).",
        "Say what the request is about: a discount (check) or a service (access).",
    ),
    "two_numbers": (
        "La réduction et l'accès ne portent pas sur le même numéro. Faites deux demandes.",
        "The discount and the service are not about the same number. Open two requests.",
    ),
    "bad_url": (
        "« {value} » n'est pas une adresse du web. Exemple : https://ville.example/evenements",
        "“{value}” is not a web address. Example: https://town.example/events",
    ),
    "url_refused": (
        "Rien ne peut être envoyé à cette adresse ({reason}). Donnez-en une autre.",
        "Nothing can be sent to this address ({reason}). Give another.",
    ),
    "unknown_kind": (
        "« {value} » n'est pas une sorte d'événement. Donnez-en parmi : {known}.",
        "“{value}” is not a kind of event. Give some of: {known}.",
    ),
    "bad_address_kind": (
        "« {value} » n'est pas une sorte d'adresse. Donnez un nom court en minuscules, autre que email, phone et url.",
        "“{value}” is not a kind of address. Give a short lower-case name other than email, phone and url.",
    ),
    "twice_in_list": (
        "« {value} » figure déjà plus haut dans la liste. N'en gardez qu'une.",
        "“{value}” is in the list already, further up. Keep one of them.",
    ),
    "bad_version": (
        "Une version s'écrit sur une ligne, sans caractère invisible, comme 2027-2.",
        "A version is written on one line, without invisible characters, such as 2027-2.",
    ),
    "reason_names_them": (
        "Ce motif est conservé, et il nomme la personne. Dites-le sans son nom, son adresse ni son téléphone.",
        "This reason is kept, and it names the person. Say it without their name, address and phone.",
    ),
    "bad_plan_code": (
        "« {value} » n'est pas un code de formule. Donnez des majuscules, chiffres et _, comme EQUIPE.",
        "“{value}” is not a plan code. Give capitals, digits and _, such as EQUIPE.",
    ),
    "bad_seat_limit": (
        "Une formule offre de {minimum} à {maximum} places.",
        "A plan offers from {minimum} to {maximum} seats.",
    ),
    "percent_or_amount": (
        "Donnez soit un pourcentage (percent), soit un montant (amountMinor).",
        "Give either a percent or an amount (amountMinor).",
    ),
    "bad_percent": ("Le pourcentage va de 1 à 100.", "A percent is from 1 to 100."),
    "bad_amount": (
        "Le montant est d'au moins 1, dans la plus petite unité de la monnaie (centimes).",
        "An amount is at least 1, in the currency's minor unit (cents).",
    ),
}
