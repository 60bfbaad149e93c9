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
cli          `main.py city import | make-demo`
roads, road_source, graph, eta            step 3: road graph and travel times
pinyin, address, gazetteer                step 4: place search
"""
