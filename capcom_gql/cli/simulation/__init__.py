"""`capcom simulate`: years of an invented network, played by the product's own commands on a scratch database.

`network` and `habits` hold what is invented, `life` and `events` plan, `deeds` carries out commands, and `post`
delivers the letters. `record` reads the result, `checks` and `history` verify the invariants, `figures` and `report`
present it.
"""
