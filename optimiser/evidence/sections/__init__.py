"""The parts of the report, each written from the dossier: what is there as sentences, tables and charts, what is not with why."""
