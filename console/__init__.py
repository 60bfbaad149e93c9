"""The windows: the only package, with mapview.canvas, that knows Qt.

doctor/    `main.py doctor`: checks of this machine, runs without Qt too
"""
