"""What AWS's own models of its APIs, which come with botocore, say of a request: for the proxy, which knows how one came.

In: a request. Out: what is wrong with its parameters (members that the operation does not have, or lacks; lengths, ranges, patterns and
lists of values), and which operation it is of. A request that is of no operation is wrong too.

By protocol: json (Cognito, CloudWatch Logs, EventBridge, SQS) and rest-json (API Gateway, Lambda, EventBridge Scheduler) whole; query (IAM, STS) whole; rest-xml (S3) by path,
query and headers, without bodies in XML. ec2 is not read.
"""

import base64
import functools
import json
import urllib.parse

import botocore.session
import regex

SESSION = botocore.session.get_session()
# By the target of a request in JSON, and by the service that a signature is for.
BY_TARGET = {"Logs_20140328": "logs", "AWSCognitoIdentityProviderService": "cognito-idp", "AWSEvents": "events", "AmazonSQS": "sqs"}
BY_SIGNATURE = {"iam": "iam", "sts": "sts", "lambda": "lambda", "apigateway": "apigatewayv2", "s3": "s3", "scheduler": "scheduler"}


@functools.cache
def service(name):
    return SESSION.get_service_model(name)


@functools.cache
def routes(name):
    """The operations of a service that has them by method and path, those with more literal text first."""
    found = []
    for operation in map(service(name).operation_model, service(name).operation_names):
        path, _, query = operation.http["requestUri"].partition("?")
        parts = regex.split(r"(\{[^}]+\})", path)
        literal = sum(len(part) for part in parts[::2])
        pattern = "".join(
            regex.escape(part) if index % 2 == 0 else "(.+)" if part.endswith("+}") else "([^/]+)" for index, part in enumerate(parts)
        )
        labels = [part.strip("{}+") for part in parts[1::2]]
        literals = [tuple((pair.split("=") + [""])[:2]) for pair in query.split("&") if pair]
        found.append((operation, regex.compile(pattern + "/?"), labels, literals, literal))
    found.sort(key=lambda route: (len(route[3]), route[4]), reverse=True)
    return found


def check(method, path, headers, body, signed_for):
    """The operation that a request is of, as `service:Operation`, and what is wrong with it; nothing where its protocol is not read."""
    target = headers.get("X-Amz-Target", "")
    if target:
        prefix, _, name = target.rpartition(".")
        known = BY_TARGET.get(prefix)
        return of(known, name, json.loads(body or b"{}")) if known else (None, [])
    known = BY_SIGNATURE.get(signed_for)
    if known in ("iam", "sts"):
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        name, _ = form.pop("Action"), form.pop("Version")
        if name not in service(known).operation_names:
            return f"{known}:{name}", [": is no operation"]
        wrong = []
        shape = service(known).operation_model(name).input_shape
        sent = from_form(shape, form, "", wrong) if shape else {}
        wrong += [f".{key}: is of no parameter" for key in form]
        checked, more = of(known, name, sent)
        return checked, wrong + more
    if known:
        return by_path(known, method, path, headers, body)
    return None, []


def by_path(known, method, path, headers, body):
    url = urllib.parse.urlsplit(path)
    query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
    query.pop("x-id", None)
    pairs = [(key, values[0]) for key, values in query.items()]
    fits = [
        (operation, labels, wanted, found)
        for operation, pattern, labels, wanted, _ in routes(known)
        if operation.http["method"] == method and all(pair in pairs for pair in wanted) and (found := pattern.fullmatch(url.path))
    ]
    if not fits:
        return f"{known}:?", [f": no operation is {method} {path}"]
    # Of those for one path, that whose headers and query are there: to copy an object is to put one, with its source in a header.
    complete = [fit for fit in fits if not demanded(fit[0], query, headers)]
    operation, labels, wanted, found = (complete or fits)[0]
    sent = from_rest(operation, dict(zip(labels, found.groups())), query, headers, body)
    members = operation.input_shape.members.values()
    known_keys = {member.serialization.get("name") for member in members if member.serialization.get("location") == "querystring"}
    extra = set(query) - {key for key, _ in wanted} - known_keys
    checked, wrong = of(known, operation.name, sent)
    return checked, wrong + [f".{key}: is of no parameter" for key in sorted(extra)]


def demanded(operation, query, headers):
    """What the operation demands in the query or in headers and does not find there."""
    shape = operation.input_shape
    places = {"querystring": query, "header": headers}
    members = [(name, shape.members[name].serialization) for name in shape.required_members]
    return [name for name, where in members if where.get("location") in places and where["name"] not in places[where["location"]]]


def from_rest(operation, labels, query, headers, body):
    sent, in_body = {}, {}
    shape = operation.input_shape
    payload = shape.serialization.get("payload")
    is_json = operation.service_model.metadata["protocol"] == "rest-json"
    if body and not payload and is_json:
        in_body = json.loads(body)
    for name, member in shape.members.items():
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri" and wire in labels:
            sent[name] = scalar(member, urllib.parse.unquote(labels[wire]))
        elif location == "querystring" and wire in query:
            sent[name] = query[wire] if member.type_name == "list" else scalar(member, query[wire][0])
        elif location == "header" and wire in headers:
            sent[name] = scalar(member, headers[wire])
        elif location is None and name == payload and body:
            sent[name] = from_json(member, json.loads(body)) if member.type_name == "structure" and is_json else body
        elif location is None and name != payload and wire in in_body:
            value = in_body.pop(wire)
            if value is not None:
                sent[name] = from_json(member, value)
    # Left over is what no member is called.
    sent.update(in_body)
    return sent


def from_json(shape, value):
    """A value with its members called as the model calls them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {
            names.get(wire, wire): from_json(shape.members[names[wire]], inner) if wire in names else inner
            for wire, inner in value.items()
            if inner is not None
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [from_json(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: from_json(shape.value, inner) for key, inner in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value


def from_form(shape, form, prefix, wrong):
    """Takes what is of a shape out of a form, whose keys say by dots where a value is."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            wire = prefix + member.serialization.get("name", name)
            if wire in form or any(key.startswith(wire + ".") for key in form):
                found[name] = from_form(member, form, wire if member.type_name not in ("structure",) else wire + ".", wrong)
        return found
    if shape.type_name == "list":
        if form.get(prefix) == "":
            form.pop(prefix)
            return []
        base = prefix if shape.serialization.get("flattened") else f"{prefix}.member"
        found = []
        while any(key == f"{base}.{len(found) + 1}" or key.startswith(f"{base}.{len(found) + 1}.") for key in form):
            inner = f"{base}.{len(found) + 1}"
            found.append(from_form(shape.member, form, inner + "." if shape.member.type_name == "structure" else inner, wrong))
        return found
    if shape.type_name == "map":
        wrong.append(f"{prefix}: maps in forms are not read")
        return {}
    return scalar(shape, form.pop(prefix))


def scalar(shape, text):
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def of(known, name, sent):
    if name not in service(known).operation_names:
        return f"{known}:{name}", [": is no operation"]
    shape = service(known).operation_model(name).input_shape
    wrong = []
    if shape:
        compare(shape, sent, "", wrong)
    elif sent:
        wrong.append(f": takes no parameters, and has {sorted(sent)}")
    return f"{known}:{name}", wrong


TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "blob": (bytes, str),
}


def compare(shape, value, place, wrong):
    kind = shape.type_name
    wanted = TYPES.get(kind)
    if wanted and (not isinstance(value, wanted) or isinstance(value, bool) and kind != "boolean"):
        wrong.append(f"{place}: {value!r} is no {kind}")
        return
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                wrong.append(f"{place}.{name}: is required")
        for name, inner in value.items():
            if name in shape.members:
                compare(shape.members[name], inner, f"{place}.{name}", wrong)
            else:
                wrong.append(f"{place}.{name}: is not known")
    elif kind == "list":
        for inner in value:
            compare(shape.member, inner, f"{place}[]", wrong)
    elif kind == "map":
        for key, inner in value.items():
            compare(shape.key, key, f"{place}{{}}", wrong)
            compare(shape.value, inner, f"{place}{{{key}}}", wrong)
    rules = shape.metadata
    size = len(value) if isinstance(value, (str, bytes, list, dict)) else value
    if kind != "boolean" and isinstance(size, (int, float)):
        if rules.get("min") is not None and size < rules["min"]:
            wrong.append(f"{place}: {size} is less than {rules['min']}")
        if rules.get("max") is not None and size > rules["max"]:
            wrong.append(f"{place}: {size} is more than {rules['max']}")
    if kind == "string":
        if rules.get("enum") and value not in rules["enum"]:
            wrong.append(f"{place}: {value!r} is none of {', '.join(rules['enum'])}")
        # Java's expressions. `regex` supports all that these models use; in Java, a word has ASCII letters only.
        if rules.get("pattern") and not regex.fullmatch(rules["pattern"], value, flags=regex.ASCII):
            wrong.append(f"{place}: {value!r} does not match {rules['pattern']}")
