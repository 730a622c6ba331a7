"""Whatever stops a run, nothing half-written has the name of the output, and --resume ends with the very same file."""

import hashlib
import json
import os
import resource
import subprocess
import sys

import polars as pl
import pyarrow.parquet as pq
import pytest

from parcours.engine.batch import parquet_join
from parcours.engine.batch.errors import CannotResume, OutputFailed, OutputInUse, UnreadableInput
from parcours.engine.batch.run import Job, settle_path


class Stop(Exception):
    pass


def stopping_after(count, error):
    """A progress bar that interrupts after some chunks."""
    seen = []

    def progress(stage, done, total):
        if stage == "settle":
            seen.append(done)
            if len(seen) == count:
                raise error

    return progress


@pytest.fixture(params=["sorted", "shuffled"])
def source(acts, write, request):
    frame = pl.from_arrow(acts)
    if request.param == "shuffled":
        frame = frame.sample(fraction=1.0, shuffle=True, seed=3)
    return write(frame.to_arrow(), "acts.parquet")


@pytest.fixture
def small_buckets(monkeypatch):
    monkeypatch.setattr("parcours.engine.batch.buckets.ROWS", 100)


@pytest.mark.parametrize("error", [Stop(), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_resume_ends_with_the_same_file(source, tmp_path, small_buckets, error) -> None:
    whole = tmp_path / "whole.parquet"
    settle_path(Job(str(source), whole, chunk=80))
    output = tmp_path / "settled.parquet"
    with pytest.raises(type(error)):
        settle_path(Job(str(source), output, chunk=80), stopping_after(2, error))
    assert not output.exists()
    partial = tmp_path / "settled.parquet.partial"
    done = len((partial / "journal").read_text().splitlines())
    assert done >= 2
    with (partial / "body").open("ab") as stream:
        stream.write(b"half a chunk that the machine did not finish")
    report = settle_path(Job(str(source), output, chunk=80, resume=True))
    assert report.rows == report.settled + report.refused
    assert pl.read_parquet(output).equals(pl.read_parquet(whole))
    assert (
        output.with_name("settled.parquet.rejected.ndjson").read_text()
        == whole.with_name("whole.parquet.rejected.ndjson").read_text()
    )
    assert not partial.exists()


def test_resume_refuses_another_question(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    with pytest.raises(Stop):
        settle_path(Job(str(source), output, chunk=80), stopping_after(1, Stop()))
    with pytest.raises(CannotResume, match="readings"):
        settle_path(Job(str(source), output, readings={"arrondi_da": "superieur"}, chunk=80, resume=True))


def test_without_resume_a_run_starts_again(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    with pytest.raises(Stop):
        settle_path(Job(str(source), output, chunk=80), stopping_after(1, Stop()))
    report = settle_path(Job(str(source), output, chunk=80))
    assert len(pl.read_parquet(output)) == report.settled


def test_a_former_output_stays_until_the_new_one_is_whole(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    output.write_bytes(b"the former one")
    with pytest.raises(Stop):
        settle_path(Job(str(source), output, chunk=80), stopping_after(1, Stop()))
    assert output.read_bytes() == b"the former one"


def test_a_disk_that_is_full_is_said_and_the_run_can_go_on(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, {resource.RLIM_INFINITY}))"
    ignored = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    code = f"{ignored}; {limit}\nfrom parcours.cli.main import main\nmain()"
    command = [sys.executable, "-c", code, "settle", str(source), "-o", str(output), "--lang", "en"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PARCOURS_DEBUG": ""}
    )
    assert ended.returncode == 1, ended.stderr
    assert "cannot be written (file too large)" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not output.exists()
    report = settle_path(Job(str(source), output, resume=True, workers=2))
    assert len(pl.read_parquet(output)) == report.settled


def test_a_folder_that_does_not_exist_is_said(source, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFailed, match="cannot be written"):
        settle_path(Job(str(source), tmp_path / "file" / "settled.parquet"))


@pytest.mark.parametrize("name", ["body", "rejected"])
@pytest.mark.parametrize("damage", ["zeros", "short"])
def test_bytes_that_did_not_reach_the_disk_are_settled_again(source, tmp_path, small_buckets, name, damage) -> None:
    """A lost machine leaves what its journal vouches for as zeros, or shorter: the run goes on before that place."""
    whole = tmp_path / "whole.parquet"
    settle_path(Job(str(source), whole, chunk=80))
    output = tmp_path / "settled.parquet"
    with pytest.raises(Stop):
        settle_path(Job(str(source), output, chunk=80), stopping_after(3, Stop()))
    path = tmp_path / "settled.parquet.partial" / name
    content = path.read_bytes()
    lost = max(1, len(content) // 3)
    path.write_bytes(content[:-lost] + (b"\0" * lost if damage == "zeros" else b""))
    settle_path(Job(str(source), output, chunk=80, resume=True))
    assert pl.read_parquet(output).equals(pl.read_parquet(whole))
    refused = "{}.rejected.ndjson".format
    assert output.with_name(refused(output.name)).read_bytes() == whole.with_name(refused(whole.name)).read_bytes()


def test_two_runs_never_write_one_output(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    second = []

    def progress(stage, done, total):
        if not second:
            with pytest.raises(OutputInUse, match="another run works there") as refused:
                settle_path(Job(str(source), output, chunk=80, resume=True))
            second.append(refused)

    report = settle_path(Job(str(source), output, chunk=80), progress)
    assert second
    assert len(pl.read_parquet(output)) == report.settled
    assert settle_path(Job(str(source), output, chunk=80)).settled == report.settled


def page_has_checksum(path, offset):
    """Field 4 of a Parquet page header is its CRC."""
    header, _ = parquet_join.read_struct(path.read_bytes(), offset)
    return 4 in header


def test_a_damaged_page_is_refused(source, tmp_path) -> None:
    pq.write_table(pq.read_table(source), source, write_page_checksum=True)
    content = source.read_bytes()
    for at in range(100, 3000, 500):
        damaged = bytearray(content)
        damaged[at] ^= 0x10
        copy = tmp_path / "damaged.parquet"
        copy.write_bytes(damaged)
        with pytest.raises(UnreadableInput):
            settle_path(Job(str(copy), tmp_path / "again.parquet"))
    assert not (tmp_path / "again.parquet").exists()
    settle_path(Job(str(source), tmp_path / "again.parquet"))
    column = pq.read_metadata(tmp_path / "again.parquet").row_group(0).column(0)
    assert page_has_checksum(tmp_path / "again.parquet", column.data_page_offset)


def test_the_receipt_names_the_bytes_that_were_read(source, tmp_path) -> None:
    output = tmp_path / "settled.csv"
    settle_path(Job(str(source), output))
    receipt = json.loads((tmp_path / "settled.csv.receipt.json").read_text())
    content = source.read_bytes()
    assert receipt["inputs"] == [
        {"name": source.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ]


def test_a_source_that_changes_meanwhile_is_refused(source, tmp_path) -> None:
    output = tmp_path / "settled.parquet"

    def progress(stage, done, total):
        os.utime(source, ns=(1, 1))

    with pytest.raises(UnreadableInput, match="changed while it was read"):
        settle_path(Job(str(source), output), progress)
    assert not output.exists()
