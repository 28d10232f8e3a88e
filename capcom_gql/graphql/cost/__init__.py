"""What a GraphQL document asks for: counted by its syntax before it is validated, by types and variables after it."""
