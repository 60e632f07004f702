"""Plans as data, each a folder of text with a source behind every number. Nothing here is imported; `reading` opens it."""
