"""S3-compatible storage with one bucket, until standard input ends. Prints its port."""

import sys

import boto3
from moto.server import ThreadedMotoServer

bucket = sys.argv[1]
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
storage = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="us-east-1",
    aws_access_key_id="cotmoc",
    aws_secret_access_key="bi-mat",
)
storage.create_bucket(Bucket=bucket)
print(port, flush=True)
for line in sys.stdin:
    keys = storage.list_objects_v2(Bucket=bucket).get("Contents", [])
    print(" ".join(sorted(key["Key"] for key in keys)), flush=True)
server.stop()
