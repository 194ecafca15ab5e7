"""What a release's notes say of Dagster's database, from the tags of a real repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NOTES = Path(__file__).parents[2] / "infra" / "notes"
LOCK = Path("infra") / "image" / "requirements.lock"


class Repository:
    """A repository whose releases differ in the image's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / LOCK).parent.mkdir(parents=True)
        shutil.copy(NOTES, folder / "infra" / "notes")
        self.git("init", "-q")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "tag.gpgSign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def release(self, tag: str, *pins: str) -> None:
        """Tag a commit whose lock pins these."""
        hashes = " \\\n    --hash=sha256:00"
        (self.folder / LOCK).write_text("".join(f"{pin}{hashes}\n" for pin in pins), encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "-q", "--no-gpg-sign", "--allow-empty", "-m", tag)
        self.git("tag", tag)

    def notes(self, tag: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "infra" / "notes", tag], cwd=self.folder.parent, capture_output=True, text=True, check=False
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.release("v0.1.0", "dagster==1.13.27", "dagster-postgres==0.29.27")
    made.release("v0.2.0", "dagster==1.13.27", "dagster-postgres==0.29.27", "httpx==0.28.1")
    made.release("v0.3.0", "dagster==1.14.0", "dagster-postgres==0.30.0", "httpx==0.28.1")
    return made


@pytest.mark.parametrize(
    ("tag", "opening"),
    [
        ("v0.1.0", "The first release, with Dagster 1.13.27: there is no database to migrate."),
        ("v0.2.0", "Dagster is 1.13.27, as in v0.1.0: its database stays as it is."),
        ("v0.3.0", "**Dagster 1.13.27 (v0.2.0) becomes 1.14.0**: dump its database, then migrate it before switching"),
    ],
)
def test_a_release_says_whether_the_database_is_to_be_migrated(repository: Repository, tag: str, opening: str) -> None:
    said = repository.notes(tag)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(opening)


def test_a_lock_without_dagster_is_refused(repository: Repository) -> None:
    repository.release("v0.4.0", "httpx==0.28.1")
    said = repository.notes("v0.4.0")
    assert said.returncode != 0
    assert said.stderr == f"v0.4.0: expected a line dagster==VERSION in {LOCK}, found none\n"
    assert said.stdout == ""


def test_the_locked_dagster_is_found_in_this_repository() -> None:
    pinned = [line for line in (NOTES.parents[1] / LOCK).read_text(encoding="utf-8").splitlines()
              if line.startswith("dagster==")]  # fmt: skip
    assert len(pinned) == 1
