"""Presentation and storage of answers: text, documents, tables and pictures, each with its evidence."""
