"""The functions that the rows of the gateway's conformance table are asked of, for awslambdaric."""

import json


def echo(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}


def parrot(event, context):
    return json.loads(event["body"])
