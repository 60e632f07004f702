"""Files become plans: native folders of YAML and CSV, scenarios upon them, and PSPLIB's formats.

    load        load               a plan with its scenarios, from names and paths
    packaged    packaged           the plans that come with the package
    scenarios   load_scenario      one scenario
    dates       check_dates        stated dates beyond the calendar or the horizon
    cycles      positive_cycle     dependencies that have something wait for itself
    psplib      read_psplib        benchmarks

Nothing is imported here, so that listing the packaged plans costs no more than their titles.
"""
