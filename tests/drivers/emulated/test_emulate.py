"""`interop emulate` as another program meets it: ptys, a loopback port, Ctrl-C."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

WITHIN_S = 30.0


@contextmanager
def emulate(*options: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "interop", "emulate", *options, "--json"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], WITHIN_S)
        assert ready, "no first line"
        yield json.loads(process.stdout.readline()), process
    finally:
        process.kill()
        process.wait()


def ask(port: serial.Serial, command: str, until: bytes = b"OK\r\n") -> str:
    port.write(command.encode() + b"\r")
    return port.read_until(until).decode("latin-1")


def test_a_second_program_uses_the_ports(tmp_path: Path) -> None:
    with emulate("small", "--ports", str(tmp_path), "--defect", "site.format@segment=171") as (rows, process):
        ports = {row["sim"]: row["pty"] for row in rows["modems"]}
        assert ports["mi-1709"] == str(tmp_path / "m01")
        with (
            serial.Serial(ports["mi-1709"], timeout=WITHIN_S) as a,
            serial.Serial(ports["cucc-bj"], timeout=WITHIN_S) as b,
        ):
            assert "460011709001234" in ask(a, "AT+CIMI")
            for port in (a, b):
                while "+CREG: 0,1" not in ask(port, "AT+CREG?"):
                    pass
            ask(b, "AT+CLIP=1")
            a.write(b"ATD18600001234;\r")
            assert b'"17090001234",129' in b.read_until(b",129")
            ask(a, "ATH")
        (form,) = (site for site in rows["sites"] if site["name"] == "bank-a")
        assert form["url"].startswith("http://127.0.0.1:")
        with urllib.request.urlopen(form["url"], timeout=WITHIN_S) as page:
            assert "甲银行" in page.read().decode()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(form["url"], data=b"mobile=17180001234", timeout=WITHIN_S)
        assert refused.value.code == 422
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
        assert not os.path.lexists(ports["mi-1709"])


def test_one_modem_at_three_places(tmp_path: Path) -> None:
    with emulate("small", "--ports", str(tmp_path)) as (rows, process):
        row = rows["modems"][0]
        assert row["unix"] == str(tmp_path / "m01.sock")
        host, _, port = row["tcp"].partition(":")
        with (
            serial.Serial(row["pty"], timeout=WITHIN_S) as pty,
            socket.socket(socket.AF_UNIX) as unix,
            socket.socket() as tcp,
        ):
            reads: list[Callable[[int], bytes]] = [pty.read]
            for client, address in ((unix, row["unix"]), (tcp, (host, int(port)))):
                client.settimeout(WITHIN_S)
                client.connect(address)
                client.sendall(b"ATE0\r")  # answered: it has been let in
                reads.append(client.recv)
                for read in reads:
                    until_ok(read)
            for say in (pty.write, unix.sendall, tcp.sendall):
                say(b"AT+CGSN\r")
                assert {until_ok(read) for read in reads} == {b"\r\n869999990000005\r\n\r\nOK\r\n"}
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
        assert not os.path.lexists(row["unix"])


def until_ok(read: Callable[[int], bytes]) -> bytes:
    data = b""
    while not data.endswith(b"OK\r\n"):
        data += read(1) or pytest.fail(f"only {data!r}")
    return data


def test_only_the_bearers_that_were_asked_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        first = free.getsockname()[1]
    with emulate("small", "--bearer", "tcp", "--tcp-port", str(first)) as (rows, _):
        assert [row["pty"] + row["unix"] for row in rows["modems"]] == [""] * len(rows["modems"])
        ports = [int(row["tcp"].removeprefix("127.0.0.1:")) for row in rows["modems"]]
        assert ports == list(range(first, first + len(ports)))


def test_sites_gateways_and_proxies_follow_the_modems_so_a_lab_file_can_name_them() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        first = free.getsockname()[1]
    if first > 65535 - 17:
        first -= 17
    with emulate("small", "--bearer", "tcp", "--tcp-port", str(first)) as (rows, _):
        assert {row["name"]: row["url"] for row in rows["sites"]}[
            "bank-a"
        ] == f"http://127.0.0.1:{first + 6}/bank-a"
        at = [row["tcp"] for row in rows["gateways"]]
        assert at == [f"127.0.0.1:{first + 7 + index}" for index in range(4)]
        proxies = [row["proxy"] for row in rows["proxies"]]
        assert proxies == [f"127.0.0.1:{first + 11 + index}" for index in range(6)]
        for port in (first + 10, first + 16):
            with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S):
                pass


@pytest.mark.parametrize("behind", [6, 9, 14])
def test_a_port_of_sites_gateways_or_proxies_that_is_taken_is_named(behind: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "interop", "emulate", "small", "--tcp-port", str(port - behind)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.strip() == f"interop emulate: 127.0.0.1:{port}: Address already in use"


def test_a_gateway_whose_secret_cannot_be_had_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GW_SECRET", raising=False)
    lab = tmp_path / "lab.yaml"
    text = (Path(__file__).parents[3] / "lab-config" / "small.yaml").read_text(encoding="utf-8")
    lab.write_text(
        text.replace('account: "901234"', 'account: "901234"\n    secret: env:GW_SECRET'), encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "interop", "emulate", str(lab), "--json"], stdout=-1, stderr=-1, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=WITHIN_S)
    assert told.strip() == (
        "gateway cmcc-gw: nobody can log in: secret: env:GW_SECRET: this environment variable is not set"
    )


def test_a_place_that_is_taken_is_named(tmp_path: Path) -> None:
    (tmp_path / "m01.sock").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "interop", "emulate", "small", "--ports", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2 and f"{tmp_path}/m01.sock: File exists" in done.stderr
    assert (tmp_path / "m01.sock").read_text() == "mine" and not os.path.lexists(tmp_path / "m01")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("small", "--defect", "route.mising"), "did you mean 'route.missing'?"),
        (("small", "--quirk", "echo.stuk"), "did you mean 'echo.stuck'?"),
        (("lab-example",), "has no modem with `port: emulated`"),
        (("small", "--tcp-port", "65526"), "--tcp-port 65526: the last of 17 is beyond 65535"),
        (("small", "--tcp-port", "7001", "--bearer", "pty"), "--tcp-port needs --bearer tcp"),
        (("no-such-lab",), "no such file"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(options: tuple[str, ...], complaint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "interop", "emulate", *options], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and complaint in done.stderr and done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_terminal_it_prints_a_line_a_device() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "interop", "emulate", "small"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip("\n") for _ in range(19)]
    process.send_signal(signal.SIGINT)
    assert process.wait(WITHIN_S) == 0
    name, pty, unix, tcp, _dialect, sim, msisdn, *_ = lines[0].split("\t")
    assert (name, sim, msisdn) == ("m01", "mi-1709", "17090001234")
    assert pty.startswith("/dev/pts/") and unix.endswith("/m01.sock") and tcp.startswith("127.0.0.1:")
    assert lines[8].startswith("cmcc-gw\t127.0.0.1:") and "\tcmpp3\t901234\t1065795588\t" in lines[8]
    assert lines[12].startswith("m01\t127.0.0.1:") and lines[12].endswith("\thttp://mmsc.myuni.com.cn\t3gwap")
    assert lines[-1].startswith("ready")


def test_a_second_one_in_the_same_folder_leaves_the_first_alone(tmp_path: Path) -> None:
    with emulate("small", "--ports", str(tmp_path)) as (rows, _):
        links = {row["pty"]: Path(row["pty"]).readlink() for row in rows["modems"]}
        done = subprocess.run(
            [sys.executable, "-m", "interop", "emulate", "small", "--ports", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2 and "m01.sock: Address already in use" in done.stderr
        assert {name: Path(name).readlink() for name in links} == links
