"""Run folders: written page by page, read while they grow, compared and exported."""
