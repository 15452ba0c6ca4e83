"""How people are and decide: profiles, memory, policies, and the language models they think with."""
