"""An extract with torn references still gives roads and names."""

from pathlib import Path

import numpy as np

from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.importer import import_city
from mapview.geo.layers import open_city
from mapview.geo.road_graph import load_graph
from mapview.geo.search import Gazetteer


def test_the_torn_extract_is_usable(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "city.sqlite"
    report = import_city(shared_data / "chengdu-core-2017-12.osm.pbf", {}, out)
    assert report.losses["graph.road_node_missing"] > 1000
    db = open_city(out)
    network = RoadNetwork(load_graph(db))
    db.close()
    assert network.graph.edge_main.mean() > 0.9
    eta = EtaField(network, 104.08, 30.69).eta(np.array([[104.07, 30.67], [104.10, 30.70]]))
    assert (eta > 30).all()
    search = Gazetteer(out)
    assert search.search("renminzhonglu")[0].name.startswith("人民中路")
    search.close()
