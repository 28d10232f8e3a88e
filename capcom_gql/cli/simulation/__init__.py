"""`capcom simulate`: years of an invented network, played with the product's own deeds on a scratch database.

`network` and `habits` invent, `life` and `events` plan, `deeds` does, `post` counts the letters, `record`, `checks` and
`history` read what came of it and hold the invariants against it, `figures` and `report` tell it.
"""
