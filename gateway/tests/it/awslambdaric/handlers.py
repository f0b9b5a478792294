"""Handlers for awslambdaric, Lambda's own runtime client for Python."""

import json
import os
import sys


def tell(event, context):
    """Returns what the client passes to a handler."""
    print("told", context.aws_request_id)
    answer = {
        "event": event,
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "function": context.function_name,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "log_group": context.log_group_name,
        "trace": os.environ["_X_AMZN_TRACE_ID"],
        "process": os.getpid(),
    }
    return {"statusCode": 201, "headers": {"x-runtime": "awslambdaric"}, "body": json.dumps(answer)}


def fail(event, context):
    raise LookupError("there is no such item")


def unspeakable(event, context):
    """Returns an answer that is not JSON."""
    return {"statusCode": 200, "body": {1, 2}}


def leave(event, context):
    sys.exit(3)
