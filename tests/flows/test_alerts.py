"""Whoever has to know is told how a night went: by a real mail server and a real web server, once per
cause and day, and never at the cost of the night.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from harness.recording_server import RecordingServer, recording_server
from small_city import City, log_lines

from browsing.server import free_port
from flows.alerts.messages import About, messages
from flows.alerts.start import alert_about, send_test
from flows.errors import ShihyoError, UsageError
from flows.ledger import append
from flows.run import Run
from published import (
    Alert,
    Damage,
    FinishedRun,
    GateFinding,
    PublicationChange,
    WatchReached,
    events,
)
from settings import Settings

DAY = date(2026, 10, 22)
ENDED = datetime(2026, 10, 21, 17, 5, tzinfo=UTC)  # 02:05 of the 22nd in Japan


@dataclass
class Received:
    """What arrived, by mail and by the web: title and text of each."""

    server: RecordingServer
    mail: list[tuple[str, str]] = field(default_factory=list)

    @property
    def web(self) -> list[tuple[str, str]]:
        return self.server.alerts


class _Inbox:
    def __init__(self, received: Received) -> None:
        self.received = received

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content)
        parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
        text = (parts or [mail])[0].get_payload(decode=True).decode()
        self.received.mail.append((str(make_header(decode_header(mail["Subject"]))), text))
        return "250 taken"


def _knows_the_word(
    _server: Any, _session: Any, _envelope: Any, _how: str, said: Any
) -> AuthResult:
    return AuthResult(success=said.password == b"hidden-word")


@pytest.fixture
def received() -> Iterator[tuple[Received, str, str]]:
    """Give what arrives, and the addresses of a mail server and a web server on this machine."""
    port = free_port()
    with recording_server() as web:
        found = Received(web)
        mail = Controller(
            _Inbox(found),
            hostname="127.0.0.1",
            port=port,
            authenticator=_knows_the_word,
            auth_require_tls=False,
        )
        mail.start()
        yield (
            found,
            f"mailto://night:hidden-word@127.0.0.1:{port}?from=night@example.lg.jp&to=head@example.lg.jp&mode=insecure&smtp=127.0.0.1",
            web.hook,
        )
        mail.stop()


def settings_with(folder: Path, addresses: str, language: Any = "ja") -> Settings:
    return Settings(
        data_dir=folder,
        pseudonym_key="a key for the tests alone",
        sources={},
        alert_addresses=addresses,
        alert_language=language,
    )


CHANGE = PublicationChange(
    rule_code="actual_changed",
    message_ja="実績が更新されます",
    message_en="An actual is updated",
    name_ja="データ可視化環境の利用状況",
    name_en="Usage of the environment",
    indicator_code="visualisation_usage_rate",
    fiscal_year=2026,
    value_before=64.15,
    value_after=64.24,
    unit_ja="%",
    unit_en="%",
)
FINDING = GateFinding(
    rule_code="roster_is_not_empty",
    observed="1 of 1 rows: staff_roster_202610.csv 0",
    message_ja="職員名簿に、使える行がありません",
    message_en="A staff roster has no usable row",
    advice_ja="もう一度提出してもらってください。",
    advice_en="Ask for it again.",
    owner_ja="人事室",
    owner_en="Personnel Office",
)


def about(outcome: str, previous: str | None = "published", **facts: Any) -> About:
    damage = facts.pop("damage", None)
    run = FinishedRun(
        run_id="a", as_of=DAY, outcome=outcome, version="20261022-x", finished_at=ENDED, **facts
    )
    return About(run, damage, previous, is_published=True, is_demo=True)


@pytest.mark.parametrize(
    ("told", "cause", "title", "said"),
    [
        (
            about("published", changes=[CHANGE]),
            "published:20261022-x",
            "2026年10月22日時点の数値を公表しました",
            "データ可視化環境の利用状況 令和8年度: 64.2% → 64.2%",
        ),
        (
            about("audit_failed", findings=[FINDING]),
            "audit_failed:roster_is_not_empty",
            "検査に合格せず、公表を止めました",
            "対応: もう一度提出してもらってください。",
        ),
        (
            about("held", changes=[CHANGE.model_copy(update={"tier": "hold"})]),
            None,
            "承認待ちの版があります",
            "shihyo approve 20261022-x --by NAME --reason TEXT",
        ),
        (
            about("source_unavailable", message="procedures: postgresql://u:pass@db/x is silent"),
            "source_unavailable",
            "データを受け取れず",
            "postgresql://***@db/x is silent",
        ),
        (about("failed", stage="write"), "failed:write", "夜間更新が失敗しました", "shihyo doctor"),
        (
            about("published", sources_stale=["procedures"]),
            "stale:procedures",
            "届いていないデータがあります: procedures",
            "shihyo sources",
        ),
        (
            about("published", previous="audit_failed"),
            "recovered",
            "夜間更新が復旧しました",
            "今回は公表しました",
        ),
        (
            about(
                "published",
                watches_reached=[
                    WatchReached(watch_code="w", message_ja="65%に達しました", said="65.1")
                ],
            ),
            "watch:w",
            "65%に達しました",
            "65.1",
        ),
        (
            about("published", damage=Damage(version="v", republished="u")),
            "damaged:v",
            "公表していた版が壊れていました",
            "最後に正常だった版(u)",
        ),
    ],
    ids=[
        "published",
        "refused",
        "held",
        "source",
        "failed",
        "stale",
        "recovered",
        "watch",
        "damaged",
    ],
)
def test_each_cause_has_its_message_with_the_next_command(
    told: About, cause: str | None, title: str, said: str
) -> None:
    [message] = messages(told, "ja")
    assert cause is None or message.cause == cause
    assert title in message.title
    assert said.replace("64.2% → 64.2%", "64.15% → 64.24%") in message.body
    assert "次に実行するコマンド:" in message.body
    assert "模擬データ" in message.body
    [english] = messages(told, "en")
    assert english.cause == message.cause or told.run.outcome == "held"
    assert "The next command to type:" in english.body


def test_a_night_that_changes_nothing_tells_nobody() -> None:
    assert messages(about("published"), "ja") == []
    assert messages(about("published", previous="held"), "ja") == []


def test_a_run_is_told_once_per_cause_and_day_to_every_address(
    tmp_path: Path, received: tuple[Received, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    found, mail, web = received
    settings = settings_with(tmp_path, f"{mail} {web}")
    run = Run("run", DAY, run_id="first", findings=[FINDING])
    ended = {"outcome": "audit_failed", "exit_code": 3, "message": "audit: x"}
    end = FinishedRun.model_validate(run.describe() | ended | {"finished_at": ENDED})
    append(settings, run.entry())
    append(settings, end.entry())
    alert_about(settings, "first")
    alert_about(settings, "first")

    assert [title for title, _ in found.mail] == [title for title, _ in found.web]
    [(title, text)] = found.mail
    assert title == "Shihyō: 検査に合格せず、公表を止めました(2026年10月22日時点)"
    assert "職員名簿に、使える行がありません" in text
    assert "担当: 人事室" in text
    [event] = [each for each in events(settings) if isinstance(each, Alert)]
    assert (event.cause, event.day, event.is_sent) == (
        "audit_failed:roster_is_not_empty",
        DAY,
        True,
    )
    assert "hidden-word" not in (settings.published_dir / "runs.jsonl").read_text(encoding="utf-8")


def test_an_address_that_takes_nothing_is_named_by_kind_and_tried_again(
    tmp_path: Path, received: tuple[Received, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    found, _, web = received
    settings = settings_with(tmp_path, f"{web} nonsense://hidden-word")
    with pytest.raises(ShihyoError, match=r"address 2 \(not understood\)"):
        send_test(settings)
    found.server.answer = 500
    with pytest.raises(ShihyoError, match=r"address 1 \(JSON\), address 2") as refused:
        send_test(settings)
    assert "hidden-word" not in str(refused.value)
    with pytest.raises(UsageError, match="no address is configured"):
        send_test(settings_with(tmp_path, ""))

    end = FinishedRun(run_id="b", as_of=DAY, outcome="failed", stage="write", finished_at=ENDED)
    append(settings, end.entry())
    with caplog.at_level("WARNING", "shihyo.alerts"):
        alert_about(settings, "b")
    assert "not taken by address 1" in caplog.text
    assert "hidden-word" not in caplog.text
    found.server.answer = 200
    found.server.taken.clear()
    alert_about(settings, "b")
    assert [title for title, _ in found.web] == [
        "Shihyō: 夜間更新が失敗しました(2026年10月22日時点)"
    ]


def test_a_night_that_fails_and_the_one_after_it_are_told_and_a_dead_address_fails_no_night(
    city: City, received: tuple[Received, str, str]
) -> None:
    found, mail, web = received
    to = {"SHIHYO_ALERT_ADDRESSES": f"{mail} {web} json://127.0.0.1:9/nobody"}
    city.deliver_log(date(2026, 10, 21), log_lines(date(2026, 10, 21), rows=2))
    failed = city.night(DAY, **to)
    assert failed.returncode == 3, failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1
    [(title, text)] = found.mail
    assert "検査に合格せず" in title
    assert "利用記録の1日分が、通常より大幅に少なくなっています" in text

    city.deliver_log(date(2026, 10, 21), on=DAY)
    mended = city.night(DAY, **to)
    assert mended.returncode == 0, mended.stderr
    assert [title for title, _ in found.mail[1:]] == ["Shihyō: 夜間更新が復旧しました"]
    assert len(found.web) == len(found.mail)
    assert "hidden-word" not in failed.stdout + failed.stderr + mended.stdout + mended.stderr

    _the_log_tells_the_same_to_programs(city)


def _the_log_tells_the_same_to_programs(city: City) -> None:
    lines = (city.data / "logs" / "shihyo.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    last = city.status()["last_run"]
    of_run = [each for each in said if each["run_id"] == last["run_id"]]
    assert {each["stage"] for each in of_run} >= {"land", "write", "audit", "publish"}
    [log] = [each for each in of_run if each.get("source") == "access_log"]
    assert (log["landed"], log["level"], log["as_of"]) == (1, "info", DAY.isoformat())
    assert {"land", "write", "audit", "hold", "publish"} <= set(last["stage_seconds"])
    listed = city.shihyo("runs", "--last", "1").stdout
    assert re.search(r"land \d+\.\d s, write \d+\.\d s, audit", listed), listed
    told = city.shihyo("runs", "--report").stdout
    assert told.startswith(f"# run as of {DAY}")
    assert "**published** after" in told
    assert re.search(r"^\| write \| \d+\.\d+ \|$", told, re.M), told
    assert re.search(r"^\| access_log \| 1 \| 20 \|", told, re.M), told
    refused = city.shihyo("runs", "--report", "nobody")
    assert (refused.returncode, "no run nobody" in refused.stderr) == (2, True)
