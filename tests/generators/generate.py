"""Has the public makers of Python clients read a schema: python generate.py SCHEMA FOLDER. Prints what each made; fails where one complains."""

import importlib
import json
import pathlib
import shutil
import subprocess
import sys

from gql import Client, gql
from graphql import build_schema, introspection_from_schema

source, folder = map(pathlib.Path, sys.argv[1:])
here = pathlib.Path(__file__).parent
tools = pathlib.Path(sys.executable).parent
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
sys.path.insert(0, str(folder))

schema = build_schema(source.read_text())
document = here / "use.graphql"
Client(schema=schema).validate(gql(document.read_text()))

(folder / "pyproject.toml").write_text(
    f'[tool.ariadne-codegen]\nschema_path = "{source}"\nqueries_path = "{document}"\ntarget_package_name = "by_ariadne"\n'
)
subprocess.run([tools / "ariadne-codegen"], cwd=folder, check=True, capture_output=True)
client = importlib.import_module("by_ariadne").Client

(folder / "schema.json").write_text(json.dumps(introspection_from_schema(schema)))
subprocess.run([tools / "sgqlc-codegen", "schema", "schema.json", "by_sgqlc.py"], cwd=folder, check=True, capture_output=True)
types = importlib.import_module("by_sgqlc")

print(json.dumps({"ariadne": hasattr(client, "recommend"), "sgqlc": hasattr(types.Indicator, "targets"), "gql": True}))
