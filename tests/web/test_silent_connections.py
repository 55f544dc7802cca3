"""Connections on which no request arrives are closed, and others are not."""

import asyncio

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


async def served():
    config = Config(answer, log_config=None, http=limits.PromptProtocol)
    config.load()
    state = ServerState()
    protocol = config.http_protocol_class
    server = await asyncio.get_running_loop().create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await asyncio.gather(
            what_comes(port), what_comes(port, REQUEST + b"x"), what_comes(port, REQUEST, b"\r\n", REQUEST)
        )


def test_who_sends_no_whole_request_is_cut_off_and_a_slow_answer_is_waited_for(monkeypatch):
    monkeypatch.setattr(limits, "HEADER_SECONDS", 0.25)
    silent, begun, asked = asyncio.run(served())
    assert (silent, begun) == (b"", b"")
    assert asked.startswith(b"HTTP/1.1 204")
    assert asked.count(b"HTTP/1.1") == 1
