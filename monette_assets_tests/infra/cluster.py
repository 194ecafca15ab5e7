"""A stand-in for Kubernetes' API that knows jobs alone, and runs their pods on this machine.

A job is refused unless Kubernetes' own schema takes it. Its pod is a process in a root file system that cannot be
written, with the mounts its specification names and no other; that takes root, as in CI. What is not as in a cluster:
user and capabilities (the interpreter may lie where only root reads), the network and its policies, limits.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# Its argument: a file of shell commands that mount. An overlay without an upper layer cannot be written.
ENTER = """
set -e
mount -t overlay -o "lowerdir=$0/lower:/" overlay "$0/root"
mount --rbind /proc "$0/root/proc"
mount --rbind /dev "$0/root/dev"
. "$0/mounts"
exec chroot "$0/root" env -i "$@"
"""


def may_mount() -> bool:
    """Whether this process may give others mounts of their own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return os.geteuid() == 0 and done.returncode == 0


@dataclass
class Pod:
    """A job's pod: its process, and what it said."""

    job: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    failed: bool = False  # of one that was never run

    def status(self) -> dict[str, int]:
        """As a job has it."""
        ended = (1 if self.failed else None) if self.process is None else self.process.poll()
        if ended is None:
            return {"active": 1}
        return {"failed": 1} if ended else {"succeeded": 1}


@dataclass
class Cluster:
    """Jobs by name; what the cluster has for their pods."""

    address: str
    config_maps: Mapping[str, dict[str, str]]
    secrets: Mapping[str, dict[str, str]]
    claims: Mapping[str, Path]
    folder: Path  # on a file system of its own: an overlay cannot lie below itself
    host: Mapping[str, str]  # the environment that the image's own would give
    pods: dict[str, Pod] = field(default_factory=dict)

    def created(self, job: dict[str, Any]) -> None:
        """Take the job and run its pod. Raises kubernetes_validate's ValidationError for one that is not valid."""
        import kubernetes_validate

        job["metadata"]["namespace"] = "farm"
        kubernetes_validate.validate(job, "1.34", strict=True)
        name = job["metadata"]["name"]
        self.pods[name] = Pod(job, *self._run(name, job["spec"]["template"]["spec"]))

    def _run(self, name: str, spec: dict[str, Any]) -> tuple[subprocess.Popen[bytes], Path]:
        [container] = spec["containers"]
        place = self.folder / name
        for made in ("lower", "root"):
            (place / made).mkdir(parents=True)
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        mounts = []
        for mount in container["volumeMounts"]:
            volume, at = volumes[mount["name"]], mount["mountPath"]
            (place / "lower" / at.lstrip("/")).mkdir(parents=True, exist_ok=True)
            inside = f'"$0/root{at}"'
            if "emptyDir" in volume:
                mounts.append(f"mount -t tmpfs tmpfs {inside}")
                continue
            if "configMap" in volume:
                source = place / mount["name"]
                source.mkdir()
                for file, text in self.config_maps[volume["configMap"]["name"]].items():
                    (source / file).write_text(text)
            else:
                source = self.claims[volume["persistentVolumeClaim"]["claimName"]]
            mounts.append(f'mount --bind "{source}" {inside}')
            if mount.get("readOnly"):
                mounts.append(f"mount -o remount,bind,ro {inside}")
        for image in {ROOT, Path(sys.prefix), Path(sys.base_prefix)}:  # the image's files, where /tmp hides them
            inside = f'"$0/root{image}"'
            mounts.append(f'test -d {inside} || {{ mkdir -p {inside}; mount --bind "{image}" {inside}; }}')
        (place / "mounts").write_text("\n".join(sorted(mounts, key=lambda each: each.startswith("test"))) + "\n")
        environment = {**self.host, **dict(self._environment(container))}
        log = place / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", ENTER, place,
                 *(f"{key}={value}" for key, value in environment.items()),
                 *container.get("command", []), *container["args"]],
                stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return process, log

    def _environment(self, container: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for source in container.get("envFrom", []):
            yield from self.config_maps[source["configMapRef"]["name"]].items()
        for variable in container["env"]:
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield variable["name"], self.secrets[reference["name"]][reference["key"]]
            else:
                yield variable["name"], variable.get("value", "")

    def kubeconfig(self, path: Path) -> Path:
        """Who would reach it writes so."""
        named = {"name": "farm"}
        written = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "farm",
            "contexts": [{**named, "context": {"cluster": "farm", "user": "farm"}}],
            "clusters": [{**named, "cluster": {"server": self.address}}],
            "users": [{**named, "user": {}}],
        }
        path.write_text(yaml.safe_dump(written))
        return path


@contextmanager
def running(
    config_maps: Mapping[str, dict[str, str]],
    secrets: Mapping[str, dict[str, str]],
    claims: Mapping[str, Path],
    host: Mapping[str, str],
) -> Iterator[Cluster]:
    """An empty cluster; its pods end with it."""
    made: list[Cluster] = []

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made[0].created(job)
            self._answer(201, job)

        def do_GET(self) -> None:
            parts = self.path.partition("?")[0].split("/")
            if "jobs" in parts:
                pod = made[0].pods.get(parts[parts.index("jobs") + 1])
                self._answer(*((200, {**pod.job, "status": pod.status()}) if pod else (404, {"kind": "Status"})))
            else:
                self._answer(200, {"apiVersion": "v1", "kind": "PodList", "items": []})

        def _answer(self, code: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir="/dev/shm"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        made.append(Cluster(f"http://127.0.0.1:{server.server_port}", config_maps, secrets, claims, folder, host))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made[0]
        finally:
            server.shutdown()
            for pod in made[0].pods.values():
                if pod.process is not None and pod.process.poll() is None:
                    pod.process.kill()
                    pod.process.wait()
            shutil.rmtree(folder, ignore_errors=True)
