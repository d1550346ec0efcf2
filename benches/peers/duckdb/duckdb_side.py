"""Runs the queries that `peer … sql` prints over the same Parquet files in DuckDB, with two threads, compares every answer with
the rows that our side wrote, and prints the median time of both and their ratio.

usage: duckdb_side.py FOLDER QUERIES.json OURS.json OUT TURNS
"""

import glob
import json
import os
import statistics
import sys
import time

import duckdb

folder, queries_path, ours_path, out, turns = sys.argv[1:6]
queries = json.load(open(queries_path))
ours = json.load(open(ours_path))
con = duckdb.connect()
con.execute("SET threads = 2")
for path in sorted(os.listdir(folder)):
    name = path.removesuffix(".parquet")
    whole = os.path.join(folder, path)
    files = sorted(glob.glob(whole + "/*.parquet")) if os.path.isdir(whole) else [whole]
    if files and all(file.endswith(".parquet") for file in files):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({files!r})")


def name_views(views):
    for name, sql in views:
        con.execute(f"CREATE OR REPLACE VIEW {name} AS {sql}")


def timed(work):
    work()
    seconds = []
    for _ in range(int(turns)):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


def differing(table, columns, name):
    file = os.path.join(out, f"{name}.parquet")
    theirs, mine = f"SELECT {columns} FROM {table}", f"SELECT {columns} FROM read_parquet('{file}')"
    one = con.execute(f"SELECT COUNT(*) FROM (({theirs}) EXCEPT ALL ({mine}))").fetchone()[0]
    other = con.execute(f"SELECT COUNT(*) FROM (({mine}) EXCEPT ALL ({theirs}))").fetchone()[0]
    return one + other


def attribution():
    con.execute(f"CREATE OR REPLACE TEMP TABLE attribution_rank AS {queries['ranking']}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE attribution AS {queries['lists']}")


lines = con.execute("SELECT COUNT(*) FROM act").fetchone()[0]
print(f"lines of act: {lines}; patients: {con.execute('SELECT COUNT(*) FROM patient').fetchone()[0]}")
print(f"{'':42} {'ours s':>9} {'duckdb s':>9} {'ratio':>7} {'rows that differ':>17}")
name_views(queries["views"])
total = [0.0, 0.0]
measured = [("attribution", timed(attribution), differing("attribution", "patient, method, practitioner, team", "attribution"))]
for name, query in queries["measures"].items():
    name_views(query["views"])
    sql = query["sql"]
    seconds = timed(lambda: con.execute(f"CREATE OR REPLACE TEMP TABLE rows AS {sql}"))
    columns = ", ".join(column[0] for column in con.execute("SELECT * FROM rows LIMIT 0").description)
    measured.append((name, seconds, differing("rows", columns, name)))
for name, seconds, wrong in measured:
    mine, theirs = statistics.median(ours[name]), statistics.median(seconds)
    if name != "attribution":
        total[0] += mine
        total[1] += theirs
    print(f"{name:42} {mine:9.3f} {theirs:9.3f} {mine / theirs:7.2f} {wrong:17}")
print(f"{'all measures':42} {total[0]:9.3f} {total[1]:9.3f} {total[0] / total[1]:7.2f}")
