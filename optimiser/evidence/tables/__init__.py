"""Answers as tables, each made once: terminal, page and workbook show them, or some of their columns and rows."""
