"""Grading on several machines, by Dask: an example of how a department does it with the scheduler that it has.

    pip install distributed                  (beside the book's environment; the project does not need it)
    python benchmarks/cluster.py SUBMISSIONS OUT --seed TEXT [--scheduler ADDRESS | --workers N]

A result depends on the submission alone, so that grading is a map: `marked` over submissions. What workers return is kept where
`standoff grade` keeps it; that command then finds everything marked and writes the tables and pages. Without --scheduler, N
worker processes are started on this machine. Each machine needs this folder, its environment, and bubblewrap; submissions travel
as bytes, so that no folder need be shared. All machines get the same seed, or their hidden data would differ.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from distributed import Client, LocalCluster, as_completed

from autograder.batch import grade, keep, kept, key, marked, summary
from autograder.intake.collect import collect
from autograder.run.sandbox import require


def carried(one):
    """A Submission with its contents instead of paths, to be sent to another machine."""
    notebook = one.notebook if isinstance(one.notebook, bytes) else one.notebook.read_bytes()
    return replace(one, notebook=notebook, files={name: path.read_bytes() for name, path in one.files.items()})


def main():
    parser = argparse.ArgumentParser(description="Grade with the workers of a Dask cluster.")
    parser.add_argument("submissions")
    parser.add_argument("out")
    parser.add_argument("--seed", required=True)
    parser.add_argument("--scheduler", help="address of a scheduler that runs already, such as tcp://10.0.0.5:8786")
    parser.add_argument("--workers", type=int, default=3)
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        submissions = [one for one in collect(options.submissions, Path(scratch)) if not one.status]
        todo = {key(one, options.seed): one for one in submissions}
        todo = {name: one for name, one in todo.items() if not kept(options.out, name)}
        cluster = options.scheduler or LocalCluster(
            n_workers=options.workers, threads_per_worker=1, processes=True, dashboard_address=None
        )
        with Client(cluster) as client:
            client.run(require)  # each machine has a sandbox, or nothing starts
            started = time.perf_counter()
            futures = {
                client.submit(marked, carried(one), options.seed, key=name, retries=1): name
                for name, one in todo.items()
            }
            for future in as_completed(futures):
                if future.status == "finished":  # `grade` tries the others itself, and says what is wrong
                    keep(options.out, futures[future], future.result())
            seconds = time.perf_counter() - started
            workers = len(client.scheduler_info()["workers"])
        if not options.scheduler:
            cluster.close()
    print(
        f"{len(todo)} notebooks by {workers} workers in {seconds:.1f} s ({time.perf_counter() - began:.1f} s in all)."
    )
    print(summary(grade(options.submissions, options.out, seed=options.seed)))


if __name__ == "__main__":
    sys.exit(main())
