"""One's own account."""

from capcom_gql.pages.operations import Operation, document_of

ACCOUNT = (
    Operation(
        name="ChoosePassword",
        title="Choose a password",
        group="Account",
        needs="the token of a one-time link",
        document=document_of("ChoosePassword"),
        variables={"input": {"token": "what follows token= in the link", "password": "quatre chevaux sous la pluie"}},
    ),
    Operation(
        name="SignIn",
        title="Sign in",
        group="Account",
        needs="an e-mail and a password",
        document=document_of("SignIn"),
        variables={"input": {"email": "ana.silva@rochebrune.example", "password": "quatre chevaux sous la pluie"}},
    ),
    Operation(
        name="Viewer",
        title="Who am I?",
        group="Account",
        needs="any token; without one the answer is null",
        callers=("manager", "staff", "key"),
        document=document_of("Viewer"),
    ),
    Operation(
        name="UpdateProfile",
        title="Update one's profile",
        group="Account",
        needs="any person, for themselves",
        callers=("manager", "staff"),
        document=document_of("UpdateProfile"),
        variables={"input": {"jobTitle": "directrice de la communication", "phone": "+33475000000", "locale": "fr"}},
    ),
    Operation(
        name="ChangeEmail",
        title="Change one's e-mail address",
        group="Account",
        needs="any person, for themselves; staff, for anyone by personId",
        callers=("manager", "staff"),
        document=document_of("ChangeEmail"),
        variables={"input": {"email": "ana.silva-costa@rochebrune.example"}},
    ),
    Operation(
        name="OpenSupportRequest",
        title="Ask for help with a refused discount",
        group="Account",
        needs="the holder of the number, or their manager",
        callers=("manager",),
        document=document_of("OpenSupportRequest"),
        variables={
            "input": {
                "message": "La réduction m'a été refusée à l'inscription.",
                "check": {"subscriberNumber": "CP 4071 8823 9056 1227", "eventKind": "TRAINING"},
            }
        },
    ),
)
