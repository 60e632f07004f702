"""Earliest dates of a plan, with their proof."""
