"""The wall display: what a supervisor must see from ten metres, read-only.

board     what stands on it, computed from the floor (no Qt)
words     its words in both languages
tiles     big numbers, each with its state in words
lists     calls waiting, open incidents, the last changes
sites     one lamp for each site
charts    vehicles by state, calls by hour (pyqtgraph)
window    the window
wall      the process: replica in, window out
"""
