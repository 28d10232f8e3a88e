"""What is wrong with a line of a table of subscribers, and what to do, French and English side by side."""

from capcom_gql.domain.sentences import Sentences

IMPORTS: Sentences = {
    "import_failed": (
        "Le tableur a mis ici une erreur à la place d'une valeur. Corrigez la formule, ou élargissez la colonne, puis "
        "enregistrez à nouveau.",
        "The spreadsheet has put an error here in place of a value. Mend the formula, or widen the column, then save "
        "again.",
    ),
    "import_no_user": (
        "Cette ligne ne nomme personne. Donnez l'adresse, le prénom et le nom de l'utilisateur, ou retirez la ligne si "
        "c'est un total ou une remarque.",
        "This line names nobody. Give the user's address, given name and family name, or remove the line if it is a "
        "total or a remark.",
    ),
    "import_bad_day": (
        "« {value} » n'est pas un jour. Donnez 31/12/2026 ou 2026-12-31, entre 2000 et 2999.",
        "“{value}” is not a day. Give 31/12/2026 or 2026-12-31, between 2000 and 2999.",
    ),
    "import_bad_answer": (
        "« {value} » n'est ni oui ni non. Donnez l'un des deux.",
        "“{value}” is neither yes nor no. Give one of the two (oui, non).",
    ),
    "import_bad_proof_kind": (
        "« {value} » n'est pas un justificatif. Donnez bon de commande, chèque ou virement.",
        "“{value}” is not a kind of proof. Give purchase order, cheque or bank transfer "
        "(bon de commande, chèque, virement).",
    ),
    "import_cut_short": (
        "« {value} » : le tableur a tronqué ce nombre. Mettez la colonne au format texte, puis saisissez-le à nouveau.",
        "“{value}”: a spreadsheet has cut this number short. Format the column as text, then type the number again.",
    ),
    "import_siret_short": (
        "« {value} » n'a que 13 chiffres : le tableur a ôté un 0 du début, ou un chiffre manque. Mettez la colonne au "
        "format texte.",
        "“{value}” has only 13 digits: a spreadsheet has dropped a leading 0, or one is missing. Format the column as "
        "text.",
    ),
    "import_bad_number": (
        "« {value} » n'est pas un numéro d'abonné : 16 chiffres, dont les deux derniers contrôlent les autres. "
        "Corrigez-le, ou videz la cellule pour un nouveau numéro.",
        "“{value}” is not a subscriber number: 16 digits, the last two of which check the others. Correct it, or empty "
        "the cell for a new number.",
    ),
    "import_number_used": (
        "Ce numéro d'abonné est déjà attribué. Corrigez-le, ou videz la cellule pour un nouveau numéro.",
        "This subscriber number is given already. Correct it, or empty the cell for a new number.",
    ),
    "import_number_twice": (
        "Ce numéro d'abonné est aussi celui de la ligne {line}. Un numéro est personnel : corrigez l'une des deux.",
        "This subscriber number is on line {line} too. A number is personal: correct one of the two.",
    ),
    "import_differs": (
        "Cette ligne dit autre chose que la ligne {line} du même organisme. Répétez la même valeur ou laissez "
        "vide ; si c'est un autre organisme, donnez à chacun son SIRET ou une référence.",
        "This line says something else than line {line} of the same organisation. Repeat its value or leave it empty; "
        "if it is another organisation, give each its SIRET or a reference.",
    ),
    "import_nobodys": (
        "Cette ligne ne dit pas de quel organisme elle est. Répétez-y le nom et le SIRET de son organisme, "
        "ou retirez la ligne si c'est un total ou une remarque.",
        "This line does not say whose it is. Repeat the name and the SIRET of its organisation, or "
        "remove the line if it is a total or a remark.",
    ),
    "import_unrecognisable": (
        "Donnez un SIRET, un code postal ou une référence : sans eux, un second import ne reconnaîtrait pas cet "
        "organisme.",
        "Give a SIRET, a postal code or a reference: without any, a second import would not know this organisation "
        "again.",
    ),
    "import_organisation_twice": (
        "La ligne {line} décrit le même organisme sous une autre référence ou un autre SIRET, ou sans. Donnez les "
        "mêmes.",
        "Line {line} describes the same organisation under another reference or SIRET, or without. Give the same on "
        "both.",
    ),
    "import_surplus": (
        "Cette ligne a plus de cellules que la première. Un séparateur est de trop, ou des guillemets manquent.",
        "This line has more cells than the first. A separator is too many, or quotation marks are missing.",
    ),
    "import_managers": (
        "Dites oui pour un seul utilisateur de cet organisme : {count} le sont.",
        "Say yes for exactly one user of this organisation: {count} are marked.",
    ),
    "import_not_begun": (
        "Cette année commence après le {today}. Importez-la une fois commencée, ou souscrivez pour cet organisme.",
        "This term begins after {today}. Import it once it has begun, or sign the organisation up.",
    ),
    "import_last_day": (
        "Une année qui commence le {starts_on} finit le {ends_on}. Corrigez l'un des deux jours, ou laissez celui-ci "
        "vide.",
        "A term that begins on {starts_on} ends on {ends_on}. Correct one of the two days, or leave this one empty.",
    ),
    "import_unpaid": (
        "Le justificatif de cette année était attendu jusqu'au {due_on}. S'il est venu, répondez oui et décrivez-le ; "
        "sinon retirez cet organisme : il souscrira de nouveau.",
        "The proof of this term was due by {due_on}. If it came, answer yes and describe it; if not, leave this "
        "organisation out: it signs up again.",
    ),
    "import_proof_unconfirmed": (
        "Un justificatif est décrit, mais l'année n'est pas confirmée. Répondez oui, ou videz ses cellules.",
        "A proof is described, but the term is not confirmed. Answer yes, or empty the proof's cells.",
    ),
    "import_proof_incomplete": (
        "L'année est confirmée : dites par quel justificatif (sa nature, sa référence, le jour de sa réception).",
        "The term is confirmed: say by which proof (its kind, its reference, the day it was received).",
    ),
    "import_cancelled": (
        "Cet abonnement est annulé : il ne s'importe pas. Retirez cet organisme.",
        "This subscription is cancelled: it is not imported. Leave this organisation out.",
    ),
    "import_renewed": (
        "Seule l'année en cours s'importe. Videz cette cellule, importez, puis renouvelez ici.",
        "Only the running term is imported. Empty this cell, import, then renew it here.",
    ),
    "import_seats": (
        "La formule compte {limit} places, et cet organisme a {count} utilisateurs. Donnez-en une plus grande, ou "
        "retirez des lignes.",
        "The plan has {limit} seats, and this organisation has {count} users. Give a larger plan, or fewer lines.",
    ),
}
