"""The probe: questions to a real QuickBooks that no publication answers, and what answers mean.

It is asked of Intuit's sample company only. Each question is a function that is shown what it has
seen so far and says what to send next, or what it has found; nothing is kept in between, so a
session of the Web Connector may end anywhere and another one go on.
"""
