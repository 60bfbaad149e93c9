"""City files without Qt: how they are made and read.

errors       the error tree of this package
projection   world pixels (Mercator, zoom 22) and ground metres
datum        WGS-84, GCJ-02, BD-09
city_schema  tables, layers, classes and flags of a city file
layers       layer store: writer, `LayerStore` reader, metadata, points of interest
steps        the contract of an import step and the report that counts losses
importer     runs the steps into a new file and swaps it in
tags         OpenStreetMap tags -> layer and class
osm_layers   step 1: drawn layers from .osm.pbf
shapes       coordinates out of pyosmium objects, whole or broken
torn         the pieces that are left of relations the extract has cut
rivers       rebuilds rivers from their banks
borders      rebuilds districts from the border lines that are left
osm_poi      step 2: points of interest from .osm.pbf and the user's CSV files
csv_rows     tolerant CSV reading: encodings, datum, bad rows by line number
resources    stations, hospitals, AEDs, vehicles, posts as plain structs
master_data  the centre's lists made into orders for the hub; staff, seats and sites too
cli          `main.py city import | make-demo`

graph        step 3: the road graph, from
roads        what a highway tag means for an ambulance
road_source  roads, signals and restrictions as they stand in the file
road_edges   shapes between junctions and their directed edges
turn, turns  kinds of turn; which edge may follow which
road_graph   the graph as arrays, and its table in the city file
driving      speeds by road class, time lost at lights and turns
snap         points onto roads
eta          `EtaField`: times and routes of all vehicles to one incident
route_path   composes a route from a path of edges
route, straight_line  what a route is, and the estimate without roads (light to import)

gazetteer    step 4: the tables of the place search, from
named_source everything with a name in the file
streets      ways to streets, crossings, points along them
districts    which district a point lies in
places       kinds of places and what a search finds (light to import)
pinyin       readings, from a dictionary that is heavy to import
spelling     initials, sounds, splitting what was typed, what fits a reading (light to import)
address      spoken addresses taken apart
name_search  names by character, sound and initials
search       `Gazetteer`: posts, crossings, doors and names together
reverse      the address of a point

sampling     places drawn by seed, for the callers of a drill
"""
