"""Compares lists and measures here and in DuckDB: every answer first, then the time, in turns on the same machine.

usage: duckdb_side.py PEER FOLDER DATE YEAR OUT TURNS

PEER (`crates/claims/examples/peer.rs`) prints the queries, writes the rows of our side to OUT and takes a turn at each line that
it is sent. DuckDB runs the same queries over the same Parquet files with two threads; what our side computes once for all
measures (value sets and views that say `keep`) it computes once too, as temporary tables. Each side begins warm; the figures are
medians. The kept tables count in the time of the measures, on both sides.
"""

import glob
import json
import os
import statistics
import subprocess
import sys
import time

import duckdb

peer, folder, at, year, out, turns = sys.argv[1:7]
queries = json.loads(subprocess.run([peer, folder, at, year, "sql"], check=True, stdout=subprocess.PIPE).stdout)
con = duckdb.connect()
con.execute("SET threads = 2")
for path in sorted(os.listdir(folder)):
    name = path.removesuffix(".parquet")
    whole = os.path.join(folder, path)
    files = sorted(glob.glob(whole + "/*.parquet")) if os.path.isdir(whole) else [whole]
    if name != "refused" and files and all(file.endswith(".parquet") for file in files):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({files!r})")

kept_as = {}


def name_views(views):
    for name, sql in views:
        if name not in queries["kept"]:
            con.execute(f"CREATE OR REPLACE VIEW {name} AS {sql}")
        elif kept_as.get(name) != sql:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            kept_as[name] = sql


def attribution():
    con.execute(f"CREATE OR REPLACE TEMP TABLE attribution_rank AS {queries['ranking']}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE attribution AS {queries['lists']}")


def turn():
    seconds = {}

    def timed(name, work):
        began = time.perf_counter()
        work()
        seconds[name] = time.perf_counter() - began

    kept_as.clear()
    timed("attribution", attribution)
    for name, query in queries["measures"].items():

        def measure():
            name_views(query["views"])
            con.execute(f"CREATE OR REPLACE TEMP TABLE rows_{name} AS {query['sql']}")

        timed(name, measure)
    return seconds


def differing(table, file):
    columns = ", ".join(f'"{column[0]}"' for column in con.execute(f"SELECT * FROM {table} LIMIT 0").description)
    theirs, mine = f"SELECT {columns} FROM {table}", f"SELECT {columns} FROM read_parquet('{out}/{file}.parquet')"
    one = con.execute(f"SELECT COUNT(*) FROM (({theirs}) EXCEPT ALL ({mine}))").fetchone()[0]
    other = con.execute(f"SELECT COUNT(*) FROM (({mine}) EXCEPT ALL ({theirs}))").fetchone()[0]
    return one + other


name_views([view for view in queries["views"] if view[0] not in queries["kept"]])
ours = subprocess.Popen([peer, folder, at, year, "run", out], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
ours.stdout.readline()
turn()
wrong = {name: differing(name, name) for name in ("attribution", "attribution_rank")}
wrong["attribution"] += wrong.pop("attribution_rank")
wrong |= {name: differing(f"rows_{name}", name) for name in queries["measures"]}
measured = []
for _ in range(int(turns)):
    ours.stdin.write("\n")
    ours.stdin.flush()
    mine = json.loads(ours.stdout.readline())
    measured.append((mine, turn()))
ours.stdin.close()
ours.wait()

lines = con.execute("SELECT COUNT(*) FROM act").fetchone()[0]
patients = con.execute("SELECT COUNT(*) FROM patient").fetchone()[0]
print(f"lines of act: {lines}; patients: {patients}; load: {os.getloadavg()[0]:.1f}; DuckDB {duckdb.__version__}")
print(f"{'':42} {'ours s':>9} {'duckdb s':>9} {'ratio':>7} {'rows that differ':>17}")


def line(label, names):
    mine = statistics.median(sum(pair[0][name] for name in names) for pair in measured)
    theirs = statistics.median(sum(pair[1][name] for name in names) for pair in measured)
    print(f"{label:42} {mine:9.3f} {theirs:9.3f} {mine / theirs:7.2f} {sum(wrong[name] for name in names):17}")


for name in wrong:
    line(name, [name])
line("all measures", list(queries["measures"]))
sys.exit(any(wrong.values()))
