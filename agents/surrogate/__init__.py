"""People who decide as others did: a small network, distilled from the decisions of language users."""
