"""`python -m capcom_gql` is `capcom`."""

from capcom_gql.cli import main

if __name__ == "__main__":
    main()
