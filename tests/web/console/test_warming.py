"""What is built before the first request."""

from threading import Event
from unittest.mock import patch

import fastapi.routing
import jinja2
from served_shop import with_role

from offerloop.serving import serve_run
from offerloop.web.console.campaigns_of_run import forecasts
from offerloop.web.console.recipients import view as recipients
from offerloop.web.console.warming import start_warming, warm_up
from offerloop.workspace import open_run


def test_nothing_is_built_with_a_request_after_warming_up(service, small_run):
    warm_up(service.app, service.app.state.worker)
    plan = recipients._ordered.cache_info()
    admin = with_role(service, "admin")
    places = ["/ready", "/v1/coupon-templates/none", "/v1/audit", "/console/overview", "/console/campaigns"]
    places.append(f"/console/recipients?run={small_run.name}&campaign={forecasts(open_run(small_run))[0].id}")
    with (
        patch.object(fastapi.routing, "get_dependant", side_effect=AssertionError),
        patch.object(jinja2.Environment, "compile", side_effect=AssertionError),
    ):
        answers = [service.get(place, headers=admin).status_code for place in places]
    assert answers == [200, 404, 200, 200, 200, 200]
    assert recipients._ordered.cache_info().misses == plan.misses


def test_a_service_is_ready_when_it_is_warm(service):
    with patch("offerloop.web.console.warming.warm_up", side_effect=[RuntimeError("a fault")]):
        warm = service.app.state.warm = start_warming(service.app, service.app.state.worker)
        warm.wait()
    assert service.get("/ready").status_code == 200
    warm.clear()
    waiting = service.get("/ready").json()
    assert waiting["code"] == "not_ready"
    assert "warming up" in waiting["detail"]


def test_who_gets_what_is_prepared_for_each_policy_that_is_served(service, small_run):
    worker, prepared = service.app.state.worker, Event()
    with patch("offerloop.web.console.warming.prepare_recipients", side_effect=lambda _: prepared.set()) as prepare:
        warm_up(service.app, worker)
        prepared.clear()
        worker._serve(serve_run(small_run))
        assert prepared.wait(20)
    assert prepare.call_args.args[0] == small_run
