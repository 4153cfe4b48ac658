"""Reads the open data of a server as their readers do: a catalogue, a statistical program, a checker of tables; and the description of
its files as makers of clients do.

read.py URL INDICATOR prints what each has found, as JSON; whatever complains ends it with its words.
"""

import json
import os
import sys
import tempfile
import urllib.request

import frictionless
import openapi_spec_validator
import pysdmx.io
import rdflib

base, indicator = sys.argv[1:]
dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def kept(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


folder = tempfile.mkdtemp()

catalogue = rdflib.Graph().parse(data=get(f"{base}/open-data/catalog.jsonld"), format="json-ld")
datasets = set(catalogue.subjects(rdflib.RDF.type, dcat.Dataset))
dataset = rdflib.URIRef(f"{base}/open-data/indicators/{indicator}.jsonld")
alone = rdflib.Graph().parse(data=get(dataset), format="json-ld")
assert set(alone.triples((dataset, None, None))), "the dataset has another name at its own address"
downloads = {}
for distribution in catalogue.objects(dataset, dcat.distribution):
    downloads[str(distribution).rpartition("#")[2]] = str(catalogue.value(distribution, dcat.downloadURL))

structure = kept("structure.json", get(f"{base}/open-data/structure.json"))
[figures] = pysdmx.io.get_datasets(kept("figures.csv", get(downloads["sdmx"])), structure)
codes = {item.id for item in figures.structure.components["SUBJECT"].enumeration.codes}
assert set(figures.data["SUBJECT"]) <= codes, "a figure is of nobody in the code list"

package = json.loads(get(f"{base}/open-data/datapackage.json"))
for resource in package["resources"]:
    # All figures are more than one address may read in a minute.
    if resource["name"] == "measurements":
        resource["path"] = downloads["csv"]
report = frictionless.validate(kept("datapackage.json", json.dumps(package)))
errors = [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]
errors += [error.message for error in report.errors]

described = json.loads(get(f"{base}/openapi.json"))
openapi_spec_validator.validate(described)

print(json.dumps({
    "datasets": len(datasets),
    "structure": figures.structure.id,
    "figures": len(figures.data),
    "tables": [task.name for task in report.tasks],
    "errors": errors,
    "openapi": described["openapi"],
}))
