"""The map: city files, travel times, place search and the map window.

geo/        no Qt: datum, projection, import of .osm.pbf and CSV into one city file, graph, gazetteer
democity/   the invented demo city 铃江市, written as .osm.pbf + CSV and imported like any real one
canvas/     the map window, drawn with QPainter (the only Qt here)
navigator/  child process that ranks vehicles, finds routes and places, and the seat's end of it
"""
