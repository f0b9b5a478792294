"""Prints, as JSON, the headers with which botocore signs a request: method, URL, parameters of the query as JSON, body, key id, secret,
region; and the path and query that it sends."""

import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

method, url, params, body, key, secret, region = sys.argv[1:]
request = AWSRequest(
    method=method, url=url, params=json.loads(params), data=body.encode(), headers={"content-type": "application/json"}
)
SigV4Auth(Credentials(key, secret), "execute-api", region).add_auth(request)
target = "/" + request.prepare().url.split("/", 3)[3]
json.dump([target, [[name, value] for name, value in request.headers.items()]], sys.stdout)
