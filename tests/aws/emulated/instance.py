# SPDX-License-Identifier: Apache-2.0
"""Facts about the one instance whose metadata is served."""
import re

from .directory import now

TAG_KEY = r"[A-Za-z0-9+\-=.,_:@]{1,128}"


def partition_of(region):
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


class Instance:
    def __init__(self, instance_id, account, region, tags, imds_tags=True):
        self.start = (instance_id, account, region, dict(tags), imds_tags)
        self.launched = now()
        self.reset()

    def reset(self):
        self.instance_id, self.account, self.region, tags, self.imds_tags = self.start
        self.tags = dict(tags)

    @property
    def partition(self):
        return partition_of(self.region)

    @property
    def domain(self):
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def change(self, body):
        """PATCH of the control API; ValueError names what is wrong.

        `tags` null switches tags in IMDS off (DescribeTags still knows them), an
        object replaces them and switches them on; `imds_tags` does the switch alone.
        """
        if not isinstance(body, dict):
            raise ValueError("instance: not an object")
        patterns = {"instance_id": r"i-[0-9a-f]{8,17}", "account": r"[0-9]{12}",
                    "region": r"[a-z]{2}(-[a-z]+)+-[0-9]+"}
        for key, value in body.items():
            if key in patterns:
                if not isinstance(value, str) or not re.fullmatch(patterns[key], value):
                    raise ValueError("instance: %s: %r" % (key, value))
            elif key == "tags" and value is not None:
                if not isinstance(value, dict) or not all(
                        isinstance(v, str) for v in value.values()):
                    raise ValueError("instance: tags: an object of strings, or null")
                if any(not re.fullmatch(TAG_KEY, k) or k in (".", "..", "_index")
                       for k in value):
                    raise ValueError("instance: tags: a key that IMDS cannot show")
            elif key == "imds_tags" and not isinstance(value, bool):
                raise ValueError("instance: imds_tags: true or false")
            elif key not in ("tags", "imds_tags"):
                raise ValueError("instance: unknown %r" % key)
        for key in patterns:
            if key in body:
                setattr(self, key, body[key])
        if "tags" in body:
            self.imds_tags = body["tags"] is not None
            self.tags = dict(body["tags"]) if body["tags"] is not None else self.tags
        self.imds_tags = body.get("imds_tags", self.imds_tags)
