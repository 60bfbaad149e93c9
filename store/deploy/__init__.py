"""The kit of a city: everything its machines need, generated from one `city.toml`.

city_file.py     the file: sites, machines, addresses, what runs where; refused whole with every contradiction
text_forms.py    YAML, TOML and env files written from plain values
secrets_file.py  passwords and certificates of the city, made once and kept
engine.py        Patroni, PostgreSQL and etcd
processes.py     lingsheng.toml and the systemd units of our own processes
exchange.py      kamailio, and the telephones of the seats
network.py       firewall rules and the clock
checklist.py     what a technician does on a machine, in order
making.py        the folders, one per machine, laid out like the machine's disk
checks.py        `deploy check`: what is wrong on this machine and what to do
cli.py           the verbs of `main.py deploy`
"""
