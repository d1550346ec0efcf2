"""Compares a chain, `quotepart run INSTRUMENT`, with the time that DuckDB needs for the same aggregates.

usage: chain_side.py PEER QUOTEPART FOLDER INSTRUMENT YEAR OUT

Ours is the whole command: hashes of the files, gate, lists, measures, figures, cells, fits, facts, amounts, report, and the
working files. DuckDB computes lists, rows of measures, figures, patients and cells, no more, with two threads; each distinct query
once, as ours. Rows of patients and figures are compared with the files of the run.
"""

import glob
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import tomllib

import duckdb

peer, quotepart, folder, instrument, year, out = sys.argv[1:7]
chain = json.loads(subprocess.run([peer, folder, f"{year}-12-31", year, "chain", instrument], check=True, stdout=subprocess.PIPE).stdout)
con = duckdb.connect()
con.execute("SET threads = 2")
for path in sorted(os.listdir(folder)):
    name = path.removesuffix(".parquet")
    whole = os.path.join(folder, path)
    files = sorted(glob.glob(whole + "/*.parquet")) if os.path.isdir(whole) else [whole]
    if name != "refused" and files and all(file.endswith(".parquet") for file in files):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({files!r})")

# A division of whole numbers is meant to truncate, which is `//` there.
CUT = "987654321"
made = {}


def once(name, sql, reads=""):
    if made.get(name) != (sql, reads):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        made[name] = (sql, reads)


def lists():
    for wanted in chain["lists"]:
        con.execute(f"CREATE OR REPLACE TEMP TABLE attribution_rank AS {wanted['ranking']}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {wanted['name']} AS {wanted['lists']}")


def figures():
    for wanted in chain["figures"]:
        con.execute(f"CREATE OR REPLACE VIEW attribution AS SELECT * FROM {wanted['list']}")
        tables = []
        for measure in wanted["measures"]:
            for name, sql in measure["views"]:
                if name in chain["kept"]:
                    once(name, sql)
                else:
                    con.execute(f"CREATE OR REPLACE VIEW {name} AS {sql}")
            rows = f"rows_{measure['id']}"
            once(rows, measure["sql"], wanted["list"])
            end = f"DATE '{wanted['end']}'"
            team = "(SELECT patient, team FROM attribution)"
            on = "t.patient = r.patient"
            if wanted["by"]:
                team = f"(SELECT a.patient, {wanted['by']} AS team FROM attribution a JOIN patient p ON p.patient = a.patient)"
            elif measure["territory"]:
                team = f"(SELECT DISTINCT area, team FROM catchment c WHERE c.from_date <= {end} AND (c.to_date IS NULL OR c.to_date >= {end}))"
                on = "t.area = r.area"
            value = "numerator" if "numerator" in [c[0] for c in con.execute(f"DESCRIBE {rows}").fetchall()] else None
            value = "CASE WHEN r.numerator THEN 1 ELSE 0 END" if value else "r.value"
            counted = "WHERE r.denominator AND r.exclusion IS NULL"
            columns = f"SUM({value}) AS numerator, COUNT(*) AS denominator, COUNT(DISTINCT r.patient) AS patients"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE figures_{wanted['name']}_{measure['id']} AS "
                f"SELECT NULL AS team, {columns} FROM {rows} r {counted} UNION ALL "
                f"SELECT CAST(t.team AS VARCHAR), {columns} FROM {rows} r JOIN {team} t ON {on} {counted} AND t.team IS NOT NULL GROUP BY t.team"
            )


def expected():
    for wanted in chain["expected"]:
        con.execute(f"CREATE OR REPLACE VIEW attribution AS SELECT * FROM {wanted['list']}")
        cap = CUT
        for asked in wanted["years"]:
            once(f"spent_{asked['year']}", asked["spent"])
            once(f"view_{asked['year']}", asked["view"], wanted["list"])
            table = f"patients_{wanted['name']}_{asked['year']}"
            known = [name for name, was in made.items() if was == (asked["patients"], wanted["list"])]
            if not known:
                once(table, asked["patients"], wanted["list"])
            con.execute(f"CREATE OR REPLACE VIEW patients_of_model AS SELECT * FROM {known[0] if known else table}")
            if asked is wanted["years"][0] and asked["cap"]:
                cap = str(con.execute(asked["cap"].replace(" / ", " // ")).fetchone()[0])
            # Its products of small decimals overflow: cubes need 128 bits from the start.
            cells = asked["cells"].replace(CUT, cap).replace(" / ", " // ")
            cells = cells.replace("DECIMAL(3, 0)", "HUGEINT").replace("DECIMAL(11, 0)", "HUGEINT")
            con.execute(f"CREATE OR REPLACE TEMP TABLE cells_{wanted['name']}_{asked['year']} AS {cells}")


def turn():
    made.clear()
    seconds = {}
    for name, work in (("lists", lists), ("figures", figures), ("expected", expected)):
        began = time.perf_counter()
        work()
        seconds[name] = time.perf_counter() - began
    return seconds


def run():
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    command = [quotepart, "run", instrument, "--year", year, "--data", folder, "--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def kind_of(measure):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
    with open(os.path.join(root, "measures", f"{measure}.toml"), "rb") as file:
        return tomllib.load(file)["kind"]


def differing():
    wrong = 0
    for wanted in chain["expected"]:
        first, last = wanted["years"][0], wanted["years"][-1]
        for end, asked in (("fit_patients", first), ("patients", last)):
            file = f"{out}/expected/{wanted['name']}/{wanted['name']}_{end}.parquet"
            if not os.path.exists(file):
                continue
            con.execute(f"CREATE OR REPLACE VIEW attribution AS SELECT * FROM {wanted['list']}")
            con.execute(f"CREATE OR REPLACE TEMP TABLE view_{asked['year']} AS {asked['view']}")
            con.execute(f"CREATE OR REPLACE TEMP TABLE theirs AS {asked['patients']}")
            columns = ", ".join(column[0] for column in con.execute("DESCRIBE theirs").fetchall())
            for one, other in (("theirs", f"'{file}'"), (f"'{file}'", "theirs")):
                query = f"SELECT COUNT(*) FROM (SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other})"
                wrong += con.execute(query).fetchone()[0]
    for wanted in chain["figures"]:
        ours = f"'{out}/figures/{wanted['name']}.parquet'"
        team = "label" if wanted["by"] else "CAST(team AS VARCHAR)"
        for measure in wanted["measures"]:
            theirs = f"figures_{wanted['name']}_{measure['id']}"
            # A rate per patient is over the list, which is not counted on the other side.
            columns = "numerator" if kind_of(measure["id"]) == "per_patient" else "numerator, patients"
            mine = f"SELECT CASE WHEN team IS NULL THEN NULL ELSE {team} END AS team, {columns} FROM {ours} WHERE measure = '{measure['id']}' AND numerator + denominator > 0"
            other = f"SELECT team, {columns} FROM {theirs}"
            for one, two in ((mine, other), (other, mine)):
                wrong += con.execute(f"SELECT COUNT(*) FROM (({one}) EXCEPT ALL ({two}))").fetchone()[0]
    return wrong


turn()
run()
wrong = differing()
theirs = turn()
mine = run()
theirs_again = turn()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
duck = (sum(theirs.values()) + sum(theirs_again.values())) / 2
print(f"load {os.getloadavg()[0]:.1f}; rows and figures that differ: {wrong}")
print("DuckDB: " + ", ".join(f"{name} {(theirs[name] + theirs_again[name]) / 2:.2f} s" for name in theirs))
print(f"ours {mine:.2f} s (peak {peak:.2f} GB), DuckDB {duck:.2f} s, ratio {mine / duck:.2f}")
sys.exit(wrong > 0)
