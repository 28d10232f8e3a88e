"""The network of a simulation: any number of invented public bodies and their people."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from stdnum import luhn

from capcom_gql.cli.demo_network import Person
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.storage.engine.columns import folded

_STEMS = (
    "Arbre", "Beau", "Bois", "Brive", "Cerise", "Chante", "Clair", "Croix", "Font", "Genêt", "Hêtre", "Lande",
    "Long", "Mar", "Mire", "Mont", "Neuf", "Orme", "Pierre", "Pont", "Roche", "Saule", "Val", "Vaux", "Ville",
)  # fmt: skip
_ENDS = ("bourg", "court", "fort", "lac", "lieu", "loup", "mont", "mur", "rive", "val", "vert", "y")
_KINDS = (
    ("Ville de {}", "commune"),
    ("Ville de {}", "commune"),
    ("Communauté de communes du Pays de {}", "intercommunalité"),
    ("Agglomération de {}", "intercommunalité"),
    ("Département de {}", "département"),
    ("Centre hospitalier de {}", "hôpital"),
    ("Université de {}", "université"),
    ("Office public de l'habitat de {}", "bailleur social"),
    ("Syndicat des eaux de {}", "syndicat"),
)
_GIVEN = (
    "Alice", "Amine", "Anaïs", "Antoine", "Bruno", "Camille", "Chloé", "Denis", "Élise", "Fanny", "Farid", "Gaël",
    "Hélène", "Hugo", "Inès", "Jeanne", "Karim", "Léo", "Lucie", "Malik", "Marion", "Nadia", "Noé", "Odile", "Pierre",
    "Rachid", "Rose", "Sonia", "Théo", "Yasmine",
)  # fmt: skip
_FAMILY = (
    "Arnaud", "Barbier", "Besson", "Chevalier", "Colin", "Da Silva", "Delmas", "Dupuis", "Ferrand", "Gilles", "Hamel",
    "Huet", "Joly", "Kacem", "Lacroix", "Lambert", "Lefèvre", "Marty", "Meunier", "Noël", "Olivier", "Pascal", "Picard",
    "Renard", "Riviere", "Sow", "Tessier", "Traoré", "Vidal", "Weber",
)  # fmt: skip
_JOBS = (
    "chargée de communication", "webmestre", "rédactrice", "photographe", "graphiste", "attaché de presse",
    "chef de projet numérique", "chargé d'événementiel",
)  # fmt: skip
_MANAGES = "direction de la communication"
# most bodies have few users; a body takes the smallest plan that has room for them
_SIZES, _WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10), (40, 20, 14, 9, 6, 4, 3, 4)
_PLANS = ((3, "ESSENTIEL"), (5, "EQUIPE"), (10, "COLLECTIF"))
_NO_SIRET, _ENGLISH, _PHONE = 0.05, 0.04, 0.3


class Recruits:
    """An endless supply of people of one body, no two alike, so that an address belongs to one person."""

    def __init__(self, at: str, random: Random) -> None:
        self._at = at
        names = list(itertools.product(_GIVEN, _FAMILY))
        random.shuffle(names)
        self._names: Iterator[tuple[str, str]] = iter(names)
        self._random = random

    def next(self, job: str | None = None) -> PersonForm:
        """The next person, with this job or a random one."""
        given, family = next(self._names)
        locale = "en" if self._random.random() < _ENGLISH else None
        phone = f"+336{self._random.randrange(10**8):08d}" if self._random.random() < _PHONE else None
        description = f"{given} {family}, {job or self._random.choice(_JOBS)}"
        return replace(Person(description, self._at, locale).form, phone=phone)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A public body that will sign up. The first of its people is the manager; `recruits` are people who may join."""

    form: OrganisationForm
    plan: str
    people: tuple[PersonForm, ...]
    recruits: Recruits


def candidates(count: int, random: Random) -> list[Candidate]:
    """So many different bodies."""
    towns = [stem + end for stem, end in itertools.product(_STEMS, _ENDS)]
    random.shuffle(towns)
    return [_candidate(place, towns[place % len(towns)], random) for place in range(count)]


def plan_for(size: int) -> str:
    """The code of the smallest plan that has room for so many users."""
    return next(plan for room, plan in _PLANS if size <= room)


def _candidate(place: int, town: str, random: Random) -> Candidate:
    words, kind = random.choice(_KINDS)
    at = f"{folded(town)}-{place + 1}.example"
    form = OrganisationForm(
        words.format(town),
        siret=None if random.random() < _NO_SIRET else _siret(place),
        kind=kind,
        address_lines=(f"{random.randint(1, 90)} rue de la Mairie",),
        # without a SIRET, a known name with a known postal code would be a suspected duplicate (R1)
        postal_code=f"{place % 95 + 1:02d}{place % 1000:03d}",
        city=town,
        billing_email=f"comptabilite@{at}",
    )
    recruits = Recruits(at, random)
    size = random.choices(_SIZES, _WEIGHTS)[0]
    people = (recruits.next(_MANAGES), *(recruits.next() for _ in range(size - 1)))
    return Candidate(form, plan_for(size), people, recruits)


def _siret(place: int) -> str:
    siren = f"93{place:06d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"
