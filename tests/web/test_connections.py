"""Connections on which no request arrives are closed and others are not, nor is an answer held back; not too many are
open."""

import asyncio
import resource
import socket
from contextlib import asynccontextmanager

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from offerloop.web import limits

REQUEST = b"GET / HTTP/1.1\r\nhost: shop\r\n"


async def answer(_, receive, send):
    await receive()
    await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def what_comes(port, *sent):
    """What is read until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await asyncio.sleep(0.1)
    read = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return read


@asynccontextmanager
async def serving():
    """The port, and the connections that are open; the socket is made as for several processes."""
    config = Config(answer, log_config=None, http=limits.PromptProtocol)
    config.load()
    state = ServerState()
    protocol = config.http_protocol_class
    shared = socket.socket()
    assert shared.proto == 0
    shared.bind(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: protocol(config, state, {}), sock=shared):
        yield shared.getsockname()[1], state.connections


async def served():
    async with serving() as (port, _):
        return await asyncio.gather(
            what_comes(port), what_comes(port, REQUEST + b"x"), what_comes(port, REQUEST, b"\r\n", REQUEST)
        )


async def open_connections(port, connections, n, are_open):
    """Open connections until so many are open; all of them, for the client to close."""
    clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(n)]
    while len(connections) != are_open:
        await asyncio.sleep(0.01)
    return clients


async def delayed():
    """Whether the system holds back small packets of a connection."""
    async with serving() as (port, connections):
        ((_, writer),) = await open_connections(port, connections, 1, 1)
        (protocol,) = connections
        connection = protocol.transport.get_extra_info("socket")
        seen = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
    return not seen


async def one_too_many(n_most):
    """What comes over a connection too many, and over the first one."""
    async with serving() as (port, connections):
        clients = await open_connections(port, connections, n_most, n_most)
        try:
            refused = await what_comes(port, REQUEST + b"\r\n")
        except ConnectionError:
            refused = b""
        reader, writer = clients[0]
        writer.write(REQUEST + b"\r\n")
        answered = await asyncio.wait_for(reader.readline(), 10)
        for _, writer in clients:
            writer.close()
    return refused, answered


def test_who_sends_no_whole_request_is_cut_off_and_a_slow_answer_is_waited_for(monkeypatch):
    monkeypatch.setattr(limits, "HEADER_SECONDS", 0.25)
    silent, begun, asked = asyncio.run(served())
    assert (silent, begun) == (b"", b"")
    assert asked.startswith(b"HTTP/1.1 204")
    assert asked.count(b"HTTP/1.1") == 1


def test_small_packets_are_sent_at_once_over_a_socket_of_several_processes():
    assert not asyncio.run(delayed())


def test_a_connection_too_many_is_closed_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CONNECTIONS", 3)
    refused, answered = asyncio.run(one_too_many(3))
    assert (refused, answered) == (b"", b"HTTP/1.1 204 No Content\r\n")


@pytest.mark.parametrize(("n_files", "n_most"), [(100, 50), (1_024, 824), (20_000, 1_200), (-1, 1_200)])
def test_connections_leave_files_for_everything_else(monkeypatch, n_files, n_most):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (n_files, n_files))
    assert limits.most_connections() == n_most


@pytest.mark.parametrize(("before", "asked"), [(256, [10_240]), (20_000, [20_000]), (-1, [])])
def test_a_service_starts_where_the_system_names_no_bound_of_files(monkeypatch, before, asked):
    """As on macOS, which grants no infinite number."""
    changes = []

    def change(_, pair):
        changes.append(pair[0])
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (before, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", change)
    limits.allow_many_files()
    assert changes == asked


def test_a_service_may_open_as_many_files_as_the_system_grants():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_000, before[1]), before[1]))
        limits.allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
