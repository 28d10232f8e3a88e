"""The invented network of the demo: French public bodies that do not exist, and their people."""

from dataclasses import dataclass

from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.storage.engine.columns import folded


@dataclass(frozen=True, slots=True)
class Person:
    """A person, described as "Given Family, job"; `at` is the domain of their e-mail address."""

    description: str
    at: str
    locale: str | None = None

    @property
    def form(self) -> PersonForm:
        """The person as a form describes them."""
        name, _, job = self.description.partition(", ")
        given, _, family = name.partition(" ")
        address = f"{_slug(given)}.{_slug(family)}@{self.at}"
        return PersonForm(address, given, family, job_title=job or None, locale=self.locale)


@dataclass(frozen=True, slots=True)
class Body:
    """A public body with its sign-up: the plan's code and the people, of whom the first is the manager."""

    form: OrganisationForm
    plan: str
    people: tuple[Person, ...]


def _slug(words: str) -> str:
    return folded(words).replace(" ", "-")


def _body(
    name: str, kind: str, siret: str | None, where: tuple[str, str, str], plan: str, at: str, *people: str
) -> Body:
    street, postal_code, city = where
    form = OrganisationForm(
        name,
        siret=siret,
        kind=kind,
        address_lines=(street,),
        postal_code=postal_code,
        city=city,
        billing_email=f"comptabilite@{at}",
    )
    return Body(form, plan, tuple(Person(words, at) for words in people))


EVREMONT = _body(
    "Ville d'Évremont",
    "commune",
    "90100011700019",
    ("1 place de l'Hôtel-de-Ville", "27310", "Évremont"),
    "ESSENTIEL",
    "evremont.example",
    "Solène Marchand, directrice de la communication",
    "Thomas Guérin, webmestre",
    "Aïcha Belkacem, photographe",
)
LITTORAL = _body(
    "Région Grand-Littoral",
    "région",
    "90200048800012",
    ("12 quai des Armateurs", "76190", "Port-Sainte-Anne"),
    "COLLECTIF",
    "grand-littoral.example",
    "Hervé Lemoine, directeur de la communication",
    "Nadia Cherif, responsable éditoriale",
    "Paul Delattre, chargé des réseaux sociaux",
    "Émilie Vasseur, cheffe de projet numérique",
    "Louis Carpentier, graphiste",
)
VALLEE_NOIRE = _body(
    "Centre de gestion de la Vallée-Noire",
    "centre de gestion",
    "90300085900012",
    ("4 rue des Tanneurs", "36400", "La Chapelle-Noire"),
    "ESSENTIEL",
    "cdg-vallee-noire.example",
    "Brigitte Aubert, chargée de communication",
    "Kévin Moreau, assistant",
)
HAUT_RIVAGE = _body(
    "Département du Haut-Rivage",
    "département",
    "90400122900015",
    ("2 avenue de la Préfecture", "39820", "Montaubry"),
    "COLLECTIF",
    "haut-rivage.example",
    "Delphine Roussel, directrice de la communication",
    "Antoine Leblanc, rédacteur en chef",
    "Mariam Diallo, attachée de presse",
    "Julien Petit, vidéaste",
)
MONTCLAIR = _body(
    "Centre hospitalier de Montclair",
    "hôpital",
    "90500159000017",
    ("30 boulevard Pasteur", "63720", "Montclair"),
    "EQUIPE",
    "ch-montclair.example",
    "Isabelle Fournier, responsable de la communication",
    "Samuel Haddad, chargé de communication interne",
    "Louise Perrin, infographiste",
)
CASTELROC = _body(
    "École supérieure d'art de Castelroc",
    "école",
    None,
    ("8 montée du Château", "81140", "Castelroc"),
    "ESSENTIEL",
    "esa-castelroc.example",
    "Judith Weil, secrétaire générale",
    "Mathis Robin, chargé des publics",
)
BOCAGE = _body(
    "Université du Bocage",
    "université",
    "90600196100018",
    ("1 allée des Sciences", "61250", "Saint-Loup-du-Bocage"),
    "COLLECTIF",
    "univ-bocage.example",
    "Frédéric Nicolas, vice-président à la communication",
    "Sarah Cohen, journaliste scientifique",
    "Clément Garnier, chargé de médiation",
    "Ines Ferreira, community manager",
)
MERVILLE = _body(
    "Merville Habitat, office public",
    "bailleur social",
    "90700233100011",
    ("17 rue du Four-à-Chaux", "59670", "Merville-le-Pont"),
    "ESSENTIEL",
    "merville-habitat.example",
    "Stéphane Dumas, responsable de la communication",
    "Fatou Ndiaye, chargée de concertation",
)
VAL_D_AMBRE = _body(
    "Communauté d'agglomération du Val d'Ambre",
    "intercommunalité",
    "90800270200011",
    ("Parc de l'Ambre, bâtiment C", "42590", "Ambrières-sur-Loire"),
    "EQUIPE",
    "val-ambre.example",
    "Claire Fontaine, directrice de la communication",
    "Hugo Bertin, chef de projet",
    "Manon Leroux, chargée d'événementiel",
    "Karim Saïdi, webmestre",
)
SDIS = _body(
    "Service d'incendie et de secours du Haut-Rivage",
    "SDIS",
    "90900307100018",
    ("Caserne Lyautey", "39820", "Montaubry"),
    "ESSENTIEL",
    "sdis-haut-rivage.example",
    "Vincent Morel, officier communication",
    "Pauline Gauthier, photographe",
)
SAUVE = _body(
    "Syndicat des eaux de la Sauve",
    "syndicat",
    "91000344100011",
    ("6 chemin de la Source", "30610", "Sauve-les-Bains"),
    "ESSENTIEL",
    "eaux-sauve.example",
    "Nathalie Blanchard, chargée de communication",
    "Olivier Faure, technicien",
)
SAINT_AUBIN = Body(
    OrganisationForm(
        "Ville de Saint-Aubin-les-Forges",
        siret="91100381200011",
        kind="commune",
        address_lines=("Hôtel de ville", "3 place Jean-Jaurès"),
        postal_code="58130",
        city="Saint-Aubin-les-Forges",
        billing_email="comptabilite@saint-aubin.example",
        chorus_service_code="COM-01",
        chorus_engagement_required=True,
    ),
    "EQUIPE",
    (
        Person("Léa Moreau, directrice de la communication", "saint-aubin.example"),
        Person("Mehdi Benali, chargé de communication", "saint-aubin.example"),
        Person("Emma Wilson, graphic designer", "saint-aubin.example", locale="en"),
        # the same person holds a seat, and another number, in the agglomeration that her town belongs to
        VAL_D_AMBRE.people[0],
    ),
)

JOINING_HAUT_RIVAGE = (
    Person("Chloé Simon, chargée de communication", "haut-rivage.example"),
    Person("Rémi Baudry, maquettiste", "haut-rivage.example"),
)
JOINING_BOCAGE = (Person("Élodie Lambert, attachée de presse", "univ-bocage.example"),)
JOINING_MONTCLAIR = (Person("Yanis Mercier, apprenti", "ch-montclair.example"),)
