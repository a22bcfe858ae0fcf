"""Websockets under load: whether anything is lost, doubled or out of order, and how long it takes.

It starts ``rehydration serve`` and connects customers to chats of a few, who are told what is said in theirs. Run it by
hand: ``python benchmarks/websockets.py``, with ``--help`` for less or more.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from simple_websocket import Client, ConnectionClosed

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
SUBSCRIBE = '{"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}'


class Listener:
    """One websocket, and the numbers of the messages that came over it."""

    def __init__(self, url: str, chat: int) -> None:
        self.chat = chat
        self.heard: list[int] = []
        self.delays: list[float] = []
        self.websocket = Client.connect(url)
        self.websocket.send(SUBSCRIBE)
        self.websocket.receive(timeout=30)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                item = json.loads(json.loads(str(self.websocket.receive()))["content"])
                if "Content" in item:
                    number, sent = item["Content"].split()
                    self.heard.append(int(number))
                    self.delays.append(time.time() - float(sent))
        except ConnectionClosed:
            return


def resident_megabytes(process: int) -> float:
    """How much memory a process has, as Linux tells it."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(next(each for each in status.splitlines() if each.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Print figures; fail if a message was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--chats", type=int, default=20, help="each has an equal part of the connections")
    parser.add_argument("--rate", type=float, default=50, help="messages a second, in all chats together")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "rehydration", "serve", "--port", "0", "--websocket-delay", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        measure(asked, server)
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure(asked: argparse.Namespace, server: subprocess.Popen[str]) -> None:
    """Connect, talk, and compare."""
    url = (server.stdout or sys.stdin).readline().split(" ")[2]
    config = Config(max_pool_connections=20)
    connect = boto3.client("connect", endpoint_url=url, **KEYS)
    participant = boto3.client("connectparticipant", endpoint_url=url, config=config, **KEYS)
    instance = connect.create_instance(
        IdentityManagementType="CONNECT_MANAGED", InboundCallsEnabled=True, OutboundCallsEnabled=True
    )["Id"]
    tokens, listeners = [], []
    for chat in range(asked.chats):
        begun = connect.start_chat_contact(
            InstanceId=instance, ContactFlowId="flow", ParticipantDetails={"DisplayName": f"Customer {chat}"}
        )
        for _ in range(asked.connections // asked.chats):
            answer = participant.create_participant_connection(
                Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"], ParticipantToken=begun["ParticipantToken"]
            )
            listeners.append(Listener(answer["Websocket"]["Url"], chat))
        tokens.append(answer["ConnectionCredentials"]["ConnectionToken"])
    sent: list[list[int]] = [[] for _ in tokens]
    before, memory = time.monotonic(), [resident_megabytes(server.pid)]

    def say(number: int) -> None:
        content = f"{number} {time.time()}"
        participant.send_message(
            ConnectionToken=tokens[number % len(tokens)], ContentType="text/plain", Content=content
        )

    with ThreadPoolExecutor(20) as pool:
        for number in range(int(asked.rate * asked.seconds)):
            time.sleep(max(0.0, before + number / asked.rate - time.monotonic()))
            sent[number % len(tokens)].append(number)
            pool.submit(say, number)
            if number % int(asked.rate * 10) == 0:
                memory.append(resident_megabytes(server.pid))
    took = time.monotonic() - before
    time.sleep(2)
    memory.append(resident_megabytes(server.pid))
    report(listeners, sent, took, memory)


def report(listeners: list[Listener], sent: list[list[int]], took: float, memory: list[float]) -> None:
    """Compare what was heard with what was said: of one chat, everybody must have heard the same, in one order."""
    wrong: list[Any] = [each for each in listeners if sorted(each.heard) != sent[each.chat]]
    orders = {(each.chat, tuple(each.heard)) for each in listeners}
    delays = sorted(delay for each in listeners for delay in each.delays)
    messages = sum(map(len, sent))
    print(f"{len(listeners)} connections, {messages} messages in {took:.1f} s, {len(delays)} deliveries")
    print(
        f"delay: median {delays[len(delays) // 2] * 1000:.1f} ms, 99 % {delays[len(delays) * 99 // 100] * 1000:.1f} ms"
    )
    print("memory of the server in MB, every ten seconds:", ", ".join(f"{each:.0f}" for each in memory))
    print(f"{len(wrong)} connections lost or doubled something; {len(orders)} orders in {len(sent)} chats")
    if wrong or len(orders) != len(sent):
        sys.exit(1)


if __name__ == "__main__":
    main()
