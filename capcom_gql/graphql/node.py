"""The interface of objects with an id, as in Relay."""

import strawberry


@strawberry.interface(description="An object with an id of its own, by which `node` and `nodes` find it.")
class Node:
    id: strawberry.ID = strawberry.field(description="An opaque id that never changes.")
