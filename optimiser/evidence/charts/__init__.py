"""Drawings of the report: plain SVG, made here, each with a name and a description for those who do not see it."""
