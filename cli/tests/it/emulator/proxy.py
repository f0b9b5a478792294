"""Stands between Terraform's provider and an emulator of AWS, on this machine: writes down every call, and answers those that it
is told to with an error.

    python proxy.py UPSTREAM PORT_FILE

It listens on a free port of the loopback interface, writes that to PORT_FILE, and passes everything on to UPSTREAM (host:port).
Under /_proxy/calls it gives the calls so far, as JSON: a list of {"operation", "path", "status", "sent", "model", "wrong"}, where "sent" is
what IAM, Cognito, CloudWatch Logs, SQS, EventBridge and its scheduler are sent, "model" the operation as AWS's own model calls it, and "wrong" what that does not allow
(api_models.py). Under /_proxy/faults it takes, by PUT, what is to fail: a list of

    {"after": [REGEX, …] | absent, "operation": REGEX, "path": REGEX | absent, "body": REGEX | absent, "times": N,
     "status": 403, "type": "AccessDeniedException", "message": "…"}

The first that fits a call answers it, N times. With "after" it fits only once an operation that matches each of those has succeeded since
the faults were set. A fault counts in "hits", which a GET shows.

What AWS refuses and the emulator lets pass is refused here too: what `refused_by_aws` says. And what no emulator knows, to take the settings
of a route off a stage, is answered here: MiniStack would delete the stage. The call that follows says which settings are left. moto does
not keep which queues may have a queue for their dead letters; it is kept here. And it writes a policy with blanks where SQS has none,
which the provider takes for a change.

An operation is called as IAM calls the permission for it, where the request says so ("iam:CreateRole", "logs:CreateLogGroup",
"cognito-idp:CreateUserPool"), and by method and path otherwise ("POST /v2/apis/ID/routes", "PUT /2015-03-31/functions/NAME/code").
"""

import http.client
import json
import os
import re
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import api_models

UPSTREAM = sys.argv[1].split(":")
TARGETS = {
    "Logs_20140328": "logs",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSEvents": "events",
    "DynamoDB_20120810": "dynamodb",
    "AmazonSQS": "sqs",
    "AmazonEC2": "ec2",
    "TrentService": "kms",
}

lock = threading.Lock()
# botocore loads a model when it is first asked for.
reading = threading.Lock()
calls = []
faults = []


def operation(headers, method, path, body, signed_for):
    target = headers.get("X-Amz-Target")
    if target:
        service, _, name = target.rpartition(".")
        return f"{TARGETS.get(service.split('.')[-1], service)}:{name}"
    url = urllib.parse.urlparse(path)
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form = urllib.parse.parse_qs(body.decode("latin1"))
        service = re.search(r"/\d{8}/[^/]+/([^/]+)/aws4_request", headers.get("Authorization", ""))
        return f"{service.group(1) if service else '?'}:{form.get('Action', ['?'])[0]}"
    names = url.path
    names = re.sub(r"^(/v2/apis)/[^/]+", r"\1/ID", names)
    names = re.sub(r"^(/v2/apis/ID/(?:routes|integrations|authorizers|stages))/[^/]+", r"\1/ID", names)
    names = re.sub(r"^(/v2/apis/ID/stages/ID/routesettings)/.+", r"\1/KEY", names)
    names = re.sub(r"^(/v2/domainnames)/[^/]+", r"\1/NAME", names)
    names = re.sub(r"^(/v2/domainnames/NAME/apimappings)/[^/]+", r"\1/ID", names)
    names = re.sub(r"^(/20\d\d-\d\d-\d\d/functions)/[^/]+", r"\1/NAME", names)
    names = re.sub(r"^(/20\d\d-\d\d-\d\d/functions/NAME/(?:policy|aliases))/[^/]+", r"\1/ID", names)
    names = re.sub(r"^(/20\d\d-\d\d-\d\d/event-source-mappings)/[^/]+", r"\1/ID", names)
    names = re.sub(r"^(/(?:v2|20\d\d-\d\d-\d\d)/tags)/.+", r"\1/ARN", names)
    if signed_for == "scheduler":
        names = re.sub(r"^/(schedules|schedule-groups)/[^/]+", r"/\1/NAME", names)
        return f"scheduler {method} {re.sub('^/tags/.+', '/tags/ARN', names)}"
    if not re.match(r"/(v2|20\d\d-\d\d-\d\d)/", names):
        keys = sorted(urllib.parse.parse_qs(url.query, keep_blank_values=True))
        bucket_or_object = "OBJECT" if url.path.strip("/").count("/") else "BUCKET"
        return f"s3 {method} {bucket_or_object} {'&'.join(key for key in keys if key != 'x-id')}".strip()
    return f"{method} {names}"


def injected(operation, path, body):
    with lock:
        for fault in faults:
            if fault["hits"] >= fault.get("times", 1) or fault["waits"]:
                continue
            text = body.decode("latin1")
            if (
                re.search(fault["operation"], operation)
                and re.search(fault.get("path", ""), path)
                and re.search(fault.get("body", ""), text)
            ):
                fault["hits"] += 1
                return fault
    return None


# What an API has, by its id and a kind, by the id of each: what was sent and answered when it was made or changed.
apis = {}
NAMES = {"routes": "routeKey", "authorizers": "name", "stages": "stageName"}


def parts(path):
    api, _, rest = urllib.parse.unquote(urllib.parse.urlparse(path).path).removeprefix("/v2/apis/").partition("/")
    kind, _, name = rest.partition("/")
    return api, kind, name


def refused_by_aws(operation, path, body):
    """Why API Gateway would not do this: what a route has is not deleted, and names are given once."""
    if not path.startswith("/v2/apis/"):
        return None
    api, kind, name = parts(path)
    with lock:
        if operation.startswith("DELETE") and kind in ("integrations", "authorizers"):
            for route in apis.get((api, "routes"), {}).values():
                if route.get("target") == f"integrations/{name}" or route.get("authorizerId") == name:
                    return f"Cannot delete '{name}' of {kind}. It is referenced in existing Routes: {route['routeKey']}"
        if kind == "stages" and operation.startswith(("POST", "PATCH")) and "/" not in name:
            routes = [route["routeKey"] for route in apis.get((api, "routes"), {}).values()]
            for key in json.loads(body).get("routeSettings") or {}:
                if key not in routes:
                    return f"Unable to find Route by key {key} within the provided RouteSettings"
        if operation.startswith("POST") and kind in NAMES and not name:
            new = json.loads(body)[NAMES[kind]]
            if any(one[NAMES[kind]] == new for one in apis.get((api, kind), {}).values()):
                return f"{NAMES[kind]} must be unique. {new} already exists in this API"
    return None


def remember(operation, path, status, data):
    if not path.startswith("/v2/apis/") or status >= 400:
        return
    api, kind, name = parts(path)
    if kind not in NAMES or "/" in name:
        return
    with lock:
        of_kind = apis.setdefault((api, kind), {})
        if operation.startswith("DELETE"):
            of_kind.pop(name, None)
        elif operation.startswith(("POST", "PATCH", "PUT")):
            made = json.loads(data)
            of_kind[name or made.get(f"{kind[:-1]}Id") or made["stageName"]] = made


# What a queue says of whose dead letters it takes, by its name.
redrive_allow_policies = {}


def as_sqs_answers(operation, body, data):
    """The answer to a call of SQS, with what moto does not keep."""
    if operation not in ("sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:GetQueueAttributes"):
        return data
    sent = json.loads(body)
    queue = sent.get("QueueName") or sent["QueueUrl"].rpartition("/")[2]
    with lock:
        if operation != "sqs:GetQueueAttributes":
            policy = sent.get("Attributes", {}).get("RedriveAllowPolicy")
            if policy is not None:
                redrive_allow_policies[queue] = policy
            return data
        policy = redrive_allow_policies.get(queue)
    answer = json.loads(data)
    attributes = answer.get("Attributes", {})
    if policy and attributes:
        attributes["RedriveAllowPolicy"] = policy
    if "RedrivePolicy" in attributes:
        attributes["RedrivePolicy"] = json.dumps(json.loads(attributes["RedrivePolicy"]), separators=(",", ":"))
    return json.dumps(answer).encode()


def note(operation, path, status, body, model):
    sent = {}
    if operation.startswith("iam:"):
        sent = {key: values[0] for key, values in urllib.parse.parse_qs(body.decode("latin1")).items()}
    elif operation.startswith(("logs:", "cognito-idp:", "sqs:", "events:")) or operation.startswith("scheduler ") and body:
        sent = json.loads(body)
    with lock:
        calls.append({"operation": operation, "path": path, "status": status, "sent": sent, "model": model[0], "wrong": model[1]})
        if status < 400:
            for fault in faults:
                fault["waits"] = [after for after in fault["waits"] if not re.search(after, operation)]


def refusal(fault, operation):
    kind, message = fault.get("type", "AccessDeniedException"), fault.get("message", "not today")
    if operation.startswith(("iam:", "sts:", "ec2:")):
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{kind}</Code><Message>{message}</Message></Error>"
            "<RequestId>1</RequestId></ErrorResponse>"
        )
        return "text/xml", text
    if operation.startswith("s3 "):
        return "application/xml", f"<Error><Code>{kind}</Code><Message>{message}</Message></Error>"
    return "application/json", json.dumps({"__type": kind, "message": message, "Message": message})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while length := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status, headers, data):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command == "HEAD":
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def control(self, body):
        global faults
        with lock:
            if self.path == "/_proxy/faults":
                if self.command == "PUT":
                    faults = [{**fault, "hits": 0, "waits": fault.get("after", [])} for fault in json.loads(body)]
                answer = faults
            else:
                answer = calls
            data = json.dumps(answer).encode()
        self.answer(200, [("Content-Type", "application/json")], data)

    def do(self):
        body = self.body()
        if self.path.startswith("/_proxy/"):
            self.control(body)
            return
        signed = re.search(r"/\d{8}/[^/]+/([^/]+)/aws4_request", self.headers.get("Authorization", ""))
        name = operation(self.headers, self.command, self.path, body, signed and signed.group(1))
        with reading:
            try:
                model = api_models.check(self.command, self.path, self.headers, body, signed and signed.group(1))
            except Exception as error:
                model = name, [f": cannot be read: {error!r}"]
        fault = injected(name, self.path, body)
        if fault:
            status = fault.get("status", 403)
            kind, text = refusal(fault, name)
            note(name, self.path, status, body, model)
            headers = [("Content-Type", kind), ("X-Amzn-ErrorType", fault.get("type", "AccessDeniedException"))]
            self.answer(status, headers, text.encode())
            return
        why = refused_by_aws(name, self.path, body)
        if why:
            note(name, self.path, 409, body, model)
            text = json.dumps({"message": why}).encode()
            kind = "ConflictException"
            self.answer(409, [("Content-Type", "application/json"), ("X-Amzn-ErrorType", kind)], text)
            return
        if name == "DELETE /v2/apis/ID/stages/ID/routesettings/KEY":
            note(name, self.path, 204, body, model)
            self.answer(204, [], b"")
            return
        upstream = http.client.HTTPConnection(UPSTREAM[0], int(UPSTREAM[1]), timeout=120)
        headers = {
            key: value
            for key, value in self.headers.items()
            if key.lower() not in ("connection", "transfer-encoding", "content-length")
        }
        upstream.request(self.command, self.path, body, {**headers, "Content-Length": str(len(body))})
        response = upstream.getresponse()
        data = response.read()
        upstream.close()
        note(name, self.path, response.status, body, model)
        remember(name, self.path, response.status, data)
        data = as_sqs_answers(name, body, data)
        dropped = ("connection", "transfer-encoding", "date", "server") + (
            () if self.command == "HEAD" else ("content-length",)
        )
        headers = [(key, value) for key, value in response.getheaders() if key.lower() not in dropped]
        self.answer(response.status, headers, data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
