"""Many combinations of one plan's assumptions: run, resumed, exported and summed up.

axes, design    what a grid asks for; grid_file reads it, job makes it whole
fast, drops     combinations as columns of one network, without a solver
solved          single combinations through CP-SAT; the check of the others
ledger, engine  what is kept, and who computes it
export          the rows as CSV and Parquet
picture         what the rows say together; thresholds between them
"""
