"""The documentation as a site that fetches nothing: ``sphinx-build -W -c docs . site``.

The source folder is the repository, so that the pages that stand at its top (glossary, changes, contributing) are pages of the
site and not copies. Sphinx rather than MkDocs: `toctree` may lead out of one folder, ``-W`` makes a broken link an error, and
furo brings neither fonts nor scripts from elsewhere.
"""

from importlib import metadata

project = "MHHS plan optimiser"
author = "the MHHS plan optimiser's authors"
release = metadata.version("mhhs-optimiser")
language = "en-GB"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "docs/pictures/*", "*.md", "instances/*/README.md"]
exclude_patterns = ["README-*"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
suppress_warnings = ["misc.highlighting_failure"]  # a table of commas has no highlighter
