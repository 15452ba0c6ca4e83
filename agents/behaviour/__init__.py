"""The behaviour model: a small language model trained to decide as people of rating data do."""
