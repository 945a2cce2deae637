"""What an alert says: how a run ended, in the language of those who get it, with the next command
to type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from flows.reading.changes import sides
from published import Damage, FinishedRun, GateFinding, PublicationChange
from settings import mask_secrets

Language = Literal["ja", "en"]
_MOST_LINES = 12

_TEXTS: dict[Language, dict[str, str]] = {
    "ja": {
        "published": "{day}時点の数値を公表しました",
        "recovered": "夜間更新が復旧しました",
        "recovered_line": "前回は公表できませんでしたが、今回は公表しました。",
        "audit_failed": "検査に合格せず、公表を止めました({day}時点)",
        "held": "承認待ちの版があります({day}時点)",
        "source_unavailable": "データを受け取れず、公表を止めました({day}時点)",
        "failed": "夜間更新が失敗しました({day}時点)",
        "damaged": "公表していた版が壊れていました({day}時点)",
        "republished": "最後に正常だった版({version})をもう一度公表しました。",
        "built_anew": "正常な版がないため、受け取ったデータから作り直しました。",
        "stale": "届いていないデータがあります: {source}",
        "watch": "お知らせの条件に達しました: {watch}",
        "kept": "これまでに公表した数値は、そのまま表示されています。",
        "nothing_kept": "まだ公表した数値はありません。",
        "year": "令和{year}年度",
        "change": "{name} {year}: {before} → {after}({message})",
        "appeared": "{name}({message})",
        "rows": "対象 {observed}",
        "more": "ほか {count}件",
        "advice": "対応: {advice}",
        "owner": "担当: {owner}",
        "next": "次に実行するコマンド:",
        "demo": "※ 模擬データです。市の実績ではありません。",
        "test": "お知らせの試験です",
        "test_line": "この宛先にお知らせが届きます。",
    },
    "en": {
        "published": "The figures as of {day} are published",
        "recovered": "The nightly update works again",
        "recovered_line": "The run before published nothing; this one did.",
        "audit_failed": "The checks failed and nothing was published (as of {day})",
        "held": "A version waits for approval (as of {day})",
        "source_unavailable": "Data could not be fetched and nothing was published (as of {day})",
        "failed": "The nightly update failed (as of {day})",
        "damaged": "What was published is damaged (as of {day})",
        "republished": "The last whole version ({version}) was published again.",
        "built_anew": "No whole version was kept; it was built anew from what has landed.",
        "stale": "Data has not arrived: {source}",
        "watch": "A watched figure has got there: {watch}",
        "kept": "The figures published before are still shown.",
        "nothing_kept": "Nothing is published yet.",
        "year": "FY{year}",
        "change": "{name} {year}: {before} → {after} ({message})",
        "appeared": "{name} ({message})",
        "rows": "found in {observed}",
        "more": "and {count} more",
        "advice": "To do: {advice}",
        "owner": "Owner: {owner}",
        "next": "The next command to type:",
        "demo": "Simulated data: no figures of the city.",
        "test": "A test of the alerts",
        "test_line": "Alerts arrive at this address.",
    },
}
_NEXT = {
    "published": "shihyo show",
    "recovered": "shihyo runs --last 5",
    "audit_failed": "shihyo runs --last 1",
    "source_unavailable": "shihyo sources",
    "failed": "shihyo doctor",
    "stale": "shihyo sources",
    "damaged": "shihyo versions --verify",
    "watch": "shihyo show",
}


@dataclass(frozen=True)
class Message:
    """One alert. Those of one cause are sent once a day."""

    cause: str
    title: str
    body: str


@dataclass(frozen=True)
class About:
    """What an alert is written from: a run that ended, and what stood before it."""

    run: FinishedRun
    damage: Damage | None
    previous_outcome: str | None
    is_published: bool
    is_demo: bool


def messages(about: About, language: Language) -> list[Message]:
    """Return the alerts of a run; none where it changed nothing that anybody reads."""
    return [Writer(about, language).write(*each) for each in _causes(about, language)]


def test_message(language: Language, *, is_demo: bool) -> Message:
    """Return an alert that says nothing but that alerts arrive."""
    texts = _TEXTS[language]
    lines = [texts["test_line"], *([texts["demo"]] if is_demo else [])]
    return Message("test", f"Shihyō: {texts['test']}", "\n".join(lines))


def _causes(
    about: About, language: Language
) -> Iterator[tuple[str, str, dict[str, str], list[str]]]:
    """Give for each alert its kind, what tells it from others of the kind, what its title names,
    and its lines.
    """
    run, texts = about.run, _TEXTS[language]
    if run.outcome == "published":
        if run.changes:
            yield "published", run.version or "", {}, _changes(run.changes, language)
        if about.previous_outcome not in (None, "published", "held", "running"):
            yield "recovered", "", {}, [texts["recovered_line"]]
        for watch in run.watches_reached:
            name = str(getattr(watch, f"message_{language}") or watch.watch_code)
            yield "watch", watch.watch_code, {"watch": name}, [watch.said]
    elif run.outcome == "audit_failed":
        found = [each for each in run.findings if each.severity == "critical"]
        which = ",".join(sorted(each.rule_code for each in found))
        yield "audit_failed", which, {}, _findings(found, language) or [run.message]
    elif run.outcome == "held":
        held = [each for each in run.changes if each.tier == "hold"]
        found = [each for each in run.findings if each.is_approvable]
        lines = [*_findings(found, language), *_changes(held, language)]
        yield "held", "|".join(lines), {}, lines
    elif run.outcome == "source_unavailable":
        yield "source_unavailable", "", {}, [run.message]
    else:
        yield "failed", run.stage, {}, [run.message]
    if about.damage:
        again = about.damage.republished
        said = texts["republished"].format(version=again) if again else texts["built_anew"]
        yield "damaged", about.damage.version or "", {}, [said]
    for source in run.sources_stale:
        yield "stale", source, {"source": source}, []


def _changes(changes: Sequence[PublicationChange], language: Language) -> list[str]:
    return [_change(each, language) for each in changes]


def _change(change: PublicationChange, language: Language) -> str:
    texts = _TEXTS[language]
    before, after = sides(change)
    unit = getattr(change, f"unit_{language}") or ""
    joint = "" if language == "ja" or unit == "%" else " "
    figures = [
        f"{side}{joint}{unit}"
        if side != "—" and not change.text_before and not change.text_after
        else side
        for side in (before, after)
    ]
    name = getattr(change, f"name_{language}")
    message = getattr(change, f"message_{language}")
    if change.fiscal_year is None:
        return texts["appeared"].format(name=name, message=message)
    year = texts["year"].format(year=change.fiscal_year - (2018 if language == "ja" else 0))
    return texts["change"].format(
        name=name, year=year, before=figures[0], after=figures[1], message=message
    )


def _findings(found: Sequence[GateFinding], language: Language) -> list[str]:
    texts, lines = _TEXTS[language], []
    for each in found:
        lines.append(str(getattr(each, f"message_{language}") or each.rule_code))
        lines.append("  " + texts["rows"].format(observed=each.observed))
        if advice := getattr(each, f"advice_{language}"):
            lines.append("  " + texts["advice"].format(advice=advice))
        if owner := getattr(each, f"owner_{language}"):
            lines.append("  " + texts["owner"].format(owner=owner))
    return lines


@dataclass(frozen=True)
class Writer:
    """Writes the alerts of one run in one language."""

    about: About
    language: Language

    def write(self, kind: str, which: str, named: dict[str, str], lines: list[str]) -> Message:
        """Write an alert of a kind."""
        texts, run = _TEXTS[self.language], self.about.run
        title = texts[kind].format(day=_day(run.as_of, self.language), **named)
        said = lines[:_MOST_LINES]
        if len(lines) > _MOST_LINES:
            said.append(texts["more"].format(count=len(lines) - _MOST_LINES))
        if run.outcome != "published":
            said += ["", texts["kept" if self.about.is_published else "nothing_kept"]]
        said += ["", texts["next"], *(f"  {each}" for each in self._next(kind))]
        if self.about.is_demo:
            said += ["", texts["demo"]]
        body = mask_secrets("\n".join(said).strip())
        return Message(f"{kind}:{which}" if which else kind, f"Shihyō: {title}", body)

    def _next(self, kind: str) -> list[str]:
        if kind != "held":
            return [_NEXT[kind]]
        version = self.about.run.version
        return [
            "shihyo diff --with held",
            f"shihyo approve {version} --by NAME --reason TEXT",
            f"shihyo reject {version} --by NAME --reason TEXT",
        ]


def _day(day: date | None, language: Language) -> str:
    if day is None:
        return "?"
    return f"{day.year}年{day.month}月{day.day}日" if language == "ja" else day.isoformat()


def facts_of(message: Message) -> dict[str, Any]:
    """Return a message as the child that sends it reads it."""
    return {"title": message.title, "body": message.body}
