"""An S3 server of another project, on a port of its own, for this process."""

import json
from functools import cache
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY, REGION = "an-access-key", "a-secret-key", "eu-west-3"


@cache
def s3_server() -> str:
    """Its address. It lives in a daemon thread, as long as the tests of this process do."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def new_bucket() -> str:
    """The name of a bucket nobody else uses. As docs/media.md says, everybody may read `media/`, and no more."""
    name = f"shop-{uuid4().hex}"
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=s3_server(),
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/media/*",
    }
    client.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
    client.close()
    return name
