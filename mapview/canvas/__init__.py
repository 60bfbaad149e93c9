"""The map of the console: a QWidget drawn with QPainter in layers, all marks as plain facts.

    MapCanvas is fed with marks and gives back signals; a child process draws the base map.

    canvas          MapCanvas: what is shown, where it looks, picking, view lock
    gestures        what hands and keys mean
    scene           the drawing order; the picture of what stands still
    ground          base map in the window: tiles and names composed into one picture
    overlay, pins   routes, places and their doubt, scale bar; incidents
    areas           where the network says a caller is, with its doubt
    traffic         vehicles each tick, their numbers, who is under the cursor
    cartographer    the window's side of the baker process
    baker           `python -m mapview.canvas.baker`: draws tiles, sets names, keeps pictures on disk
    tile_painter    one tile from the layer store
    sprites, shapes, lettering    kept pictures of vehicles, outlines, letters

Without Qt:
    marks           VehicleMark, IncidentMark, PlaceMark, AreaMark, RouteMark: what the console hands over
    palette         colours, signs and words of both themes, shared with the windows
    style           widths, sizes, first zooms
    view            centre, zoom, size; screen, world, degrees
    sheets          grids of tiles and blocks; ports LayerSource and Cartographer
    names, along    setting names; names along lines
    room            no two names overlap
    fleet, tags     vehicles as arrays; which of them show their number
    texts           the words of the map in Chinese and English
"""
