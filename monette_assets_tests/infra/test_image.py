"""The image is built twice and run for real: `make image`. It takes five minutes; `make test` leaves it out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from monette_assets_tests.infra.images import Workshop, configuration, manifest, workshop
from monette_assets_tests.processes import free_port

pytestmark = pytest.mark.image

INSTALLED = """
import importlib.metadata, json
print(json.dumps(sorted({(it.metadata["Name"], it.version) for it in importlib.metadata.distributions()})))
"""


@dataclass(frozen=True)
class Built:
    """Two builds of the same sources, and a container of the second."""

    shop: Workshop
    archives: tuple[Path, ...]
    base: str
    container: str

    def runs(self, *command: str, environment: dict[str, str] | None = None, fails: bool = False) -> str:
        """What a command prints inside, as the image's own user."""
        given = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        return self.shop.does("buildah", "run", *given, self.container, "--", *command, fails=fails)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with workshop(tmp_path_factory.mktemp("image")) as shop:
        base = shop.base("localhost/base")
        with ThreadPoolExecutor() as both:
            archives = tuple(both.map(lambda name: shop.built(base, name), ("first.tar", "second.tar")))
        yield Built(shop, archives, base, shop.does("buildah", "from", "localhost/monette-assets").strip())


def test_the_same_sources_on_the_same_base_are_the_same_image(image: Built) -> None:
    first, second = image.archives
    assert manifest(first) == manifest(second)


def test_it_runs_as_nobody_who_can_write_the_code(image: Built) -> None:
    assert configuration(image.archives[0])["User"] == "10001:10001"
    assert image.runs("id", "-u").strip() == "10001"
    assert image.runs("find", "/opt/monette", "/opt/dagster", "-writable", "-not", "-type", "l") == "/opt/dagster\n"
    image.runs("touch", "/opt/monette/lib/x", fails=True)


def test_nothing_of_the_building_machine_and_nothing_that_installs_is_left(image: Built) -> None:
    image.runs("test", "-e", "/etc/pip.conf", fails=True)
    image.runs("python", "-c", "import pip", fails=True)
    certificates = ("sha256sum", "/etc/ssl/certs/ca-certificates.crt")
    base = image.shop.does("buildah", "from", image.base).strip()
    assert image.runs(*certificates) == image.shop.does("buildah", "run", base, "--", *certificates)


def test_the_list_of_packages_names_what_is_installed(image: Built) -> None:
    listed = json.loads(Path(f"{image.archives[1]}.cdx.json").read_text(encoding="utf-8"))
    assert listed["bomFormat"] == "CycloneDX"
    named = {(_normal(it["name"]), it["version"]) for it in listed["components"]}
    installed = {(_normal(name), version) for name, version in json.loads(image.runs("python", "-c", INSTALLED))}
    assert len(installed) > 100
    assert installed <= named | {("monette-assets", "0.1.0")}


def test_the_container_takes_a_month_from_quickbooks_to_statements_that_tie_out(image: Built) -> None:
    simulator = f"http://127.0.0.1:{free_port()}"  # containers of this kind share the machine's network
    said = image.runs(
        *("monette", "demo", "--months", "1"),
        environment={
            "DAGSTER_HOME": "",  # the home's own storage: there is no PostgreSQL here
            "MONETTE_QUICKBOOKS_URL": simulator,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator}/oauth2/v1/tokens/bearer",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator}/valet",
        },
    )
    assert "14 of 14 company-months complete" in said
    assert "all equal to the cent" in said
    assert json.loads(image.runs("monette", "report", "tie_out", "--format", "json"))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
