"""Documents that cost their sender nothing and would cost a server much, with the refusal that each must meet."""

from dataclasses import dataclass

COSTLY = "OPERATION_TOO_COSTLY"
INVALID = "GRAPHQL_VALIDATION_FAILED"
MALFORMED = "GRAPHQL_PARSE_FAILED"


@dataclass(frozen=True)
class Attack:
    """A document, and how it is refused."""

    document: str
    code: str
    limit: int | None = None
    """`extensions.limit`; None where the refusal has none"""
    actual: int | None = None
    """`extensions.actual`; None where it is not a number worked out by hand"""


def nested(*names: str) -> str:
    """Fields inside of one another, the outermost first."""
    return "".join(f"{{ {name} " for name in names) + "}" * len(names)


def chain(links: int, link: str, end: str, type_: str) -> str:
    """Fragments that spread one another; `link` is written with {next} for the name of the one after it."""
    fragments = [f"fragment F{place} on {type_} {{ {link.format(next=f'F{place + 1}')} }}" for place in range(links)]
    return " ".join([*fragments, f"fragment F{links} on {type_} {{ {end} }}"])


SIGN_UP = (
    'subscribe(input: {organisation: {name: "X", addressLines: []}, planCode: "EQUIPE", users: [], '
    'managerEmail: "a@b.example", acceptedTermsVersion: "1", idempotencyKey: "k"}) { errors { code } }'
)
SIGN_IN = 'signIn(input: {email: "a@b.example", password: "guess"}) { errors { code } }'
SEATS = nested("viewer", "organisations", "subscription", *["seats", "subscription"] * 4, "id")
FIELDS_AND_TYPES = nested("__schema", "types", "fields", "type", "ofType", "ofType", "name")[2:-1]

ATTACKS = {
    # lists inside of lists
    "seats of seats, in 188 bytes": Attack(SEATS, COSTLY, 5_000),
    "pages of pages": Attack(
        nested(
            "organisations(first: 100)", "nodes", "subscription", "timeline(first: 100)", "nodes", "organisation", "id"
        ),
        COSTLY,
        5_000,
    ),
    "a page by its edges": Attack(
        nested("organisations(last: 100)", "edges", "node", "subscription", "seats", "person", "addresses", "kind"),
        COSTLY,
        5_000,
    ),
    # what a fragment asks for is counted wherever it is spread
    "fragments that double thirty times": Attack(
        "{ plans { ...F0 } } " + chain(30, "code ...{next} ...{next}", "code", "Plan"), COSTLY, 1_000, 1_000_000_000
    ),
    "fragments that double by aliases": Attack(
        "{ viewer { organisations { ...F0 } } } "
        + chain(
            5,
            " ".join(f"{alias}: subscription {{{{ organisation {{{{ ...{{next}} }}}} }}}}" for alias in "abc"),
            "id",
            "Organisation",
        ),
        COSTLY,
    ),
    "six hundred fragments in a row": Attack("{ plans { ...F0 } } " + chain(600, "...{next}", "code", "Plan"), INVALID),
    "fragments in a circle": Attack(
        "{ plans { ...A } } fragment A on Plan { ...B } fragment B on Plan { ...A }", INVALID
    ),
    "a fragment in itself": Attack("{ plans { ...A } } fragment A on Plan { code ...A ...A }", INVALID),
    "an unknown fragment": Attack("{ plans { ...A ...B } }", INVALID),
    # depth and width
    "sixteen levels": Attack(nested("viewer", *["organisation"] * 14, "id"), COSTLY, 15, 16),
    "a hundred and fifty levels": Attack(nested(*["viewer"] * 150), COSTLY, 15, 150),
    "two thousand levels": Attack(nested(*["viewer"] * 2_000), MALFORMED),
    "lists inside of lists in an argument": Attack(
        "{ organisations(filter: " + "[" * 2_000 + "]" * 2_000 + ") { nodes { id } } }", MALFORMED
    ),
    "a thousand and one fields": Attack("{ plans { " + "code " * 1_000 + "} }", COSTLY, 1_000, 1_001),
    "a thousand fields alike": Attack("{ plans { " + "code " * 999 + "} }", INVALID),
    "a thousand unknown fields": Attack(
        "{ plans { " + " ".join(f"cxde{place}" for place in range(999)) + " } }", INVALID
    ),
    "twenty-one root fields": Attack("{ " + "__typename " * 21 + "}", COSTLY, 20, 21),
    "a hundred and one aliases": Attack(
        "{ plans { " + " ".join(f"a{place}: code" for place in range(101)) + " } }", COSTLY, 100, 101
    ),
    "six directives at one place": Attack("{ plans " + "@include(if: true) " * 6 + "{ code } }", COSTLY, 5, 6),
    "two thousand directives": Attack("{ plans " + "@x " * 2_000 + "{ code } }", COSTLY, 5, 2_000),
    "six directives at a fragment": Attack(
        "{ plans { ...A } } fragment A on Plan " + "@include(if: true) " * 6 + "{ code }", COSTLY, 5, 6
    ),
    "five hundred operations": Attack(
        " ".join(f"query Q{place} {{ plans {{ code name }} }}" for place in range(500)), COSTLY, 1_000, 1_500
    ),
    "five thousand words and signs": Attack("{ " + "a " * 5_000 + "}", MALFORMED),
    # doors to guess at, letters to send
    "a hundred and fifty sign-ups": Attack(
        "mutation { " + " ".join(f"a{place}: {SIGN_UP}" for place in range(50)) + " }", COSTLY, 20, 50
    ),
    "two sign-ups": Attack(f"mutation {{ a: {SIGN_UP} b: {SIGN_UP} }}", COSTLY, 1, 2),
    "twenty sign-ins": Attack(
        "mutation { " + " ".join(f"a{place}: {SIGN_IN}" for place in range(20)) + " }", COSTLY, 1, 20
    ),
    "two sign-ins by a fragment": Attack(
        f"mutation {{ ...A b: {SIGN_IN} }} fragment A on Mutation {{ {SIGN_IN} }}", COSTLY, 1, 2
    ),
    "two sign-ins in two operations": Attack(f"mutation A {{ {SIGN_IN} }} mutation B {{ {SIGN_IN} }}", COSTLY, 1, 2),
    # introspection
    "types of fields of types of fields": Attack(nested("__schema", "types", *["fields", "type"] * 4, "name"), INVALID),
    "the schema twenty times": Attack(
        "{ " + " ".join(f"a{place}: {FIELDS_AND_TYPES}" for place in range(20)) + " }", COSTLY, 5_000
    ),
}
