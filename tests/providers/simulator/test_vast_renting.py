import pytest

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1"


async def _call(http, sim, method, path, **arguments):
    sim.step(10)
    async with http.request(method, sim.vast_url + path, **arguments) as answer:
        return answer.status, await answer.json()


async def _rent(http, sim, offer=None, **body):
    offer = offer or sim.vast.offers()[40]
    document = {"client_id": "me", "image": "pytorch/pytorch", "disk": 20, "label": "shopper-x"}
    path = f"/api/v0/asks/{offer['id']}/"
    return await _call(http, sim, "PUT", path, json=document | body)


async def _rented(http, sim, **body):
    status, made = await _rent(http, sim, **body)
    assert (status, made["success"]) == (200, True)
    return made["new_contract"]


async def _shown(http, sim, instance_id):
    _, body = await _call(http, sim, "GET", f"/api/v0/instances/{instance_id}/")
    return body["instances"]


async def _listed(http, sim, **arguments):
    _, body = await _call(http, sim, "GET", "/api/v1/instances/", params=arguments)
    return body


async def test_creating_takes_the_offer(sim, http):
    """A new contract comes back with a secret key, and the offer leaves the list."""
    offer = next(o for o in sim.vast.offers() if o["id"] % 5 and o["dph_base"] > 0.2)
    status, made = await _rent(http, sim, offer)
    assert status == 200
    assert made["success"] is True
    assert made["new_contract"] != offer["id"]
    assert len(made["instance_api_key"]) == 64
    assert await _rent(http, sim, offer) == (
        400,
        {
            "success": False,
            "error": "invalid_args",
            "msg": f"error 404/3603: no_such_ask  Instance type by id {offer['id']} "
            "is not available.",
            "ask_id": offer["id"],
        },
    )
    sim.step(120)
    assert offer["id"] not in {row["id"] for row in sim.vast.offers()}


async def test_a_machine_lives_through_its_states(sim, http):
    """Not provisioned, loading, running; ports and addresses at the end alone."""
    instance_id = await _rented(http, sim, env={"A": "b"})
    seen: list[str | None] = []
    row = {}
    for _ in range(40):
        row = await _shown(http, sim, instance_id)
        state = row["actual_status"]
        if not seen or seen[-1] != state:
            seen.append(state)
        assert (row["ports"] != {}) == (state == "running")
        assert row["cur_state"] == "running"
    assert seen in ([None, "loading", "running"], ["loading", "running"])
    assert row["label"] == "shopper-x"
    assert row["extra_env"] == [["A", "b"]]
    assert row["ports"]["22/tcp"][0]["HostPort"] == str(row["ssh_port"])
    assert row["public_ipaddr"] == "127.0.0.1\n"


async def test_the_price_is_the_offers_with_the_disk_rented(sim, http):
    """`dph_total` of the instance is what the search said for that disk."""
    offer = sim.vast.offers(storage_gb=20)[40]
    status, made = await _rent(http, sim, offer)
    assert status == 200
    row = await _shown(http, sim, made["new_contract"])
    for field in ("machine_id", "gpu_name", "num_gpus", "dph_total"):
        assert row[field] == offer[field]
    assert row["instance"]["totalHour"] == offer["storage_total_cost"]


async def test_the_list_learns_of_a_machine_late(sim, http):
    """For some seconds after creation the detail knows it and the list does not."""
    offer = sim.vast.offers()[40]
    async with http.put(
        f"{sim.vast_url}/api/v0/asks/{offer['id']}/", json={"image": "a", "label": "shopper-x"}
    ) as answer:
        made = await answer.json()
    async with http.get(f"{sim.vast_url}/api/v1/instances/") as answer:
        assert (await answer.json())["instances"] == []
    async with http.get(f"{sim.vast_url}/api/v0/instances/{made['new_contract']}/") as answer:
        assert (await answer.json())["instances"]["id"] == made["new_contract"]
    sim.step(10)
    assert len((await _listed(http, sim))["instances"]) == 1


async def test_the_list_has_25_to_a_page(sim, http):
    """Tokens lead from page to page; counts are over all; the label filter is exact."""
    sim.vast.account.credit = 1000.0
    made = [
        await _rented(http, sim, offer=offer, label=f"shopper-{number}")
        for number, offer in enumerate(
            row for row in sim.vast.offers() if row["num_gpus"] == 1 and row["dph_base"] < 2
        )
        if number < 30
    ]
    first = await _listed(http, sim, limit=1000)
    assert (first["total_instances"], len(first["instances"])) == (30, 25)
    second = await _listed(http, sim, after_token=first["next_token"])
    assert second["next_token"] is None
    ids = [row["id"] for row in first["instances"] + second["instances"]]
    assert ids == sorted(made)
    assert len((await _listed(http, sim, limit=0))["instances"]) == 5
    found = await _listed(http, sim, select_filters='{"label": {"eq": "shopper-1"}}')
    assert [row["label"] for row in found["instances"]] == ["shopper-1"]
    few = await _listed(http, sim, select_cols='["id", "label"]', limit=1)
    assert few["instances"][0].keys() == {"id", "label"}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"select_filters": '{"dph_total": {"lt": 1}}'}, "invalid_request", "dph_total is not a"),
        ({"select_filters": "{"}, "invalid_request", "not JSON"),
        ({"order_by": '[{"col": "num_gpus"}]'}, "invalid_request", "num_gpus is not a valid"),
        ({"after_token": "rubbish"}, "invalid_token", "Invalid after_token"),
    ],
)
async def test_bad_list_arguments_are_refused(sim, http, arguments, error, words):
    """Computed columns cannot be filtered; tokens are not invented."""
    status, body = await _call(http, sim, "GET", "/api/v1/instances/", params=arguments)
    assert (status, body["error"]) == (400, error)
    assert words in body["msg"]


async def test_the_old_list_is_gone(sim, http):
    """v0 answers 410, as since September."""
    status, body = await _call(http, sim, "GET", "/api/v0/instances/")
    assert (status, body["error"]) == (410, "deprecated_endpoint")


async def test_ending_lingers_and_a_second_end_is_a_404(sim, http):
    """DELETE answers at once, the row goes after seconds, then `instances` is null."""
    instance_id = await _rented(http, sim)
    url = f"{sim.vast_url}/api/v0/instances/{instance_id}/"
    sim.step(10)
    async with http.delete(url) as answer:
        expected = {"success": True, "msg": "Instance destroyed successfully"}
        assert (answer.status, await answer.json()) == (200, expected)
    async with http.get(url) as answer:
        assert (await answer.json())["instances"]["id"] == instance_id
    status, body = await _call(http, sim, "DELETE", f"/api/v0/instances/{instance_id}/")
    assert (status, body["error"]) == (404, "not_found")
    assert await _call(http, sim, "GET", f"/api/v0/instances/{instance_id}/") == (
        200,
        {"instances": None},
    )


async def test_labels_states_and_actions(sim, http):
    """Label, stop, start, reboot and recycle do what they say."""
    instance_id = await _rented(http, sim)
    sim.step(600)
    path = f"/api/v0/instances/{instance_id}/"
    assert await _call(http, sim, "PUT", path, json={"label": "new"}) == (
        200,
        {"success": True, "msg": f"label for {instance_id} set to 'new'"},
    )
    status, body = await _call(http, sim, "PUT", path, json={"label": "x" * 1025})
    assert (status, body["error"]) == (400, "label_too_long")
    await _call(http, sim, "PUT", path, json={"state": "stopped"})
    row = await _shown(http, sim, instance_id)
    assert (row["intended_status"], row["actual_status"]) == ("stopped", "exited")
    await _call(http, sim, "PUT", path, json={"state": "running"})
    sim.step(120)
    assert (await _shown(http, sim, instance_id))["actual_status"] == "running"
    await _call(http, sim, "PUT", f"/api/v0/instances/reboot/{instance_id}/")
    assert (await _shown(http, sim, instance_id))["actual_status"] == "rebooting"
    await _call(http, sim, "PUT", f"/api/v0/instances/recycle/{instance_id}/")
    assert (await _shown(http, sim, instance_id))["actual_status"] == "loading"
    status, body = await _call(http, sim, "PUT", "/api/v0/instances/1/", json={"label": "x"})
    assert (status, body["error"]) == (404, "no_such_instance")


async def test_a_low_bid_makes_a_stopped_machine(sim, http):
    """The answer is an error and names a contract that costs storage."""
    offer = sim.vast.offers("bid")[40]
    status, body = await _rent(http, sim, offer, price=offer["min_bid"] * 0.5 + 0.001)
    assert (status, body["success"]) == (200, False)
    row = await _shown(http, sim, body["new_contract"])
    states = (row["cur_state"], row["intended_status"], row["next_state"])
    assert states == ("stopped", "stopped", "stopped")
    path = f"/api/v0/instances/bid_price/{body['new_contract']}/"
    price = {"client_id": "me", "price": offer["min_bid"] * 1.1}
    assert (await _call(http, sim, "PUT", path, json=price))[0] == 200
    assert (await _shown(http, sim, body["new_contract"]))["cur_state"] == "running"


async def test_a_bid_loses_when_the_price_rises(sim, http):
    """The loser is stopped, not destroyed, and resumes when its bid wins again."""
    offer = next(o for o in sim.vast.offers("bid") if o["min_bid"] > 0.05)
    status, body = await _rent(http, sim, offer, price=offer["min_bid"] * 1.01)
    assert (status, body["success"]) == (200, True)
    machine = sim.vast.rentals.find(body["new_contract"], sim.clock.now()).machine
    machine.usd_per_gpu_hour *= 2
    sim.step(120)
    assert (await _shown(http, sim, body["new_contract"]))["cur_state"] == "stopped"
    machine.usd_per_gpu_hour /= 2
    sim.step(120)
    assert (await _shown(http, sim, body["new_contract"]))["cur_state"] == "running"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"image": ""}, "invalid_args"),
        ({"disk": 4}, "invalid_args"),
        ({"disk": "much"}, "invalid_args"),
        ({"disk": 900_000}, "invalid_args"),
        ({"label": "x" * 257}, "invalid_args"),
        ({"onstart": "x" * 4049}, "invalid_args"),
        ({"price": 500}, "invalid_price"),
        ({"target_state": "dancing"}, "invalid_args"),
    ],
)
async def test_bad_requests_make_nothing(sim, http, body, error):
    """A refused create leaves no machine behind."""
    status, answer = await _rent(http, sim, **body)
    assert (status, answer["error"]) == (400, error)
    assert sim.vast.rentals.snapshot(sim.clock.now()) == []


async def test_credit_falls_and_at_zero_everything_stops(sim, http):
    """GPU, disk and the image's download are billed by the second; charges say the same."""
    instance_id = await _rented(http, sim)
    row = await _shown(http, sim, instance_id)
    credit = sim.vast.account.credit
    sim.step(3600)
    spent = credit - sim.vast.account.credit
    download = 6 * row["inet_down_cost"]
    assert spent == pytest.approx(row["dph_total"] + download, rel=0.02)
    _, user = await _call(http, sim, "GET", "/api/v0/users/current/")
    assert user["credit"] == pytest.approx(sim.vast.account.credit, abs=1e-5)
    now = int(sim.clock.now())
    window = f'{{"day": {{"gte": {now - 86400}, "lte": {now}}}}}'
    _, charges = await _call(
        http, sim, "GET", "/api/v0/charges/", params={"select_filters": window}
    )
    billed = sum(result["amount"] for result in charges["results"])
    assert billed == pytest.approx(25 - sim.vast.account.credit, abs=1e-4)
    assert {item["type"] for r in charges["results"] for item in r["items"]} == {
        *("gpu", "disk", "bwd")
    }
    sim.vast.account.credit = 0.0001
    sim.step(600)
    assert (await _shown(http, sim, instance_id))["intended_status"] == "stopped"
    status, body = await _rent(http, sim)
    assert status == 400
    assert "credit" in body["error"]


async def test_charges_need_both_bounds(sim, http):
    """With the documented words."""
    status, body = await _call(http, sim, "GET", "/api/v0/charges/")
    assert status == 400
    assert body["msg"] == "Must provide both 'day' gte and lte filters for instance charges"


async def test_keys_of_the_account_and_of_a_machine(sim, http):
    """Listed, added once, removed; a machine's keys come as text inside the JSON."""
    instance_id = await _rented(http, sim)
    status, made = await _call(http, sim, "POST", "/api/v0/ssh/", json={"ssh_key": KEY})
    assert (status, made["key"]["public_key"]) == (200, KEY)
    assert (await _call(http, sim, "POST", "/api/v0/ssh/", json={"ssh_key": KEY}))[0] == 400
    _, keys = await _call(http, sim, "GET", "/api/v0/ssh/")
    assert [key["public_key"] for key in keys] == [KEY]
    path = f"/api/v0/instances/{instance_id}/ssh/"
    assert (await _call(http, sim, "POST", path, json={"ssh_key": KEY}))[0] == 200
    status, body = await _call(http, sim, "POST", path, json={"ssh_key": KEY})
    assert "already associated" in body["msg"]
    _, shown = await _call(http, sim, "GET", path)
    assert isinstance(shown["ssh_keys"], str)
    assert KEY in shown["ssh_keys"]
    number = keys[0]["id"]
    assert (await _call(http, sim, "DELETE", f"/api/v0/ssh/{number}/"))[0] == 200
    assert (await _call(http, sim, "GET", "/api/v0/ssh/"))[1] == []


async def test_renting_needs_a_key(sim, stranger):
    """Everything but search and the lists of models is refused without one."""
    for path in ("/api/v1/instances/", "/api/v0/users/current/", "/api/v0/instances/1/"):
        status, body = await _call(stranger, sim, "GET", path)
        assert (status, body["error"], body["msg"]) == (401, "auth_error", "Invalid user key")
    assert (await _call(stranger, sim, "GET", "/api/v0/charges/"))[0] == 403


async def test_the_forms_of_a_refused_key_are_a_switch(sim, http):
    """A pinned key refuses others, in the form that is asked for."""
    sim.vast.switches.key = "secret"
    assert (await _call(http, sim, "GET", "/api/v0/users/current/"))[0] == 401
    assert (await _call(http, sim, "POST", "/api/v0/bundles/", json={}))[0] == 404
    sim.vast.switches.auth_form = "404"
    assert await _call(http, sim, "GET", "/api/v0/users/current/") == (
        404,
        {"error": "auth_error", "msg": "Invalid user key"},
    )
    sim.vast.switches.auth_form = "401-text"
    async with http.get(sim.vast_url + "/api/v0/users/current/") as answer:
        assert (answer.status, await answer.text()) == (401, "Unauthorized")


async def test_the_ssh_port_greets(sim, http):
    """A probe of the address that a machine gives finds something like SSH."""
    import asyncio

    instance_id = await _rented(http, sim)
    sim.step(600)
    row = await _shown(http, sim, instance_id)
    reader, writer = await asyncio.open_connection(row["ssh_host"], row["ssh_port"])
    assert (await reader.readline()).startswith(b"SSH-2.0-")
    writer.close()
    await writer.wait_closed()
