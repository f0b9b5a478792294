"""Gives a function the code of another, and calls it as API Gateway would.

In: the emulator's address, the function, the zip, and actions that are added to the role's policies first, or nothing. Out: the status of
the answer, and the log.
"""

import base64
import json
import pathlib
import sys

import boto3

address, function, code, added = sys.argv[1:]


def client(service):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=address, region_name="us-east-1", **keys)


if added:
    statement = {"Effect": "Allow", "Action": added.split(), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").put_role_policy(RoleName=function, PolicyName="by-hand", PolicyDocument=policy)

lambda_ = client("lambda")
lambda_.update_function_code(FunctionName=function, ZipFile=pathlib.Path(code).read_bytes())
event = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/",
    "rawQueryString": "",
    "headers": {"content-type": "application/json"},
    "requestContext": {
        "accountId": "000000000000",
        "apiId": "api",
        "domainName": "localhost",
        "domainPrefix": "localhost",
        "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
        "requestId": "id",
        "routeKey": "$default",
        "stage": "$default",
        "time": "01/Jan/2026:00:00:00 +0000",
        "timeEpoch": 1767225600000,
    },
    "body": json.dumps({"name": "pencil"}),
    "isBase64Encoded": False,
}
answer = lambda_.invoke(FunctionName=function, Payload=json.dumps(event), LogType="Tail")
payload = json.loads(answer["Payload"].read())
log = base64.b64decode(answer.get("LogResult", "")).decode()
print(json.dumps({"status": payload.get("statusCode"), "log": log, "answer": payload}))
