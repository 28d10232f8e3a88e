"""What the product on the path says in Italian, as JSON on standard output; for `test_a_third_language.py`.

Run by itself, with a copy of the product that has the folder `languages/it`.
"""

import json
import re
import sys
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

import capcom_gql
from capcom_gql.cli.program import program
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.forms.kinds import Language
from capcom_gql.graphql.content_negotiation import locale_wanted
from capcom_gql.graphql.schema import sdl
from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.languages.sentences import describe, refusal_sentence, say
from capcom_gql.notifiers.rendering import render
from capcom_gql.notifiers.samples import sample_of
from capcom_gql.pages import routes
from capcom_gql.services.importing import read_cells

ITALIAN = Locale("it")
CLIENT = TestClient(Starlette(routes=routes(mailbox=Path("mailbox"))), headers={"Accept-Language": "it-IT,en;q=0.5"})
TOO_LATE = Fault(Code.PROOF_TOO_LATE, ("termId",), "proof_too_late", {"due_on": date(2027, 3, 1)})

json.dump(
    {
        "product": capcom_gql.__file__,
        "languages": LOCALES,
        "refusal": refusal_sentence(invalid(("users",), "no_users"), ITALIAN),
        "dated refusal": refusal_sentence(TOO_LATE, ITALIAN),
        "languages in a refusal": refusal_sentence(Language().read(("locale",), "de").faults[0], ITALIAN),
        "language of a form": Language().read(("locale",), "it-CH").value,
        "languages in the schema": re.findall(r"The language of their letters: (.*?)\.", sdl()),
        "words in a table": [read_cells.answer("Sì"), read_cells.locale("italiano"), read_cells.locale("Italian")],
        "answer": say("answers", "verdict.ELIGIBLE", ITALIAN),
        "event": describe(Kind.SUBSCRIPTION_EXPIRED, {"term_id": "term_1", "ends_on": "2028-02-28"}, ITALIAN),
        "letter": render("welcome", ITALIAN, sample_of("welcome").context(ITALIAN)).text,
        "page": CLIENT.get("/login").text,
        "gallery": CLIENT.get("/mailbox/letters").text,
        "wanted of the API": locale_wanted("it-IT,en;q=0.5"),
        "command": CliRunner().invoke(program, ["letters", "welcome", "--locale", "it"]).output,
    },
    sys.stdout,
)
