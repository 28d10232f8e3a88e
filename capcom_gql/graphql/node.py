"""What can be asked for again by its id."""

import strawberry


@strawberry.interface(description="An object with an id of its own, which `node` finds again.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque and lasting; it says nothing by itself.")
