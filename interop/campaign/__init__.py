"""Campaigns: a screening of crossed cases, then sequential tests of what stood out and of controls.

`file` reads a campaign, `cells` says what the lab offers it, `screening` draws the cases, `forecast` says
what they take and cost, `course` what comes next and what is known, from the record alone.
"""
