"""An answer goes back into the planner's own bytes: a file edited, never written anew.

dates       TaskDates, Written   what is written of each task, and what became of it
edits       ByteEdits            changes to bytes by their offsets
mspdi       write_mspdi          Microsoft Project's XML
xer         write_xer            Primavera's tables of text
"""
