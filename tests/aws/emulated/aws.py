# SPDX-License-Identifier: Apache-2.0
"""The TLS endpoint: one listener for all services, told apart as AWS tells them.

By the name in Host; a request to an address (`aws --endpoint-url`) says by the scope
of its signature, or at least by its Version, what it is for.
"""
from . import auth, eic_api, faults, iam_write, kms, s3, sigv4, sts_ec2
from .query import (FAULT_NS, SERVICES, AwsError, Params, Reply, failure, page_of,
                    success)
from .server import Handler


def _scoped_service(request):
    try:
        return sigv4.Authorization(request.header("authorization") or "").scope[2]
    except sigv4.Malformed:
        return None


def _versioned_service(params):
    for name, facts in SERVICES.items():
        if params.get("Version") == facts["version"]:
            return name
    return "unknown"


def _params(request):
    """The parameters: of the form of a POST, else of the query."""
    if request.method != "POST":
        return Params.decode(request.query)
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    is_form = kind == "application/x-www-form-urlencoded"
    return Params.decode(request.body.decode("utf-8", "replace") if is_form else "")


def _perform(world, service, action, params, pair):
    version = params.get("Version")
    if action is None:
        raise AwsError("MissingAction", "One or more required parameters are missing: "
                       "Action", 400, FAULT_NS)
    known = {"iam": iam_write.ACTIONS, "sts": sts_ec2.STS, "ec2": sts_ec2.EC2}[service]
    if version != SERVICES[service]["version"] or action not in known:
        if service == "ec2":
            raise AwsError("InvalidAction", "The action %s is not valid for this web "
                           "service." % action)
        raise AwsError("InvalidAction", "Could not find operation %s for version %s"
                       % (action, version or "NO_VERSION_SPECIFIED"), 400, FAULT_NS)
    auth.authorize(pair, service, action, params, world.credentials.deny, world.instance)
    if service == "iam":
        return known[action](world, params)
    return known[action](world, params, pair)


class AwsHandler(Handler):
    def do_POST(self):
        body = self.read_body()
        if body is None:
            return
        request = sigv4.Request(self.command, self.path, self.headers.items(), body)
        place = s3.Place(request.header("host"), request.path)
        if place.is_named or _scoped_service(request) == "s3":
            s3.serve(self, request, place)
            return
        if (request.header("x-amz-target") or "").startswith(kms.PREFIX):
            kms.serve(self, request, auth.service_of_host(request.header("host"))[1])
            return
        params = _params(request)
        service, region = auth.service_of_host(request.header("host"))
        service = service or _scoped_service(request) or _versioned_service(params)
        if service == eic_api.SERVICE and request.path == "/":
            self.serve_eic(request, region)
            return
        if service in SERVICES and request.path == "/":
            self.serve(request, service, region, params)
            return
        world = self.server.world
        with world.lock:
            entry = world.arrived(service, "unknown")
            fault = world.faults.for_request(service, "unknown")
        reply = Reply(404, "<UnknownOperationException/>\n")
        faults.answer(self, world, entry, reply, fault, "UnknownOperationException")

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

    def serve(self, request, service, region, params):
        world, pair, refused = self.server.world, None, None
        action = params.get("Action")
        with world.lock:
            try:
                pair = auth.authenticate(request, service, region, world.credentials,
                                         world.instance)
            except AwsError as error:
                refused = error
            entry = world.arrived(service, action or "none", pair.arn if pair else None)
            fault = world.faults.for_request(service, action or "none", page_of(params))
            try:
                if fault and fault["kind"] == "status":
                    raise faults.error_of(fault)
                if refused:
                    raise refused
                code = None
                reply = success(service, action,
                                _perform(world, service, action, params, pair))
            except AwsError as error:
                code, reply = error.code, failure(service, error)
        faults.answer(self, world, entry, reply, fault, code)

    def serve_eic(self, request, region):
        world, pair, code = self.server.world, None, None
        service, action = eic_api.SERVICE, eic_api.action_of(request) or "none"
        with world.lock:
            fault = world.faults.for_request(service, action)
            try:
                pair = auth.authenticate(request, service, region, world.credentials,
                                         world.instance)
                if fault and fault["kind"] == "status":
                    raise faults.error_of(fault)
                auth.authorize(pair, service, action, Params([]), world.credentials.deny,
                               world.instance)
                reply = eic_api.success(eic_api.perform(world, action, request.body, pair))
            except AwsError as error:
                code, reply = error.code, eic_api.failure(error)
            entry = world.arrived(service, action, pair.arn if pair else None)
        faults.answer(self, world, entry, reply, fault, code)
