"""`shihyo …`: what a person, or the schedule, says to the warehouse.

Exit codes: 0 published or shown · 2 wrong usage or configuration, or doctor found something wrong ·
3 audit failed, nothing published · 4 a source unavailable after retries · 5 another run holds the
warehouse · 6 held for approval · 1 anything else. Progress goes to stdout, and a failure says one line on stderr.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from flows import at_start, doctor, ledger
from flows.alerts.start import send_test
from flows.dev import build_dev
from flows.endings import compared, linked, one_line, unexpected
from flows.errors import ShihyoError, UsageError
from flows.lock import warehouse_lock
from flows.machine.clock import today_in_japan
from flows.machine.proxies import spare_loopback
from flows.machine.rights import keep_private
from flows.night import approval
from flows.night.publish import rollback, versions
from flows.night.start import run_backfill, run_erasure, run_night, run_rebuild
from flows.one_page import render
from flows.paths import dev_file
from flows.progress import log_to_stdout
from flows.pruning import prunable, prune
from flows.reading import diff, explain, quarantine, run_report, show, source_list
from flows.up import check
from flows.up.plan import Places
from flows.up.start import run_up
from flows.versions import next_step, verdicts
from published import ONE_PAGE_LANGUAGES, FinishedRun
from settings import ConfigurationError, Settings, settings

# The calendar's, `dim_dates` but for the years before deliveries.
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    code = 1
    keep_private()
    try:
        at_start.heed_interrupts()
        code = _run(sys.argv[1:])
    except (ShihyoError, ConfigurationError) as error:
        code = getattr(error, "exit_code", UsageError.exit_code)
        _say_why(error)
    except KeyboardInterrupt:
        code = 130
        print(f"shihyo: interrupted; {linked()}; next: run again", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        print(f"shihyo: {unexpected(error)}; {compared()}", file=sys.stderr)
    except SystemExit:
        raise
    except BaseException:  # SIGTERM, which Prefect turns into an exception of its own
        code = 143
        print(f"shihyo: ended from outside; {linked()}; next: run again", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the DuckDB client prints leaked objects at an ordinary exit


def _say_why(error: Exception) -> None:
    print(f"shihyo: {one_line(error)}", file=sys.stderr)
    if details := getattr(error, "details", ""):
        print(details.rstrip(), file=sys.stderr)


def _run(words: Sequence[str]) -> int:
    arguments = _parser().parse_args(words)
    spare_loopback()
    if arguments.command == "doctor":  # which looks at the configuration itself
        return _doctor(None, arguments)
    if arguments.command == "up" and arguments.check:
        return _check_up(arguments)
    configuration = settings()
    log_to_stdout()
    return int(_COMMANDS[arguments.command](configuration, arguments) or 0)


def _doctor(_: Settings | None, arguments: argparse.Namespace) -> int:
    findings = doctor.examine()
    print(doctor.report(findings, arguments.format))
    return 0 if doctor.is_well(findings) else UsageError.exit_code


def _check_up(arguments: argparse.Namespace) -> int:
    findings = check.examine(_places(arguments))
    print(doctor.report(findings, "table"))
    return 0 if doctor.is_well(findings) else UsageError.exit_code


def _up(configuration: Settings, arguments: argparse.Namespace) -> None:
    run_up(configuration, _places(arguments))


def _places(arguments: argparse.Namespace) -> Places:
    return Places(
        arguments.port, arguments.prefect_port, arguments.base_path.strip("/"), arguments.every
    )


def _run_night(configuration: Settings, arguments: argparse.Namespace) -> None:
    run_night(
        configuration, arguments.as_of or today_in_japan(), full_refresh=arguments.full_refresh
    )


def _run_backfill(configuration: Settings, arguments: argparse.Namespace) -> None:
    run_backfill(
        configuration,
        arguments.first,
        arguments.last,
        arguments.step,
        full_refresh=arguments.full_refresh,
    )


def _show(configuration: Settings, arguments: argparse.Namespace) -> None:
    print(
        show.report(
            configuration, official=arguments.official, as_of=arguments.as_of, form=arguments.format
        )
    )


def _explain(configuration: Settings, arguments: argparse.Namespace) -> None:
    print(
        explain.report(
            configuration,
            arguments.indicator,
            arguments.fiscal_year,
            with_rows=arguments.rows,
            form=arguments.format,
        )
    )


def _dev(configuration: Settings, _: argparse.Namespace) -> None:
    started = time.monotonic()
    edit = build_dev(configuration)
    named = ", ".join(edit.built[:8]) + (
        f" and {len(edit.built) - 8} more" if len(edit.built) > 8 else ""
    )
    built = f"built {named}" if edit.built else "no seed or model differs from what is published"
    print(f"dev: {built}; {edit.tests} tests hold ({time.monotonic() - started:.1f} s)")
    print(diff.report(diff.difference(configuration, "dev"), "table"))
    print(f"dev: look at it in {dev_file(configuration)}")


def _diff(configuration: Settings, arguments: argparse.Namespace) -> None:
    print(diff.report(diff.difference(configuration, arguments.other), arguments.format))


def _quarantine(configuration: Settings, arguments: argparse.Namespace) -> None:
    if arguments.action == "list":
        if arguments.format == "xlsx":
            raise UsageError(
                "quarantine list prints table, json or csv; for xlsx: shihyo quarantine export"
            )
        print(quarantine.report(configuration, arguments.format or "table"))
        return
    if arguments.format not in (None, "xlsx"):
        raise UsageError(
            f"quarantine export writes xlsx, not {arguments.format}; for csv and json: shihyo"
            " quarantine list"
        )
    written = quarantine.export(
        configuration, arguments.to or configuration.data_dir / "quarantine"
    )
    for path in written:
        print(path)
    if not written:
        print("nothing is held back")


def _rebuild(configuration: Settings, _: argparse.Namespace) -> None:
    run_rebuild(configuration)


def _erase(configuration: Settings, arguments: argparse.Namespace) -> None:
    person = sys.stdin.readline() if arguments.person == "-" else arguments.person
    erased = run_erasure(configuration, person)
    print(
        f"erased: {erased.rows} rows of {erased.items} landed items stand for nobody now; erase the"
        " person at the sources, too"
    )


def _versions(configuration: Settings, arguments: argparse.Namespace) -> None:
    entries = versions(configuration)
    found = verdicts(configuration, [entry.version for entry in entries], verify=arguments.verify)
    for entry in entries:
        mark = "*" if entry.is_published else " "
        checksum = (entry.sha256 or "not in the ledger")[:17]
        states = [
            each.state
            for each in found
            if each.version == entry.version and each.state != "unlinked"
        ]
        state = f"  {states[0]}" if states else ""
        print(
            f"{mark} {entry.version}  as of {entry.as_of}  {entry.byte_count / 1e6:.1f} MB "
            f" {checksum}{state}"
        )
    if bad := [str(verdict) for verdict in found if verdict.state != "whole"]:
        raise ShihyoError(f"versions: {'; '.join(bad)}; next: {next_step(found)}")


def _rollback(configuration: Settings, arguments: argparse.Namespace) -> None:
    with warehouse_lock(configuration):
        rollback(configuration, arguments.version)
    print(f"version {arguments.version} is published")


def _approve(configuration: Settings, arguments: argparse.Namespace) -> None:
    approval.approve(configuration, arguments.version, arguments.by, arguments.reason)
    print(f"version {arguments.version} is published")


def _reject(configuration: Settings, arguments: argparse.Namespace) -> None:
    approval.reject(configuration, arguments.version, arguments.by, arguments.reason)
    print(f"version {arguments.version} is rejected; what is published stays")


def _prune(configuration: Settings, arguments: argparse.Namespace) -> None:
    with warehouse_lock(configuration):
        found = (
            prunable(configuration, datetime.now(UTC))
            if arguments.dry_run
            else prune(configuration)
        )
    for each in found:
        print(f"{each.byte_count / 1e6:>10.1f} MB  {each.path}  ({each.why})")
    done = "would be removed" if arguments.dry_run else "removed"
    print(f"{len(found)} files, {sum(each.byte_count for each in found) / 1e6:.1f} MB {done}")


def _alert(configuration: Settings, _: argparse.Namespace) -> None:
    print(f"alert: {send_test(configuration)} addresses took the test")


def _render(configuration: Settings, arguments: argparse.Namespace) -> None:
    for place in render(
        configuration, arguments.version, arguments.language, arguments.to, as_pdf=arguments.pdf
    ):
        print(place)


def _runs(configuration: Settings, arguments: argparse.Namespace) -> None:
    if arguments.report is not None:
        print(run_report.report(configuration, arguments.report or None))
        return
    for run in ledger.runs(configuration)[-arguments.last :]:
        started = run.started_at.isoformat(timespec="seconds") if run.started_at else "?"
        print(
            f"{started}  {run.command:<8}  as of {run.as_of or '?'}  {run.outcome:<18} "
            f" {_stages(run):<46}  {run.message}"
        )


def _stages(run: FinishedRun) -> str:
    return ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in run.stage_seconds.items())


def _sources(configuration: Settings, arguments: argparse.Namespace) -> None:
    print(source_list.report(configuration, arguments.format))


_COMMANDS = {
    "run": _run_night,
    "backfill": _run_backfill,
    "show": _show,
    "explain": _explain,
    "versions": _versions,
    "rollback": _rollback,
    "approve": _approve,
    "reject": _reject,
    "alert": _alert,
    "prune": _prune,
    "render": _render,
    "runs": _runs,
    "sources": _sources,
    "dev": _dev,
    "diff": _diff,
    "quarantine": _quarantine,
    "rebuild": _rebuild,
    "erase": _erase,
    "doctor": _doctor,
    "up": _up,
}


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected YYYY-MM-DD") from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise argparse.ArgumentTypeError(
            f"{text} is no day of a night; expected one from {_FIRST_DAY} to {_LAST_DAY}"
        )
    return day


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shihyo", description="A KPI warehouse: land, write, audit, publish."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="one night: land what is new, build, audit, publish")
    run.add_argument(
        "--as-of", type=_day, metavar="DATE", help="the night's date (default: today in Japan)"
    )
    backfill = commands.add_parser("backfill", help="land date by date, build once")
    backfill.add_argument("--from", dest="first", type=_day, required=True, metavar="DATE")
    backfill.add_argument("--to", dest="last", type=_day, required=True, metavar="DATE")
    backfill.add_argument("--step", choices=("day", "month"), default="day")
    for night in (run, backfill):
        night.add_argument(
            "--full-refresh",
            action="store_true",
            help="build from everything that has landed, not from what is new",
        )
    shown = commands.add_parser(
        "show", help="the indicators, one row per indicator and fiscal year"
    )
    shown.add_argument(
        "--official", action="store_true", help="what the published pages say, and nothing else"
    )
    shown.add_argument(
        "--as-of",
        type=_day,
        metavar="DATE",
        help="what a passing night on that day would have shown",
    )
    shown.add_argument("--format", choices=("table", "json", "csv"), default="table")
    explained = commands.add_parser(
        "explain", help="how one figure comes about: what it is counted from, down to the rows"
    )
    explained.add_argument(
        "indicator", metavar="INDICATOR", help="the indicator's code, as shown by shihyo show"
    )
    explained.add_argument(
        "--fiscal-year",
        type=int,
        metavar="YEAR",
        help="2023 for FY2023 (default: the latest with a computed value)",
    )
    explained.add_argument(
        "--rows", action="store_true", help="list the source rows that are counted"
    )
    explained.add_argument("--format", choices=("table", "json"), default="table")
    commands.add_parser(
        "dev",
        help=(
            "build what the dbt project changed, on a copy of what is published, and say what"
            " readers would see change"
        ),
    )
    compared = commands.add_parser(
        "diff", help="what changes between what is published and another warehouse"
    )
    compared.add_argument(
        "--with",
        dest="other",
        default="dev",
        metavar="WAREHOUSE",
        help="dev (default), candidate, held, or a kept version",
    )
    compared.add_argument("--format", choices=("table", "json"), default="table")
    kept = commands.add_parser(
        "versions", help="the versions that are kept; * is the published one"
    )
    kept.add_argument(
        "--verify", action="store_true", help="compare every file's checksum with the ledger"
    )
    back = commands.add_parser("rollback", help="publish a kept version again")
    back.add_argument("version", metavar="VERSION")
    for name, said in (
        ("approve", "publish the version that waits for approval"),
        ("reject", "refuse the version that waits for approval"),
    ):
        decision = commands.add_parser(name, help=said)
        decision.add_argument("version", metavar="VERSION")
        decision.add_argument("--by", required=True, metavar="NAME", help="who decides")
        decision.add_argument("--reason", required=True, metavar="TEXT", help="why")
    commands.add_parser("alert", help="send a test to every address that alerts go to")
    pruned = commands.add_parser("prune", help="remove what the configuration no longer keeps")
    pruned.add_argument("--dry-run", action="store_true", help="say what, and remove nothing")
    page = commands.add_parser(
        "render", help="the overview of a version as one file that needs nothing but itself"
    )
    page.add_argument(
        "--version", metavar="VERSION", help="a kept version (default: the published one)"
    )
    page.add_argument(
        "--language", choices=ONE_PAGE_LANGUAGES, help="default: both beside the version, else ja"
    )
    page.add_argument(
        "--to", type=Path, metavar="FILE", help="where it is written (default: beside the version)"
    )
    page.add_argument(
        "--pdf", action="store_true", help="print it as an A4 PDF, by Debian's chromium"
    )
    ran = commands.add_parser("runs", help="what every night did")
    ran.add_argument("--last", type=int, default=20, metavar="N")
    ran.add_argument(
        "--report",
        nargs="?",
        const="",
        metavar="RUN",
        help="the report of one run as Markdown (default: the last)",
    )
    listed = commands.add_parser(
        "sources",
        help="what each source held on the night that last read it, and what was not read and why",
    )
    listed.add_argument("--format", choices=("table", "json"), default="table")
    held = commands.add_parser(
        "quarantine", help="rows that are held back, for the people who can mend them"
    )
    held.add_argument(
        "action", choices=("list", "export"), help="print them, or write a workbook for each owner"
    )
    held.add_argument(
        "--format",
        choices=("table", "json", "csv", "xlsx"),
        help="list: table (default), json, csv; export: xlsx",
    )
    held.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where export writes (default: quarantine/ in the data folder)",
    )
    looked = commands.add_parser(
        "doctor", help="look at everything that a night rests on, and say what to do"
    )
    looked.add_argument("--format", choices=("table", "json"), default="table")
    kept_up = commands.add_parser(
        "up",
        help="keep Prefect's server, a worker for the nights and the app running, until it is ended",
    )
    kept_up.add_argument(
        "--check", action="store_true", help="say what is wrong, and start nothing"
    )
    kept_up.add_argument("--port", type=int, default=8501, help="of the app (8501)")
    kept_up.add_argument(
        "--base-path", default="", metavar="PATH", help="of the app, for a proxy before it"
    )
    kept_up.add_argument("--prefect-port", type=int, default=4200, help="of Prefect's page (4200)")
    kept_up.add_argument(
        "--every",
        type=_seconds,
        metavar="SECONDS",
        help="a night so often, in place of the schedule of prefect.yaml: to try it out",
    )
    commands.add_parser("rebuild", help="build what is published anew from all that has landed")
    erased = commands.add_parser(
        "erase", help="make one person unknown in all that has landed and is published"
    )
    erased.add_argument(
        "person",
        metavar="PSEUDONYM-OR-ID",
        help="a pseudonym or an identifier; - reads it from standard input",
    )
    return parser


if __name__ == "__main__":
    main()
