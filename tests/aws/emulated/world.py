# SPDX-License-Identifier: Apache-2.0
"""Everything the listeners share, under one lock, and the record of requests."""
import collections
import copy
import json
import threading
import time

from .credentials import Credentials
from .directory import Directory
from .eic import Eic
from .faults import Faults

LOG_LENGTH = 100000


class World:
    def __init__(self, document, instance, role, page_max=1000, log_path=None):
        self.lock = threading.RLock()
        self.document = copy.deepcopy(document)
        self.instance, self.page_max = instance, page_max
        self.directory = Directory(document, instance.account, instance.partition)
        self.credentials = Credentials(instance, self.directory, role)
        self.faults = Faults()
        self.eic = Eic(instance)
        self.imds_tokens = {}
        self.buckets, self.kms_keys = {}, {}
        self.log_file = open(log_path, "a", encoding="utf-8") if log_path else None
        self.forget_requests()

    def forget_requests(self):
        self.total, self.by_action = 0, collections.Counter()
        self.log = collections.deque(maxlen=LOG_LENGTH)

    def reset(self):
        """Back to the start. Credentials and IMDS tokens handed out stay good."""
        with self.lock:
            self.directory.load(self.document)
            self.instance.reset()
            self.credentials.reset()
            self.eic.reset()
            self.faults.replace([])
            self.buckets.clear()
            self.kms_keys.clear()
            self.forget_requests()

    def arrived(self, service, action, signed_by=None):
        """Enter a request in the record before it is answered; returns its entry."""
        entry = {"t": round(time.time(), 3), "service": service, "action": action,
                 "status": 0, "signed_by": signed_by}
        with self.lock:
            self.total += 1
            self.by_action["%s:%s" % (service, action)] += 1
            self.log.append(entry)
        return entry

    def answered(self, entry, status, code=None, fault=None):
        with self.lock:
            entry["status"] = status
            if code:
                entry["code"] = code
            if fault:
                entry["fault"] = fault["kind"]
            if self.log_file:
                self.log_file.write(json.dumps(entry) + "\n")
                self.log_file.flush()

    def note(self, text):
        """A line about the emulator itself, to --log only."""
        with self.lock:
            if self.log_file:
                self.log_file.write(json.dumps({"t": round(time.time(), 3),
                                                "note": text}) + "\n")
                self.log_file.flush()
