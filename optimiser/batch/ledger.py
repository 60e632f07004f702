"""The ledger of a run: one SQLite file of the question, the finished rows and their results.

Rows and the note that their range is done are written in one transaction, so whatever kills the program leaves ranges that
are wholly there or not at all. The write-ahead log keeps readers out of a run's way.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from optimiser.batch.damage import TABLES, damage, row_columns
from optimiser.batch.job import Job
from optimiser.batch.results import STATUSES, Found
from optimiser.errors import InputError, Located
from optimiser.reading.files import LARGEST_DOCUMENT

__all__ = ["LEDGER", "Ledger", "LedgerError"]

LEDGER: Final = "ledger.sqlite"
FORMAT: Final = "1"

_BLOCK: Final = 10_000
"""Rows that are read at once."""

DAMAGED: Final = "maybe restore it from a copy, or give another folder and compute it again"
"""What to do about a ledger that cannot be trusted."""


class LedgerError(InputError):
    """The ledger cannot be opened, read or written; what it holds is whole."""


class Ledger:
    """One run's file.

    Parameters
    ----------
    folder
        Of the run.
    writable
        Whether the run goes on; a report only reads.

    Raises
    ------
    LedgerError
        If the file cannot be opened, or is no ledger.
    """

    def __init__(self, folder: Path, *, writable: bool) -> None:
        self.folder = folder
        self.path = folder / LEDGER
        self._lock: Any = None
        self._texts: dict[str, int] = {}
        self._dates: dict[int, str | None] = {0: None}
        try:
            if writable:
                folder.mkdir(parents=True, exist_ok=True)
                if self.path.exists() and not self.path.is_file():
                    message = f"there is something under the name {LEDGER} that is no file; maybe give another folder"
                    raise LedgerError([Located(message, file=str(self.folder))])
                self._claim()
                self.connection = sqlite3.connect(self.path, isolation_level=None)
            else:
                self.connection = self._readable()
                self.connection.execute("SELECT count(*) FROM meta").fetchone()
            self._begun = bool(self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except (OSError, sqlite3.Error) as error:
            self._release()
            raise self.fault(error) from None

    def ask(self, question: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the lines that answer a question.

        Raises
        ------
        LedgerError
            If the ledger cannot be read.
        """
        try:
            for line in self.connection.execute(question, values):  # noqa: UP028 - `yield from` would close the cursor late
                yield line
        except sqlite3.Error as error:
            raise self.fault(error) from None

    def _readable(self) -> sqlite3.Connection:
        """Open the file to be read, also from a folder that cannot be written to."""
        if not self.path.is_file():
            message = f"there is no run here (no {LEDGER}); maybe the path is another, or 'batch run' was never started"
            raise LedgerError([Located(message, file=str(self.folder))])
        base = self.path.resolve().as_uri()
        try:
            connection = sqlite3.connect(f"{base}?mode=ro", uri=True, isolation_level=None)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            log = self.path.with_name(f"{LEDGER}-wal")
            if "locked" in str(error) or (log.exists() and log.stat().st_size):
                raise
            # Nothing is pending in a log, so the file alone is the whole ledger.
            connection = sqlite3.connect(f"{base}?immutable=1", uri=True, isolation_level=None)
        return connection

    def _claim(self) -> None:
        """Refuse a second run in the same folder; the claim ends with the process, however it ends."""
        try:
            import fcntl
        except ImportError:  # elsewhere nothing but the user's care keeps two runs apart
            return
        file = (self.folder / "lock").open("a")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            message = "another run is at work in this folder; wait for it, or give another folder"
            raise LedgerError([Located(message, file=str(self.folder))]) from None
        self._lock = file

    def fault(self, error: Exception) -> LedgerError:
        """Return an error of the disk or the file in the words of a user."""
        text = (error.strerror if isinstance(error, OSError) else None) or str(error)
        advice = ""
        if isinstance(error, sqlite3.DatabaseError) and ("not a database" in text or "no such table" in text):
            advice = "; maybe something else lies under this name"
        elif "locked" in text:
            advice = "; maybe another program has it open: wait for it and give the same command again"
        elif "malformed" in text or "decode" in text:
            advice = f"; {DAMAGED}"
        elif "full" in text or "I/O" in text or "too large" in text or "No space" in text:
            advice = "; what is in the ledger is whole: make room and give the same command again"
        elif "readonly" in text or "read-only" in text.lower() or "unable to open" in text or "ermission" in text:
            advice = "; maybe the folder may not be written to"
        return LedgerError([Located(f"the ledger cannot be used: {text}{advice}", file=str(self.path))])

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        """Make one transaction, and plain words of what goes wrong."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            if isinstance(error, (sqlite3.Error, OSError)):
                raise self.fault(error) from None
            raise

    # -- what was asked ----------------------------------------------------------------------------------------------

    def meta(self, name: str) -> Any:
        """Return one of the run's own facts, None where it has none."""
        if not self._begun:
            return None
        found = next(self.ask("SELECT value FROM meta WHERE name = ?", (name,)), None)
        return found[0] if found else None

    def begin(self, job: Job, size: int) -> int:
        """Begin a run, or go on with it.

        Parameters
        ----------
        job
            What is computed.
        size
            Rows of a range, where the run is new.

        Returns
        -------
        int
            Rows of a range: those with which the run began.

        Raises
        ------
        LedgerError
            If the folder holds a run of another plan, grid or version; nothing is changed.
        """
        held = self.meta("fingerprint")
        if held not in (None, job.fingerprint):
            raise LedgerError([Located(self._difference(job), file=str(self.folder))])
        if held is not None:
            self._text_of_job()
            size = self._checked(job)
        try:
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=NORMAL")
            for table, columns in TABLES.items():
                self.connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_listing(columns)})")
        except sqlite3.Error as error:
            raise self.fault(error) from None
        self._begun = True
        if held is None:
            with self._guarded() as connection:
                facts = {
                    "format": FORMAT,
                    "fingerprint": job.fingerprint,
                    "job": zlib.compress(job.text.encode(), 6),
                    "grid": job.grid.id,
                    "range": size,
                }
                connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
                connection.executemany("INSERT INTO milestones VALUES (?, ?)", enumerate(job.milestones))
                labels = [
                    (number, position, axis.id, label)
                    for number, axis in enumerate(job.axes)
                    for position, label in enumerate(axis.labels)
                ]
                connection.executemany("INSERT INTO axes VALUES (?, ?, ?, ?)", labels)
                connection.execute(f"CREATE TABLE rows ({_listing(row_columns(job))})")
        return size

    def _difference(self, job: Job) -> str:
        """Say what of a run is not as it was."""
        import json

        before, now = json.loads(self._text_of_job()), json.loads(job.text)
        before = before if isinstance(before, dict) else {}
        names = {"grid": "the grid", "stacks": "the plan", "version": "the version of the program"}
        changed = [words for name, words in names.items() if before.get(name) != now[name]]
        listed = " and ".join(changed) or "the run"
        return (
            f"the folder holds a run of which {listed} was different; results are never mixed: "
            "maybe give another folder, or remove this one"
        )

    def _text_of_job(self) -> str:
        """Return the text of what the run computes, as it was when the run began.

        Raises
        ------
        LedgerError
            If the file holds no run, or the text is not the one whose hash stands beside it.
        """
        packed, fingerprint, form = (self.meta(name) for name in ("job", "fingerprint", "format"))
        if packed is None or form != FORMAT:
            raise LedgerError([Located(f"the ledger holds no run of this version; {DAMAGED}", file=str(self.path))])
        try:
            unpacking = zlib.decompressobj()
            text = unpacking.decompress(packed, LARGEST_DOCUMENT)
        except (TypeError, zlib.error):
            text = b""
        if hashlib.sha256(text).hexdigest() != fingerprint:
            raise LedgerError([Located(f"what the run computes is not what it was; {DAMAGED}", file=str(self.path))])
        return text.decode()

    def _checked(self, job: Job) -> int:
        """Return how many rows make a range, having looked at every table.

        Raises
        ------
        LedgerError
            If the ledger is damaged.
        """
        size = self.meta("range")
        wrong = damage(self.ask, job)
        if wrong is None and (not isinstance(size, int) or size < 1):
            wrong = f"a range has {size!r} rows"
        if wrong is not None:
            raise LedgerError([Located(f"the ledger is damaged: {wrong[:200]}; {DAMAGED}", file=str(self.path))])
        assert isinstance(size, int)
        return size

    def job(self) -> Job:
        """Return what the run computes.

        Raises
        ------
        LedgerError
            If the file holds no run, or one of another version of the vocabulary, or is damaged.
        """
        text = self._text_of_job()
        try:
            job = Job.of(text)
        except ValueError as error:
            message = f"the ledger cannot be read: {str(error).splitlines()[0][:200]}; maybe it is of another version"
            raise LedgerError([Located(message, file=str(self.path))]) from None
        self._checked(job)
        return job

    # -- what is done ------------------------------------------------------------------------------------------------

    def done(self) -> dict[int, int]:
        """Return the ranges that are done: first row to the row after the last."""
        return dict(self.ask("SELECT first, after FROM ranges"))

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each status."""
        return dict(self.ask("SELECT status, count(*) FROM rows GROUP BY status"))

    def checked(self) -> int:
        """Return how many rows CP-SAT has computed as well."""
        return int(next(self.ask("SELECT count(*) FROM rows WHERE checked"))[0])

    def disagreements(self) -> dict[int, str]:
        """Return rows with what CP-SAT says otherwise."""
        return dict(self.ask("SELECT row, text FROM disagreements ORDER BY row"))

    def _text(self, connection: sqlite3.Connection, text: str) -> int:
        """Return the number of a text, new or known."""
        if text not in self._texts:
            held = connection.execute("SELECT number FROM texts WHERE text = ?", (text,)).fetchone()
            if held is None:
                held = (connection.execute("INSERT INTO texts (text) VALUES (?)", (text,)).lastrowid,)
            self._texts[text] = int(held[0])
        return self._texts[text]

    def write(self, job: Job, first: int, after: int, found: Found) -> None:
        """Write the rows of a range and that it is done, or nothing.

        Parameters
        ----------
        job
            What is computed.
        first, after
            The range.
        found
            Its rows.

        Raises
        ------
        LedgerError
            If they cannot be written, as to a full disk.
        """
        known = dict(self._texts)
        try:
            with self._guarded() as connection:
                numbers = np.array(
                    [0 if text is None else self._text(connection, text) for text in found.texts.listed], dtype=np.int64
                )
                marks = ",".join("?" * (5 + len(job.axes) + 3 * len(job.milestones)))
                rows = self._tuples(job, found, numbers)
                connection.executemany(f"INSERT INTO rows VALUES ({marks})", rows)  # noqa: S608 - only question marks
                connection.executemany("INSERT INTO disagreements VALUES (?, ?)", found.disagreements.items())
                connection.execute("INSERT INTO ranges VALUES (?, ?)", (first, after))
        except BaseException:
            self._texts = known  # what was rolled back is not known
            raise

    def _tuples(self, job: Job, found: Found, numbers: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[tuple[Any, ...]]:
        """Yield rows as the table holds them."""
        columns: list[Sequence[Any]] = [
            found.rows.tolist(),
            job.keys(found.places),
            [STATUSES[code] for code in found.status.tolist()],
            [number or None for number in numbers[found.reasons].tolist()],
            found.checked.astype(np.int64).tolist(),
            *found.places.T.tolist(),
        ]
        for dates, proofs, bindings in zip(found.dates, found.proofs, found.bindings, strict=True):
            columns.append([self._day(day) for day in dates.tolist()])
            columns += [[number or None for number in numbers[each].tolist()] for each in (proofs, bindings)]
        return zip(*columns, strict=True)

    def _day(self, ordinal: int) -> str | None:
        """Return a date as text."""
        if ordinal not in self._dates:
            self._dates[ordinal] = dt.date.fromordinal(ordinal).isoformat()
        return self._dates[ordinal]

    def columns(self, job: Job) -> Iterator[list[Sequence[Any]]]:
        """Yield every row in the order of the design, some thousands at a time, column by column, numbers of texts resolved.

        Columns are row, key, status, reason, checked; position on each axis; date, proof and binding rules of each milestone.
        """
        texts = dict(self.ask("SELECT number, text FROM texts"))
        coded = {3, *(5 + len(job.axes) + 3 * number + part for number in range(len(job.milestones)) for part in (1, 2))}
        try:
            rows = self.connection.execute("SELECT * FROM rows ORDER BY row")
            while block := rows.fetchmany(_BLOCK):
                found: list[Sequence[Any]] = list(zip(*block, strict=True))
                for place in coded:
                    found[place] = list(map(texts.get, found[place]))
                yield found
        except sqlite3.Error as error:
            raise self.fault(error) from None

    def close(self, *, settled: bool = False) -> None:
        """Close the file; with ``settled`` fold its log into it first, so that one file is all there is to keep."""
        with contextlib.suppress(sqlite3.Error):
            if settled:
                self.connection.execute("PRAGMA journal_mode=DELETE")
            self.connection.close()
        self._release()

    def _release(self) -> None:
        """Let another run have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _listing(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)
