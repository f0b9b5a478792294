"""Makes schema.json: what a release of Terraform's AWS provider takes and gives, for the resources of the module.

The provider itself comes from Terraform's registry alone, but an npm package has its schema as code, for the CDK for Terraform:

    npm pack @cdktf/provider-aws@21.22.1 && tar xzf cdktf-provider-aws-21.22.1.tgz
    python extract.py package ../../../src/terraform/module > schema.json

In: the unpacked package, and the folder of the module, for the names of what is in it. Out, as JSON: the provider's version, and for each
resource and data source its arguments and blocks, those with "!" after the name being required, and what it can be asked for. It refuses
a resource that the package does not have.
"""

import json
import pathlib
import re
import sys

PACKAGE, MODULE = map(pathlib.Path, sys.argv[1:])


def camel(name):
    return re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), name)


def required(types, interface):
    """The arguments, in the spelling of TypeScript, that an interface does not let one leave out."""
    body = re.search(rf"export interface {interface} .*?\{{\n(.*?)\n\}}", types, re.S)
    return set(re.findall(r"^    readonly (\w+):", body.group(1), re.M)) if body else set()


def arguments(code, types, body, needed):
    """What `body` lists; null for an argument, and for a block what is in it."""
    found = {}
    for name, value in re.findall(r"^ +(\w+): \{\n((?:.*\n)*?) +\},?\n", body, re.M):
        inside = None
        if "isBlock: true" in value:
            nested = re.search(r"[ (](\w+)ToHclTerraform", value).group(1)
            listed = re.search(rf"function {nested}ToHclTerraform\(.*?const attrs = \{{\n(.*?)\n    \}};", code, re.S)
            interface = nested[0].upper() + nested[1:]
            inside = arguments(code, types, listed.group(1) + "\n", required(types, interface))
        found[name + ("!" if camel(name) in needed else "")] = inside
    return found


def schema(folder):
    code, types = ((folder / name).read_text() for name in ("index.js", "index.d.ts"))
    code = code.split("//# sourceMappingURL")[0]
    kind = re.search(r'tfResourceType = "(\w+)"', code).group(1)
    interface = re.search(r"export interface (\w+Config) extends", types).group(1)
    body = re.search(r"synthesizeHclAttributes\(\) \{\n        const attrs = \{\n(.*?)\n        \};", code, re.S)
    # Those of the class itself, which comes last, and not those of its blocks.
    given = re.findall(r"get\w+Attribute\('(\w+)'\)|\(this, [\"'](\w+)[\"']", code[code.index("extends cdktf.Terraform") :])
    version = re.search(r"providerVersion: '([\d.]+)'", code).group(1)
    made = arguments(code, types, body.group(1) + "\n" if body else "", required(types, interface))
    return version, kind, {"arguments": made, "attributes": sorted({attribute or block for attribute, block in given})}


written = "".join(path.read_text() for path in sorted(MODULE.glob("*.tf")))
versions, schemas = set(), {"resource": {}, "data": {}}
for kind, name in sorted(set(re.findall(r'^(resource|data) "aws_(\w+)"', written, re.M))):
    prefix = "data-aws-" if kind == "data" else ""
    version, full, what = schema(PACKAGE / "lib" / (prefix + name.replace("_", "-")))
    assert full == f"aws_{name}", full
    versions.add(version)
    schemas[kind][full] = what
(version,) = versions
print(json.dumps({"version": version, **schemas}, indent=1))
