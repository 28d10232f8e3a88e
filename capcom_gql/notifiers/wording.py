"""Say what is wrong with a channel's settings, by the names the operator gave them, and show no secret."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from capcom_gql.notifiers.faults import one_line


def variable(channel_name: str, field: str) -> str:
    """The name under which the environment gives a channel's field."""
    return f"CAPCOM_NOTIFY__{channel_name.upper()}__{field.upper()}"


def refused_settings(
    channel_name: str, model: type[BaseModel], given: Mapping[str, str], error: ValidationError
) -> str:
    """One sentence for each fault of a channel's settings, the missing ones first and together."""
    missing: list[str] = []
    faults: list[str] = []
    hidden = [value for field, value in given.items() if not _may_be_shown(model, field)]
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        field = str(detail["loc"][0]) if detail["loc"] else ""
        name = variable(channel_name, field)
        words = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            missing.append(name)
        elif detail["type"] == "extra_forbidden":
            known = ", ".join(sorted(variable(channel_name, known) for known in model.model_fields))
            faults.append(f"{name} is not a setting of this channel, which knows {known or 'none'}")
        elif field in given and _may_be_shown(model, field):
            faults.append(f"{name}={given[field]} is refused: {words}")
        else:
            faults.append(f"{name if field else 'the settings'} refused: {words}")
    if missing:
        faults.insert(0, f"set {' and '.join(missing)}")
    return one_line("; ".join(faults), hidden)


def _may_be_shown(model: type[BaseModel], field: str) -> bool:
    # An unknown name may be a secret's, misspelt.
    declared = model.model_fields.get(field)
    return declared is not None and "Secret" not in str(declared.annotation)
