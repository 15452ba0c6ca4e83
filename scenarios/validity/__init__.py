"""How much a model behaves like real people, beside tuned controls: ``simenv validate``."""
