"""Prints, as JSON, the headers with which botocore signs a request: method, URL, body, key id, secret, region."""

import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

method, url, body, key, secret, region = sys.argv[1:]
request = AWSRequest(method=method, url=url, data=body.encode(), headers={"content-type": "application/json"})
SigV4Auth(Credentials(key, secret), "execute-api", region).add_auth(request)
json.dump([[name, value] for name, value in request.headers.items()], sys.stdout)
