"""The rules of `rulebook/` as an OpenFisca system: one side of the comparison, driven by `run`.

It reads orders on its standard input, one a line, and answers each with one line of JSON:

    load NAME FACTS [SCENARIOS]   reads a CSV file of facts, and one of values of parameters (a row, a scenario)
    dump NAME FILE                writes every output as 64-bit floats; money in whole cents
    time NAME                     computes, and says how many seconds it took; nothing is read or written

Where OpenFisca leaves a choice, the faster one is taken: a decision table is an array that is indexed, a scenario
changes parameters in place, and of a scenario only what its parameters reach is computed again. `--documented` takes
what its documentation shows: parameters indexed by a vector (a loop in Python), and a reform for each scenario.

`--dtype float64` (for cents) replaces the float32 that OpenFisca gives to its variables.
"""

import argparse
import csv
import datetime
import json
import sys
import time

import numpy
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.reforms import Reform
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from openfisca_core.variables.config import VALUE_TYPES

from rules import BOOLS, DAY, MONEY, OUTPUTS, Figures, number

FIGURES = Figures()
YEAR = DAY[:4]
BEGINS = "2023-01-01"

Equipe = build_entity(key="equipe", plural="equipes", label="équipe", is_person=True)
# Names cannot begin with a digit in Python.
Amplitude = Enum("Amplitude", {f"a_{name}": name for name in FIGURES.amplitudes})

WHOLE = ["patientele", "protocoles", "reunions_rcp", "dossiers_rcp", "base_rcp", "stagiaires"]
RATES = ["taux_css", "taux_css_national", "taux_ame", "taux_ame_national"]


def parameters():
    """The figures of the rulebook as OpenFisca parameters and scales."""

    def dated(value):
        return {BEGINS: {"value": float(value)}}

    tree = {name: {"values": dated(value)} for name, value in FIGURES.parameters.items()}
    tree["horaires"] = {
        f"a_{amplitude}": {
            "ferme_samedi": {"values": dated(FIGURES.horaires[amplitude, False])},
            "ouvert_samedi": {"values": dated(FIGURES.horaires[amplitude, True])},
        }
        for amplitude in FIGURES.amplitudes
    }
    tree["coordination_variable"] = {
        "brackets": [
            {"threshold": dated(bound), "rate": dated(rate)} for bound, rate in FIGURES.coordination_variable
        ]
    }
    tree["formation_fixe"] = {
        "metadata": {"type": "single_amount"},
        "brackets": [
            {"threshold": dated(bound), "amount": dated(amount)} for bound, amount in FIGURES.formation_fixe
        ],
    }
    return ParameterNode("", data=tree)


def a_fact(name, kind, **more):
    """Declares a variable that is given."""
    content = {"value_type": kind, "entity": Equipe, "definition_period": DateUnit.YEAR, "label": name, **more}
    return type(name, (Variable,), content)


def a_rule(kind):
    """Makes a variable of a formula, named as the function."""

    def made(formula):
        variable = a_fact(formula.__name__, kind, formula=formula)
        RULES.append(variable)
        return variable

    return made


RULES = []
DOCUMENTED = False


def to_the_cent(amount):
    """Half away from zero, as the rulebook rounds, for amounts that are not negative."""
    return numpy.floor(amount * 100 + 0.5) / 100


@a_rule(float)
def rapport_patientele(equipe, period, parameters):
    return equipe("patientele", period) / parameters(period).patientele_de_reference


@a_rule(float)
def part_d_annee(equipe, period):
    last = numpy.datetime64(period.stop.date)
    days = (last - equipe("date_effet", period)).astype(numpy.int64) + 1
    return numpy.clip(days / period.size_in_days, 0, 1)


def points_horaires_as_documented(equipe, period, parameters):
    row = parameters(period).horaires[equipe("amplitude", period)]
    points = numpy.where(equipe("samedi", period), row.ouvert_samedi, row.ferme_samedi)
    return numpy.where(equipe("soins_non_programmes", period), points, 0)


@a_rule(float)
def points_horaires(equipe, period, parameters):
    if DOCUMENTED:
        return points_horaires_as_documented(equipe, period, parameters)
    table = parameters(period).horaires
    points = numpy.array(
        [value for name in Amplitude.names for value in (table[name].ferme_samedi, table[name].ouvert_samedi)]
    )
    row = equipe("amplitude", period).view(numpy.ndarray) * 2 + equipe("samedi", period)
    return points[row] * equipe("soins_non_programmes", period)


@a_rule(float)
def coordination_a_taux_plein(equipe, period, parameters):
    p = parameters(period)
    return p.coordination_fixe + p.coordination_variable.calc(equipe("patientele", period))


@a_rule(float)
def points_coordination(equipe, period):
    return equipe("coordination_a_taux_plein", period) * equipe("fonction_coordination", period)


@a_rule(float)
def points_par_protocole(equipe, period, parameters):
    p = parameters(period)
    return p.protocole_fixe + p.protocole_ipa * equipe("ipa", period)


@a_rule(float)
def points_protocoles(equipe, period, parameters):
    paid = numpy.minimum(equipe("protocoles", period), parameters(period).protocoles_maximum)
    return paid * equipe("points_par_protocole", period)


@a_rule(float)
def rcp_reunions_exigees(equipe, period, parameters):
    return numpy.floor(parameters(period).rcp_reunions_minimum * equipe("part_d_annee", period))


@a_rule(float)
def taux_rcp(equipe, period):
    base = equipe("base_rcp", period)
    counts = (base > 0) & (equipe("reunions_rcp", period) >= equipe("rcp_reunions_exigees", period))
    # Multiplied before it is divided: truncated this way a float gives the exact rate.
    rate = numpy.floor(equipe("dossiers_rcp", period) * 10000 / numpy.maximum(base, 1)) / 10000
    return rate * counts


@a_rule(float)
def rcp_a_taux_plein(equipe, period, parameters):
    return parameters(period).rcp_variable * equipe("rapport_patientele", period)


@a_rule(float)
def points_rcp(equipe, period, parameters):
    reached = numpy.minimum(equipe("taux_rcp", period) / parameters(period).rcp_taux_plein, 1)
    return equipe("rcp_a_taux_plein", period) * reached * equipe("part_d_annee", period)


@a_rule(float)
def points_formation(equipe, period, parameters):
    return parameters(period).formation_fixe.calc(equipe("stagiaires", period))


@a_rule(float)
def systeme_a_taux_plein(equipe, period, parameters):
    return parameters(period).systeme_variable * equipe("rapport_patientele", period)


@a_rule(float)
def points_systeme(equipe, period):
    full = equipe("systeme_a_taux_plein", period) * equipe("part_d_annee", period)
    return full * equipe("systeme_en_place", period)


@a_rule(bool)
def prerequis_atteints(equipe, period):
    open_enough = equipe("points_horaires", period) > 0
    return open_enough & equipe("fonction_coordination", period) & equipe("systeme_en_place", period)


@a_rule(float)
def points_total(equipe, period):
    total = (
        equipe("points_horaires", period)
        + equipe("points_coordination", period)
        + equipe("points_protocoles", period)
        + equipe("points_rcp", period)
        + equipe("points_formation", period)
        + equipe("points_systeme", period)
    )
    return total * equipe("prerequis_atteints", period)


@a_rule(float)
def majoration_precarite(equipe, period, parameters):
    css = numpy.maximum(equipe("taux_css", period) - equipe("taux_css_national", period), 0)
    ame = numpy.maximum(equipe("taux_ame", period) - equipe("taux_ame_national", period), 0)
    return numpy.minimum(css + ame, parameters(period).majoration_plafond)


@a_rule(float)
def remuneration(equipe, period, parameters):
    points = equipe("points_total", period) * parameters(period).valeur_du_point
    return to_the_cent(points * (1 + equipe("majoration_precarite", period)))


@a_rule(float)
def socle_a_taux_plein(equipe, period, parameters):
    return (
        equipe("coordination_a_taux_plein", period)
        + parameters(period).protocoles_maximum * equipe("points_par_protocole", period)
        + equipe("rcp_a_taux_plein", period)
        + equipe("systeme_a_taux_plein", period)
    )


@a_rule(float)
def avance(equipe, period, parameters):
    p = parameters(period)
    core = p.part_avance * equipe("socle_a_taux_plein", period)
    return to_the_cent(core * p.valeur_du_point * equipe("part_d_annee", period))


@a_rule(float)
def solde(equipe, period):
    # The difference of whole cents is never half a cent: the ordinary rounding will do.
    return numpy.round(equipe("remuneration", period) - equipe("avance", period), 2)


def new_system():
    system = TaxBenefitSystem([Equipe])
    system.parameters = parameters()
    system.add_variables(*(a_fact(name, int) for name in WHOLE))
    system.add_variables(*(a_fact(name, bool) for name in BOOLS))
    system.add_variables(*(a_fact(name, float) for name in RATES))
    amplitude = a_fact("amplitude", Enum, possible_values=Amplitude, default_value=Amplitude[Amplitude.names[0]])
    date = a_fact("date_effet", datetime.date)
    system.add_variables(amplitude, date, *RULES)
    return system


def read_facts(path):
    """Returns the columns of a file, each of its type."""
    with open(path, encoding="utf-8") as file:
        rows = csv.reader(file)
        columns = dict(zip(next(rows), map(numpy.array, zip(*rows))))
    typed = {name: columns[name].astype(numpy.int32) for name in WHOLE}
    typed |= {name: columns[name] == "true" for name in BOOLS}
    typed |= {name: columns[name].astype(VALUE_TYPES[float]["dtype"]) for name in RATES}
    typed["date_effet"] = columns["date_effet"].astype("datetime64[D]")
    places = {name: place for place, name in enumerate(FIGURES.amplitudes)}
    typed["amplitude"] = Amplitude.encode(numpy.array([places[name] for name in columns["amplitude"]]))
    return typed


def new_simulation(system, facts):
    simulation = SimulationBuilder().build_default_simulation(system, len(facts["amplitude"]))
    for name, values in facts.items():
        simulation.set_input(name, YEAR, values)
    return simulation


def reform_of(scenario):
    """Makes the reform that a scenario is."""

    def modify(parameters):
        for name, value in scenario:
            parameters.children[name].update(start=BEGINS, value=value)
        return parameters

    return type("Scenario", (Reform,), {"apply": lambda self: self.modify_parameters(modify)})


def compute(simulation):
    return [simulation.calculate(name, YEAR) for name in OUTPUTS]


class Work:
    """Facts in memory, and the scenarios to compute them by."""

    def __init__(self, facts, scenarios):
        self.system = new_system()
        self.facts = read_facts(facts)
        self.simulation = new_simulation(self.system, self.facts)
        self.scenarios = None
        self.again = [rule.__name__ for rule in RULES]
        if scenarios:
            with open(scenarios, encoding="utf-8") as file:
                rows = csv.reader(file)
                names = next(rows)
                self.scenarios = [
                    [(name, float(number(text))) for name, text in zip(names, row)] for row in rows
                ]
            self.again = self.reached(set(names))
            # What no scenario reaches is there from the first on, as on the other side.
            self.compute()

    def reached(self, names):
        """Returns the rules that read one of the parameters, directly or not."""
        self.simulation.trace = True
        self.compute()
        reached, found = set(), True

        def reads(node):
            if any(parameter.name.lstrip(".").split(".")[0] in names for parameter in node.parameters):
                return True
            return any(child.name in reached for child in node.children)

        def walk(node):
            yield node
            for child in node.children:
                yield from walk(child)

        nodes = [node for tree in self.simulation.tracer.trees for node in walk(tree)]
        while found:
            found = {node.name for node in nodes if node.name not in reached and reads(node)}
            reached |= found
        self.simulation.trace = False
        self.forget([rule.__name__ for rule in RULES])
        return [rule.__name__ for rule in RULES if rule.__name__ in reached]

    def forget(self, names):
        for name in names:
            self.simulation.delete_arrays(name)

    def compute(self):
        return compute(self.simulation)

    def run(self, give):
        """Computes all scenarios and returns the seconds it took."""
        self.forget(self.again)
        start = time.perf_counter()
        if self.scenarios is None:
            TaxBenefitSystem.get_parameters_at_instant.cache_clear()
            results = self.compute()
            seconds = time.perf_counter() - start
            give(results)
            return seconds
        for scenario in self.scenarios:
            if DOCUMENTED:
                system = reform_of(scenario)(self.system)
                give(compute(new_simulation(system, self.facts)))
                continue
            for name, value in scenario:
                self.system.parameters.children[name].update(start=BEGINS, value=value)
            TaxBenefitSystem.get_parameters_at_instant.cache_clear()
            self.forget(self.again)
            give(self.compute())
        return time.perf_counter() - start


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    asked.add_argument("--documented", action="store_true")
    asked = asked.parse_args()
    VALUE_TYPES[float]["dtype"] = numpy.dtype(asked.dtype).type
    global DOCUMENTED
    DOCUMENTED = asked.documented
    works = {}
    for line in sys.stdin:
        match line.split():
            case ["load", name, facts, *scenarios]:
                works[name] = Work(facts, scenarios[0] if scenarios else None)
                answer = {"outputs": OUTPUTS}
            case ["dump", name, path]:
                with open(path, "wb") as file:

                    def write(results, file=file):
                        for output, values in zip(OUTPUTS, results):
                            values = values.astype(numpy.float64)
                            (numpy.rint(values * 100) if output in MONEY else values).tofile(file)

                    works[name].run(write)
                answer = {}
            case ["time", name]:
                answer = {"seconds": works[name].run(lambda results: None)}
            case _:
                answer = {"error": "not an order"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
