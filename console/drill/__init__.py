"""Drill and demonstration: a simulated city around the real program.

stage      the folder of a demo: city, lists, keys, accounts, configuration
ports      free ports of loopback, each promised to one process
streets    routes of the simulated ambulances over the city's roads
fleet      the ambulances: `python -m console.drill.fleet`
script     what the autopilot and the cameras are told
cases      who calls, from where and why
conveyed   what their telephones say of where they are, and what an operator would answer
callers    the people who really phone in
hands      key presses, clicks and typed text in a real window
autopilot  a dispatcher made of key presses, working the real window
camera     pictures of a window in its day and its night theme
household  the processes of a demo; each runs in a `ward`, which ends it with the demo
watcher    follows the floor of a demo over its own link, touching nothing
timeline   what happened, step by step, with seconds
demo       all of it together: `main.py demo`
"""
