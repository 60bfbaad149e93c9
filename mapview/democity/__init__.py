"""The demo city 铃江市: invented, generated from a seed, the same bytes each time.

It holds what real extracts lack or break (turn restrictions, one-way pairs, islands of roads, holes,
big ids, no box in the header ...), so that the import and the travel times meet all of it every day.

__main__   `python -m mapview.democity --out DIR [--seed N]`
plan       where the city lies, its sizes, and the whole plan as one struct
dice       seeded chance and smooth noise
names      tables of Chinese names; no name comes from one real city
river      the river, its island, the brook, the lake
arterials  rings, radials, axes, warped grid, bank roads
ramps      motorway and expressway links
villages   villages outside the motorway
blocks     cuts the faces between arterials into streets and blocks
network    joins streets at junctions
crossings  bridges, signals, turn restrictions
land       land use, parks, campuses, buildings
places     hospitals, stations, police, schools, metro, bus stops, AEDs, posts, house numbers
districts  districts and sub-districts as closed boundary relations
osm_file   numbers the objects and writes the .osm.pbf
lists      writes the CSV files
city       puts it all together
"""
